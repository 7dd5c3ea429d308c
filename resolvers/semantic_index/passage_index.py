"""The passages of one source by their vectors, and the search that ranks them or their owners.

A passage is a row of the index: its id, its vector, and the columns that filters and answers need.
Equal texts have equal vectors, a row each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray

from resolvers.semantic_index.columns import (
    PASSAGE,
    PassageRow,
    SearchFilter,
    to_columns,
    to_key,
)
from resolvers.semantic_index.id_order import first_of_each
from resolvers.semantic_index.id_set import (
    Ids,
    Mask,
    ids_of,
    keys_of,
    to_ids,
    to_object_ids,
)
from resolvers.semantic_index.masks import FilterMasks
from resolvers.semantic_index.passage_files import FilledFiles
from vectorindex.ids import Keys
from vectorindex.protocol import Rows
from vectorindex.segments.index import SegmentedIndex
from vectorindex.segments.snapshot import Snapshot

Vectors = NDArray[np.float32]

# Changes of the log are numbered from here, and what is loaded before them from 1: so an index
# that is still being loaded is told from one that is complete, in its files as well.
FIRST_CHANGE = 1 << 40


class NumberedRows(Protocol):
    """The rows that were searched."""

    def keys_of(self, rows: Rows) -> Keys:
        """(len(rows), 2) the ids at rows, as numbers."""
        ...

    def take(self, name: str, rows: Rows) -> NDArray[Any]:
        """One column of some rows."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage, or an owner by its best passage; a higher score is better."""

    id: ObjectId
    passage_id: ObjectId
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What one query found, best first: passages, or owners by their best passages.

    Attributes:
        passages: (n,) ids.
        owners: (n,) ids.
        scores: (n,) float32, higher is better.
    """

    passages: Ids
    owners: Ids
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, rows: slice | NDArray[Any]) -> "Found":
        """Some of it, in the order of `rows`."""
        return Found(self.passages[rows], self.owners[rows], self.scores[rows])

    def by_owner(self) -> "Found":
        """The best passage of each owner; equal scores are ordered by owner."""
        first = first_of_each(self.owners)
        # `first` follows the owners, and a stable sort keeps that among equal scores.
        return self.take(first[np.argsort(-self.scores[first], kind="stable")])

    def hits(self, *, by_owner: bool) -> list[Hit]:
        """One by one, each with the id of its owner or of itself."""
        passages = to_object_ids(self.passages)
        found = to_object_ids(self.owners) if by_owner else passages
        return [Hit(*each) for each in zip(found, passages, self.scores.tolist(), strict=True)]


@dataclass(frozen=True, slots=True)
class PassageQuery:
    """What is looked for: (d,) vector, filter, how many owners, or passages one by one."""

    vector: Vectors
    search_filter: SearchFilter
    count: int
    by_owner: bool = True
    # These passages alone, whatever the filter and the count; without those that are not there.
    only: Ids | None = None


@dataclass(frozen=True, slots=True)
class PassageChange:
    """What changed at once.

    Attributes:
        removed: passages that are gone, or come anew.
        passages: what is there now.
        vectors: (len(passages), d).
    """

    removed: Sequence[ObjectId]
    passages: Sequence[PassageRow]
    vectors: Vectors


NOTHING: Final = Found(to_ids([]), to_ids([]), np.empty(0, dtype=np.float32))


class PassageIndex:
    """Searches may run in any thread beside one change."""

    def __init__(self, index: SegmentedIndex) -> None:
        self.index = index
        self._masks = FilterMasks()

    @property
    def sequence(self) -> int:
        """The last transaction of the library that it reflects; negative while it is loaded."""
        return self.index.sequence - FIRST_CHANGE

    def apply(self, sequence: int, change: PassageChange) -> None:
        """Bring the index to a later sequence; an earlier one changes nothing."""
        apply_change(self.index, sequence, change)

    def search(self, queries: Sequence[PassageQuery]) -> list[Found]:
        """The best of each query, best first; equal scores are ordered by id."""
        snapshot = self.index.snapshot
        results = [NOTHING] * len(queries)
        groups: dict[tuple[SearchFilter, int], list[int]] = {}
        for position, query in enumerate(queries):
            if query.only is not None:
                results[position] = _score(snapshot, query.vector, query.only)
                continue
            groups.setdefault((query.search_filter, depth_for(query.count)), []).append(position)
        for (search_filter, depth), positions in groups.items():
            group = [queries[position] for position in positions]
            *segments, tail = [{PASSAGE: p.view.keys, **p.columns} for p in snapshot.parts]
            mask = self._masks.mask(snapshot.generation, segments, [tail], search_filter)
            found = _search_group(snapshot, group, mask, depth)
            for position, each in zip(positions, found, strict=True):
                results[position] = each
        return results


def _score(snapshot: Snapshot, vector: Vectors, passages: Ids) -> Found:
    """Passages in their order."""
    rows = snapshot.rows_of_keys(keys_of(passages))
    rows = rows[rows >= 0]
    return found_at(snapshot, rows, snapshot.score(vector, rows), is_whole=True)


def apply_change(files: FilledFiles, sequence: int, change: PassageChange) -> None:
    """Bring what keeps passages to a later sequence; an earlier one changes nothing."""
    files.apply(
        FIRST_CHANGE + sequence,
        [to_key(each) for each in change.removed],
        [to_key(each.id) for each in change.passages],
        change.vectors,
        to_columns(change.passages),
    )


def depth_for(count: int) -> int:
    """How many passages are ranked at first: several may have one owner, or the last score.

    Each costs the exact scores of some more; where few owners are found, more are ranked next.
    """
    return 1 << (count + count // 8 + 7).bit_length()


def _search_group(
    snapshot: Snapshot, queries: Sequence[PassageQuery], mask: Mask | None, depth: int
) -> list[Found]:
    results = [NOTHING] * len(queries)
    open_queries = list(range(len(queries)))
    while open_queries:
        vectors = np.stack([queries[i].vector for i in open_queries])
        hits = snapshot.search(vectors, depth, mask=mask)
        is_whole = hits.rows.shape[1] < depth
        for place, i in enumerate(open_queries):
            found = found_at(snapshot, hits.rows[place], hits.scores[place], is_whole=is_whole)
            results[i] = found.by_owner() if queries[i].by_owner else found
        open_queries = [
            i for i in open_queries if len(results[i]) < queries[i].count and not is_whole
        ]
        depth *= 2
    return [found.take(slice(query.count)) for found, query in zip(results, queries, strict=True)]


def found_at(snapshot: NumberedRows, rows: Rows, scores: Vectors, *, is_whole: bool) -> Found:
    """The passages of one query.

    Args:
        snapshot: that was searched.
        rows: (k,) best first.
        scores: (k,)
        is_whole: whether there are no more.
    """
    if not is_whole:
        # More passages may share the last score: leave it to a deeper search, or ties would depend
        # on the depth.
        keep = scores > scores[-1]
        rows, scores = rows[keep], scores[keep]
    return Found(ids_of(snapshot.keys_of(rows)), snapshot.take("owner", rows), scores)
