"""Writing words, with the definitions and examples inside new ones."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from documents.base import EntityKind
from documents.definition import DefinitionDocument
from documents.word import NaturalKey, WordDocument, natural_key
from resolvers.context import Context
from resolvers.errors import UserErrorCode
from resolvers.writing.attempt import Attempt
from resolvers.writing.batch import run_batch
from resolvers.writing.definition import definition_texts, new_definition, refuse_bad_links
from resolvers.writing.fields import WORD_CHECKS, target_checks, upsert_checks
from resolvers.writing.items import (
    OMITTED,
    NewWord,
    Patch,
    Removal,
    WordFields,
    WordUpdate,
    WordUpsert,
    items_of,
)
from resolvers.writing.lookup import find_targets
from resolvers.writing.patch import patched_texts, patching
from resolvers.writing.removal import Family, plan_removal
from resolvers.writing.result import BatchCall, BatchResult
from resolvers.writing.rules import BatchRules
from resolvers.writing.upsert import divide, refuse_repeated
from resolvers.writing.values import change, make, word_fields, word_values


async def create_words(context: Context, call: BatchCall[NewWord]) -> BatchResult:
    """Add words with their definitions and examples."""
    return await run_batch(context, call, CREATE)


async def update_words(context: Context, call: BatchCall[WordUpdate]) -> BatchResult:
    """Change words; a list that is given, such as forms, replaces the stored one."""
    return await run_batch(context, call, UPDATE)


async def patch_words(context: Context, call: BatchCall[Patch]) -> BatchResult:
    """Change words by JSON Patch."""
    return await run_batch(context, call, PATCH)


async def upsert_words(context: Context, call: BatchCall[WordUpsert]) -> BatchResult:
    """Make words, or change those of the same text, parts of speech and homograph number."""
    return await run_batch(context, call, UPSERT)


async def delete_words(context: Context, call: BatchCall[Removal]) -> BatchResult:
    """Remove words; with `cascade`, also their definitions, examples and the relations to them."""
    return await run_batch(context, call, DELETE)


def _texts(items: Iterable[NewWord]) -> list[str]:
    items = list(items)
    definitions = [text for item in items for text in definition_texts(items_of(item.definitions))]
    return _headwords(items) + definitions


def _headwords(items: Iterable[WordFields]) -> list[str]:
    return [item.text for item in items if isinstance(item.text, str)]


def _new_word(attempt: Attempt[NewWord], item: NewWord) -> WordDocument:
    values = word_values(item)
    if item.language is OMITTED:
        values["language"] = attempt.unit.library.language
    return make(WordDocument, values, library_id=attempt.library_id)


async def _prepare_creation(attempt: Attempt[NewWord]) -> None:
    words = {index: _new_word(attempt, item) for index, item in attempt.sound()}
    await _refuse_taken_words(attempt, words)
    await refuse_bad_links(
        attempt,
        [
            (attempt.spot(index).at("definitions", place), definition)
            for index, item in attempt.sound()
            for place, definition in enumerate(items_of(item.definitions))
        ],
    )
    for index, item in attempt.sound():
        places = count()
        word = words[index]
        attempt.plan.create(
            index,
            word,
            *(
                made
                for definition in items_of(item.definitions)
                for made in new_definition(word, definition, places)
            ),
        )


async def _prepare_update(attempt: Attempt[WordUpdate]) -> None:
    targets = await find_targets(attempt, WordDocument)
    updated = {index: change(word, word_values(item)) for index, item, word in targets}
    await _refuse_taken_words(attempt, updated)
    for index, _, word in attempt.sound_among(targets):
        attempt.plan.update(index, word, updated[index])


async def _prepare_upsert(attempt: Attempt[WordUpsert]) -> None:
    refuse_repeated(attempt, "text")
    stored = await _words_of(attempt, {str(item.text) for _, item in attempt.sound()})
    by_key = {natural_key(word): word for word in stored}
    new, known = divide(attempt, by_key, WordUpdate)
    await _prepare_creation(attempt.about(new))
    await _prepare_update(attempt.about(known))


async def _refuse_taken_words(attempt: Attempt[Any], words: dict[int, WordDocument]) -> None:
    """Refuse words whose natural key another word has, in the store or before in the batch."""
    stored = await _words_of(attempt, {word.text for word in words.values()})
    owners: dict[NaturalKey, object] = {natural_key(word): word.id for word in stored}
    for index, word in words.items():
        if owners.setdefault(natural_key(word), word.id) != word.id:
            attempt.spot(index).at("text").refuse(
                UserErrorCode.DUPLICATE,
                f"{word.text!r} is there already with the same parts of speech. Update it, or give"
                " this one another homograph number.",
            )


async def _words_of(attempt: Attempt[Any], texts: set[str]) -> list[WordDocument]:
    if not texts:
        return []
    query = {"library_id": attempt.library_id, "text": {"$in": list(texts)}}
    return await attempt.unit.read(WordDocument, query)


async def _prepare_removal(attempt: Attempt[Removal]) -> None:
    targets = await find_targets(attempt, WordDocument)
    families = {index: Family(word, [], cascade=item.cascade) for index, item, word in targets}
    by_word = {family.root.id: family for family in families.values()}
    if by_word:
        query = {"word_id": {"$in": list(by_word)}}
        for definition in await attempt.unit.read(DefinitionDocument, query):
            by_word[definition.word_id].definitions.append(definition)
    await plan_removal(attempt, families)


_TARGET = target_checks(EntityKind.WORD)
CREATE = BatchRules("createWord", EntityKind.WORD, WORD_CHECKS, _prepare_creation, _texts)
UPDATE = BatchRules(
    "updateWord", EntityKind.WORD, _TARGET | WORD_CHECKS, _prepare_update, _headwords
)
PATCH = patching("patchWord", WordDocument, word_fields, UPDATE, patched_texts)
UPSERT = BatchRules(
    "upsertWord", EntityKind.WORD, upsert_checks(WORD_CHECKS), _prepare_upsert, _headwords
)
DELETE = BatchRules("deleteWord", EntityKind.WORD, _TARGET, _prepare_removal)
