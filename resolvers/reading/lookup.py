"""Looking words up by text: many at once, and suggestions for those that are not there."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from documents.database import Row
from documents.errors import NotFoundError
from documents.library import LibraryState
from documents.text import normalize_headword
from resolvers.context import Context
from resolvers.errors import LimitError
from resolvers.limits import HEADWORD_LIMIT
from resolvers.reading.row import Columns, one_batch, projection_of
from resolvers.reading.spelling import near_spellings

MAX_TEXTS = 100
MAX_SUGGESTIONS = 5
# Looked for in one command, shared by the texts that are missing: ten have all theirs.
MAX_SPELLINGS = 5_000
LOOKUP_COLUMNS = frozenset({"text", "normalized", "part_of_speech_key", "homograph"})


@dataclass(frozen=True, slots=True)
class FoundWords:
    """What a text led to: rows of words, or headwords that are spelt alike."""

    text: str
    words: list[Row]
    suggestions: list[str]


async def look_up_words(
    context: Context,
    library_key: str,
    texts: Sequence[str],
    columns: Columns,
    *,
    with_suggestions: bool,
) -> list[FoundWords]:
    """Find the words of each text: spelt exactly so first, then those that differ in case or width.

    Two commands at most, whatever the number of texts.

    Args:
        context: of the operation.
        library_key: where to look.
        texts: at most 100; in the answer each has its place.
        columns: what is read of the words.
        with_suggestions: whether texts that are missing get any; costs the second command.

    Raises:
        LimitError: too many texts.
        NotFoundError: there is no such library.
    """
    if len(texts) > MAX_TEXTS:
        raise LimitError(f"One look-up takes at most {MAX_TEXTS} texts: ask again for the others.")
    folded = [normalize_headword(text) for text in texts]
    library_id, rows = await _matching_words(context, library_key, folded, columns)
    by_text: dict[str, list[Row]] = {}
    for row in rows:
        by_text.setdefault(row["normalized"], []).append(row)
    missing = {text for text in folded if text and text not in by_text} if with_suggestions else ()
    suggestions = await _spelt_alike(context, library_id, missing) if missing else {}
    return [
        FoundWords(
            text=text,
            words=sorted(by_text.get(normalized, []), key=lambda row: _rank(row, text)),
            suggestions=suggestions.get(normalized, []),
        )
        for text, normalized in zip(texts, folded, strict=True)
    ]


def _rank(row: Row, text: str) -> tuple[bool, str, str, int]:
    return (row["text"] != text, row["text"], row["part_of_speech_key"], row["homograph"])


async def _matching_words(
    context: Context, library_key: str, folded: Iterable[str], columns: Columns
) -> tuple[object, list[Row]]:
    pipeline: list[Row] = [
        {"$match": {"key": library_key, "state": LibraryState.READY.value}},
        {"$project": {"_id": 1}},
        {
            "$lookup": {
                "from": "words",
                "localField": "_id",
                "foreignField": "library_id",
                "pipeline": [
                    {"$match": {"normalized": {"$in": sorted(set(folded))}}},
                    {"$project": projection_of(columns | LOOKUP_COLUMNS)},
                ],
                "as": "words",
            }
        },
    ]
    found = await (await context.services.database["libraries"].aggregate(pipeline)).to_list()
    if not found:
        raise NotFoundError(f"There is no library {library_key!r}.")
    return found[0]["_id"], found[0]["words"]


async def _spelt_alike(
    context: Context, library_id: object, missing: Collection[str]
) -> dict[str, list[str]]:
    """For each missing text: headwords that are spelt almost like it."""
    share = MAX_SPELLINGS // len(missing)
    near = {text: near_spellings(text, share) for text in missing if len(text) <= HEADWORD_LIMIT}
    spellings = {spelling for each in near.values() for spelling in each}
    found = context.services.database["words"].find(
        {"library_id": library_id, "normalized": {"$in": sorted(spellings)}},
        {"_id": 0, "text": 1, "normalized": 1},
        batch_size=one_batch(MAX_SPELLINGS),
    )
    headwords = {row["normalized"]: row["text"] async for row in found}
    return {
        text: [headwords[each] for each in spellings if each in headwords][:MAX_SUGGESTIONS]
        for text, spellings in near.items()
    }
