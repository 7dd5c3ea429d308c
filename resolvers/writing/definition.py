"""Writing definitions, with the examples inside new ones."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from documents.base import EntityKind
from documents.definition import DefinitionDocument, definition_id
from documents.example import ExampleDocument
from documents.ids import new_key
from documents.word import WordDocument
from resolvers.context import Context
from resolvers.errors import UserErrorCode
from resolvers.writing.attempt import Attempt
from resolvers.writing.batch import run_batch
from resolvers.writing.checks import Spot
from resolvers.writing.example import new_example
from resolvers.writing.fields import DEFINITION_CHECKS, target_checks, upsert_checks
from resolvers.writing.items import (
    OMITTED,
    DefinitionFields,
    DefinitionUpdate,
    DefinitionUpsert,
    NestedDefinition,
    NewDefinition,
    Patch,
    Removal,
    items_of,
)
from resolvers.writing.lookup import (
    existing_definitions,
    find_by_id,
    find_parents,
    find_targets,
    refuse_unknown_relations,
)
from resolvers.writing.patch import patched_texts, patching
from resolvers.writing.places import places_after
from resolvers.writing.removal import Family, plan_removal
from resolvers.writing.result import BatchCall, BatchResult
from resolvers.writing.rules import BatchRules
from resolvers.writing.upsert import divide, refuse_repeated
from resolvers.writing.values import change, definition_fields, definition_values, make


async def create_definitions(context: Context, call: BatchCall[NewDefinition]) -> BatchResult:
    """Add definitions to words: behind those that are there, unless an item names its position."""
    return await run_batch(context, call, CREATE)


async def update_definitions(context: Context, call: BatchCall[DefinitionUpdate]) -> BatchResult:
    """Change definitions; a list that is given, such as relations, replaces the stored one."""
    return await run_batch(context, call, UPDATE)


async def patch_definitions(context: Context, call: BatchCall[Patch]) -> BatchResult:
    """Change definitions by JSON Patch."""
    return await run_batch(context, call, PATCH)


async def upsert_definitions(context: Context, call: BatchCall[DefinitionUpsert]) -> BatchResult:
    """Make definitions, or change those of the same keys."""
    return await run_batch(context, call, UPSERT)


async def delete_definitions(context: Context, call: BatchCall[Removal]) -> BatchResult:
    """Remove definitions; with `cascade`, also their examples and the relations to them."""
    return await run_batch(context, call, DELETE)


def definition_texts(items: Iterable[DefinitionFields]) -> list[str]:
    """The texts to search by that items bring."""
    return [item.text for item in items if isinstance(item.text, str)]


def new_definition(
    word: WordDocument, item: NestedDefinition, places: Iterator[int]
) -> tuple[DefinitionDocument, *tuple[ExampleDocument, ...]]:
    """A new definition, with its examples; it takes the next place unless it names its own."""
    key = item.key if isinstance(item.key, str) else new_key()
    values = definition_values(item)
    if item.position is OMITTED:
        values["position"] = next(places)
    if values.get("part_of_speech") is None:
        values["part_of_speech"] = next(iter(word.part_of_speech), None)
    definition = make(
        DefinitionDocument,
        values,
        id=definition_id(word.library_id, key),
        library_id=word.library_id,
        word_id=word.id,
        key=key,
    )
    behind = count()
    examples = [
        new_example(word.library_id, definition.id, example, behind)
        for example in items_of(item.examples)
    ]
    return (definition, *examples)


async def refuse_bad_links(
    attempt: Attempt[Any], placed: Sequence[tuple[Spot, NestedDefinition]]
) -> None:
    """Refuse new definitions whose key is taken or whose relations lead nowhere."""
    await _refuse_taken_keys(attempt, placed)
    await refuse_unknown_relations(attempt, placed)


async def _refuse_taken_keys(
    attempt: Attempt[Any], placed: Sequence[tuple[Spot, NestedDefinition]]
) -> None:
    keyed = [
        (spot.at("key"), definition_id(attempt.library_id, definition.key))
        for spot, definition in placed
        if isinstance(definition.key, str)
    ]
    taken = await existing_definitions(attempt.unit, {wanted for _, wanted in keyed})
    for spot, wanted in keyed:
        if wanted in taken:
            spot.refuse(
                UserErrorCode.DUPLICATE,
                "A definition of this library has this key: update it, or choose another key.",
            )
        taken.add(wanted)


async def _prepare_creation(attempt: Attempt[NewDefinition]) -> None:
    words = await find_parents(attempt, WordDocument, "word_id")
    await refuse_bad_links(attempt, [(attempt.spot(i), item) for i, item in attempt.sound()])
    word_ids = {word.id for word in words.values()}
    places = await places_after(attempt.unit, DefinitionDocument, "word_id", word_ids)
    for index, item in attempt.sound():
        word = words[index]
        attempt.plan.create(index, *new_definition(word, item, places[word.id]))


async def _prepare_update(attempt: Attempt[DefinitionUpdate]) -> None:
    targets = await find_targets(attempt, DefinitionDocument)
    await refuse_unknown_relations(attempt, [(attempt.spot(i), item) for i, item, _ in targets])
    for index, item, definition in attempt.sound_among(targets):
        attempt.plan.update(index, definition, change(definition, definition_values(item)))


async def _prepare_upsert(attempt: Attempt[DefinitionUpsert]) -> None:
    refuse_repeated(attempt, "key")
    words = await find_parents(attempt, WordDocument, "word_id")
    ids = {definition_id(attempt.library_id, str(item.key)) for _, item in attempt.sound()}
    stored = await find_by_id(attempt.unit, DefinitionDocument, ids)
    by_key = {definition.key: definition for definition in stored.values()}
    for index, item in attempt.sound():
        known = by_key.get(str(item.key))
        if known is not None and known.word_id != words[index].id:
            attempt.spot(index).at("key").refuse(
                UserErrorCode.DUPLICATE, "A definition of another word has this key."
            )
    new, updates = divide(attempt, by_key, DefinitionUpdate)
    await _prepare_creation(attempt.about(new))
    await _prepare_update(attempt.about(updates))


async def _prepare_removal(attempt: Attempt[Removal]) -> None:
    targets = await find_targets(attempt, DefinitionDocument)
    families = {
        index: Family(definition, [definition], cascade=item.cascade)
        for index, item, definition in targets
    }
    await plan_removal(attempt, families)


_TARGET = target_checks(EntityKind.DEFINITION)
CREATE = BatchRules(
    "createDefinition",
    EntityKind.DEFINITION,
    DEFINITION_CHECKS,
    _prepare_creation,
    definition_texts,
)
UPDATE = BatchRules(
    "updateDefinition",
    EntityKind.DEFINITION,
    _TARGET | DEFINITION_CHECKS,
    _prepare_update,
    definition_texts,
)
PATCH = patching("patchDefinition", DefinitionDocument, definition_fields, UPDATE, patched_texts)
UPSERT = BatchRules(
    "upsertDefinition",
    EntityKind.DEFINITION,
    upsert_checks(DEFINITION_CHECKS),
    _prepare_upsert,
    definition_texts,
)
DELETE = BatchRules("deleteDefinition", EntityKind.DEFINITION, _TARGET, _prepare_removal)
