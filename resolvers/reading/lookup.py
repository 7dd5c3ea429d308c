"""Looking words up by text: many at once, and suggestions for those that are not there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from documents.database import Row
from documents.errors import NotFoundError
from documents.library import LibraryState
from documents.text import normalize_headword
from resolvers.context import Context
from resolvers.errors import LimitError
from resolvers.reading.filters import prefix_range
from resolvers.reading.row import Columns, one_batch, projection_of

MAX_TEXTS = 100
MAX_SUGGESTIONS = 5
# Beyond, a suggestion would be another word rather than the same one misspelt.
MAX_EDITS = 3
HEAD_LENGTH = 4
# Bounds the command, and the time on the event loop, when many texts are missing.
MAX_CANDIDATES = 5_000
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
    candidates = await _spelt_alike(context, library_id, missing) if missing else {}
    return [
        FoundWords(
            text=text,
            words=sorted(by_text.get(normalized, []), key=lambda row: _rank(row, text)),
            suggestions=_suggest(normalized, candidates) if normalized in missing else [],
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
    context: Context, library_id: object, missing: Iterable[str]
) -> dict[str, str]:
    """Headwords by normalised text, of words whose beginnings resemble those of the missing."""
    heads = sorted({head for text in missing for head in _heads(text)})
    found = context.services.database["words"].find(
        # Each branch whole, so that each is one range of the database index.
        {"$or": [{"library_id": library_id, "normalized": prefix_range(head)} for head in heads]},
        {"_id": 0, "text": 1, "normalized": 1},
        limit=MAX_CANDIDATES,
        batch_size=one_batch(MAX_CANDIDATES),
    )
    return {row["normalized"]: row["text"] async for row in found}


def _heads(text: str) -> set[str]:
    """The first letters, and what they may have been before two were swapped or one came in."""
    head = text[:HEAD_LENGTH]
    swapped = {
        head[:place] + head[place + 1] + head[place] + head[place + 2 :]
        for place in range(len(head) - 1)
    }
    dropped = {head[:place] + text[place + 1 : HEAD_LENGTH + 1] for place in range(len(head))}
    return {each for each in {head, head[: HEAD_LENGTH - 1]} | swapped | dropped if each}


def _suggest(text: str, candidates: dict[str, str]) -> list[str]:
    edits = min(MAX_EDITS, max(1, len(text) // 3))
    best = process.extract(
        text,
        list(candidates),
        scorer=DamerauLevenshtein.distance,
        score_cutoff=edits,
        limit=MAX_SUGGESTIONS,
    )
    return [candidates[normalized] for normalized, _, _ in sorted(best, key=lambda each: each[1])]
