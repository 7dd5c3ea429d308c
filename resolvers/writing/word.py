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
from resolvers.writing.batch import BatchRules, run_batch
from resolvers.writing.definition import definition_texts, new_definition, refuse_bad_links
from resolvers.writing.fields import WORD_CHECKS, target_checks
from resolvers.writing.items import OMITTED, NewWord, Target, WordUpdate, items_of
from resolvers.writing.lookup import find_targets
from resolvers.writing.removal import Family, plan_removal
from resolvers.writing.result import BatchCall, BatchResult
from resolvers.writing.values import change, make, word_values


async def create_words(context: Context, call: BatchCall[NewWord]) -> BatchResult:
    """Add words with their definitions and examples."""
    return await run_batch(context, call, BatchRules(WORD_CHECKS, _prepare_creation, _texts))


async def update_words(context: Context, call: BatchCall[WordUpdate]) -> BatchResult:
    """Change words; a list that is given, such as forms, replaces the stored one."""
    checks = target_checks(EntityKind.WORD) | WORD_CHECKS
    return await run_batch(context, call, BatchRules(checks, _prepare_update))


async def delete_words(context: Context, call: BatchCall[Target]) -> BatchResult:
    """Remove words; with `cascade`, also their definitions, examples and the relations to them."""
    rules = BatchRules(target_checks(EntityKind.WORD), _prepare_removal)
    return await run_batch(context, call, rules)


def _texts(items: Iterable[NewWord]) -> list[str]:
    return [text for item in items for text in definition_texts(items_of(item.definitions))]


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
        attempt.plan.create(index, words[index])
        for definition in items_of(item.definitions):
            made, examples = new_definition(words[index], definition, places)
            attempt.plan.new += [made, *examples]


async def _prepare_update(attempt: Attempt[WordUpdate]) -> None:
    targets = await find_targets(attempt, WordDocument)
    updated = {index: change(word, word_values(item)) for index, item, word in targets}
    await _refuse_taken_words(attempt, updated)
    for index, _, word in attempt.sound_among(targets):
        attempt.plan.update(index, word, updated[index])


async def _refuse_taken_words(attempt: Attempt[Any], words: dict[int, WordDocument]) -> None:
    """Refuse words whose natural key another word has, in the store or before in the batch."""
    texts = list({word.text for word in words.values()})
    query = {"library_id": attempt.library_id, "text": {"$in": texts}}
    stored = await attempt.unit.read(WordDocument, query) if texts else []
    owners: dict[NaturalKey, object] = {natural_key(word): word.id for word in stored}
    for index, word in words.items():
        if owners.setdefault(natural_key(word), word.id) != word.id:
            attempt.spot(index).at("text").refuse(
                UserErrorCode.DUPLICATE,
                f"{word.text!r} is there already with the same parts of speech. Update it, or give"
                " this one another homograph number.",
            )


async def _prepare_removal(attempt: Attempt[Target]) -> None:
    targets = await find_targets(attempt, WordDocument)
    families = {index: Family(word, []) for index, _, word in targets}
    by_word = {family.root.id: family for family in families.values()}
    if by_word:
        query = {"word_id": {"$in": list(by_word)}}
        for definition in await attempt.unit.read(DefinitionDocument, query):
            by_word[definition.word_id].definitions.append(definition)
    await plan_removal(attempt, families)
