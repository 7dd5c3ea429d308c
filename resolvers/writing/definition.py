"""Writing definitions, with the examples inside new ones."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from documents.base import EntityKind
from documents.definition import DefinitionDocument, definition_id, new_key
from documents.example import ExampleDocument
from documents.word import WordDocument
from resolvers.context import Context
from resolvers.errors import UserErrorCode
from resolvers.writing.attempt import Attempt
from resolvers.writing.batch import BatchRules, run_batch
from resolvers.writing.checks import Spot
from resolvers.writing.example import new_example
from resolvers.writing.fields import DEFINITION_CHECKS, target_checks
from resolvers.writing.items import (
    OMITTED,
    DefinitionFields,
    DefinitionUpdate,
    NestedDefinition,
    NewDefinition,
    Target,
    items_of,
)
from resolvers.writing.lookup import (
    existing_definitions,
    find_parents,
    find_targets,
    refuse_unknown_relations,
)
from resolvers.writing.places import places_after
from resolvers.writing.removal import Family, plan_removal
from resolvers.writing.result import BatchCall, BatchResult
from resolvers.writing.values import change, definition_values, make


async def create_definitions(context: Context, call: BatchCall[NewDefinition]) -> BatchResult:
    """Add definitions to words: behind those that are there, unless an item names its position."""
    rules = BatchRules(DEFINITION_CHECKS, _prepare_creation, definition_texts)
    return await run_batch(context, call, rules)


async def update_definitions(context: Context, call: BatchCall[DefinitionUpdate]) -> BatchResult:
    """Change definitions; a list that is given, such as relations, replaces the stored one."""
    checks = target_checks(EntityKind.DEFINITION) | DEFINITION_CHECKS
    return await run_batch(context, call, BatchRules(checks, _prepare_update, definition_texts))


async def delete_definitions(context: Context, call: BatchCall[Target]) -> BatchResult:
    """Remove definitions; with `cascade`, also their examples and the relations to them."""
    rules = BatchRules(target_checks(EntityKind.DEFINITION), _prepare_removal)
    return await run_batch(context, call, rules)


def definition_texts(items: Iterable[DefinitionFields]) -> list[str]:
    """The texts to search by that items bring."""
    return [item.text for item in items if isinstance(item.text, str)]


def new_definition(
    word: WordDocument, item: NestedDefinition, places: Iterator[int]
) -> tuple[DefinitionDocument, list[ExampleDocument]]:
    """The documents of a new definition; it takes the next place unless it names its own."""
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
    return definition, examples


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
        definition, examples = new_definition(word, item, places[word.id])
        attempt.plan.create(index, definition, *examples)


async def _prepare_update(attempt: Attempt[DefinitionUpdate]) -> None:
    targets = await find_targets(attempt, DefinitionDocument)
    await refuse_unknown_relations(attempt, [(attempt.spot(i), item) for i, item, _ in targets])
    for index, item, definition in attempt.sound_among(targets):
        attempt.plan.update(index, definition, change(definition, definition_values(item)))


async def _prepare_removal(attempt: Attempt[Target]) -> None:
    targets = await find_targets(attempt, DefinitionDocument)
    await plan_removal(
        attempt,
        {index: Family(definition, [definition]) for index, _, definition in targets},
    )
