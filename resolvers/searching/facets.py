"""What results have in common: how many there are of each value, most first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bson import ObjectId

from documents.database import Row
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.limits import MAX_METADATA_DEPTH
from resolvers.reading.row import load_rows
from resolvers.searching.request import SearchRequest, SearchTarget
from resolvers.searching.search import SearchResult
from resolvers.semantic_index.id_set import to_object_ids

# Chunks or documents are counted among so many; words among all that are ranked.
FACET_DEPTH: Final = 1_000
MOST_VALUES: Final = 100

Counts = list[tuple[Any, int]]


@dataclass(frozen=True, slots=True)
class Counted:
    """The results that are counted: whatever page was asked for, with a score that is allowed.

    Attributes:
        ids: of words, chunks or documents.
        passages: of the definitions or chunks that match best.
    """

    ids: Sequence[ObjectId]
    passages: Sequence[ObjectId]


def counted(request: SearchRequest, result: SearchResult) -> Counted:
    """What facets count of a search."""
    found = result.ranking.found
    if request.target is not SearchTarget.WORDS:
        found = found.take(slice(FACET_DEPTH))
    if request.min_score is not None:
        found = found.take(found.scores >= request.min_score)
    return Counted(to_object_ids(found.owners), to_object_ids(found.passages))


async def count_column(
    context: Context, collection: str, ids: Sequence[ObjectId], column: str
) -> Counts:
    """By the values of a column; without what has none."""
    rows = await load_rows(context, collection, ids, frozenset({column}))
    return _most_first(row[column] for row in rows if row and column in row)


async def count_metadata(
    context: Context, collection: str, ids: Sequence[ObjectId], path: Sequence[str]
) -> Counts:
    """By what stands at a place of the metadata; of a list each member counts.

    Raises:
        RequestError: the path is empty or longer than metadata is deep.
    """
    if not 0 < len(path) <= MAX_METADATA_DEPTH + 1:
        raise RequestError(f"A path has 1 to {MAX_METADATA_DEPTH + 1} names.")
    rows = await load_rows(context, collection, ids, frozenset({"metadata"}))
    return _most_first(value for row in rows if row for value in _values_at(row, path))


async def documents_of(context: Context, chunks: Sequence[ObjectId]) -> list[ObjectId]:
    """The document of each chunk that is there."""
    rows = await load_rows(context, "chunks", chunks, frozenset({"document_id"}))
    return [row["document_id"] for row in rows if row]


def most_common(values: Iterable[ObjectId], count: int) -> list[tuple[ObjectId, int]]:
    """Which occur most often; equals in their order."""
    return sorted(Counter(values).items(), key=lambda each: (-each[1], each[0]))[:count]


def _values_at(row: Row, path: Sequence[str]) -> Iterator[Any]:
    value: Any = row.get("metadata", {})
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    for each in value if isinstance(value, list) else [value]:
        if each is not None and not isinstance(each, dict | list):
            yield each


def _most_first(values: Iterable[Any]) -> Counts:
    # Equal numbers of Python are not equal JSON: true is not 1.
    counts = Counter((type(value).__name__, value) for value in values)
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0][0], str(each[0][1])))
    return [(value, count) for (_, value), count in ordered[:MOST_VALUES]]
