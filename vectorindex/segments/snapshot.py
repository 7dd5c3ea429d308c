"""What one search sees of an index in segments: it does not change any more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorindex.breadth import Breadth
from vectorindex.doors import check_ids, check_limit, check_mask, check_rows, check_vectors
from vectorindex.errors import ColumnError
from vectorindex.exact import ExactFinder
from vectorindex.ids import Keys, to_ids, to_keys
from vectorindex.kernels import final_scores, to_unit_length
from vectorindex.protocol import Hits, Mask, Metric, Rows, Scores, Vectors
from vectorindex.rows import RowView, take_through
from vectorindex.searching import CandidateFinder, search_view
from vectorindex.segments.segment import Columns


@dataclass(frozen=True, slots=True)
class Part:
    """A segment, or the tail.

    Attributes:
        view: its rows.
        finder: its first pass.
        find: rows of keys; -1 where there is none, dead rows too.
        columns: (n,) each.
    """

    view: RowView
    finder: CandidateFinder
    find: Callable[[Keys], Rows]
    columns: Columns

    def without(self, keys: Keys) -> "Part":
        """The part with tombstones for some ids; itself when it has none of them."""
        rows = self.find(keys)
        rows = rows[rows >= 0]
        rows = np.unique(rows[self.view.alive[rows]])
        if not rows.size:
            return self
        alive = self.view.alive.copy()
        alive[rows] = False
        live_count = self.view.live_count - len(rows)
        return replace(self, view=replace(self.view, alive=alive, live_count=live_count))


@dataclass(frozen=True)
class Snapshot:
    """The reading half of `VectorIndex`; rows are numbered through all parts.

    Attributes:
        generation: of the manifest that the segments are from.
        sequence: the last change that was applied.
        parts: segments in order, then the tail.
    """

    dimension: int
    metric: Metric
    generation: int
    sequence: int
    parts: tuple[Part, ...]

    def __len__(self) -> int:
        return sum(part.view.live_count for part in self.parts)

    def __contains__(self, id: object) -> bool:
        return isinstance(id, bytes) and bool(self.rows_of([id])[0] >= 0)

    def at(self, breadth: Breadth) -> "Snapshot":
        """The same rows, searched more or less broadly."""
        parts = (replace(part, finder=part.finder.at(breadth)) for part in self.parts)
        return replace(self, parts=tuple(parts))

    def exact(self) -> "Snapshot":
        """The same rows, searched exactly."""
        finder = ExactFinder(self.metric)
        return replace(self, parts=tuple(replace(part, finder=finder) for part in self.parts))

    @cached_property
    def row_count(self) -> int:
        """Rows including tombstones: the length a mask must have."""
        return self._starts[-1]

    def column(self, name: str) -> NDArray[Any]:
        """(row_count,) one column of all rows.

        Raises:
            ColumnError: the index has no such column.
        """
        for part in self.parts:
            if name not in part.columns:
                raise ColumnError(f"there is no column {name!r}, only {sorted(part.columns)}")
        return np.concatenate([part.columns[name] for part in self.parts])

    def take(self, name: str, rows: Rows) -> NDArray[Any]:
        """(len(rows),) one column of some rows; cheaper than `column` for few."""
        return take_through([part.columns[name] for part in self.parts], rows)

    def rows_of(self, ids: Sequence[bytes]) -> Rows:
        """See `VectorIndex.rows_of`."""
        check_ids(ids)
        return self.rows_of_keys(to_keys(ids))

    def rows_of_keys(self, keys: Keys) -> Rows:
        """`rows_of` for many ids at once, as (m, 2) numbers."""
        found = np.full(len(keys), -1, dtype=np.int64)
        for start, part in zip(self._starts, self.parts, strict=False):
            rows = part.find(keys)
            known = np.flatnonzero(rows >= 0)
            known = known[part.view.alive[rows[known]]]
            found[known] = rows[known] + start
        return found

    def ids_of(self, rows: Rows) -> list[bytes]:
        """See `VectorIndex.ids_of`."""
        check_rows(rows, self.row_count)
        return to_ids(self.keys_of(rows.ravel()))

    def search(self, queries: Vectors, k: int, *, mask: Mask | None = None) -> Hits:
        """See `VectorIndex.search`."""
        queries = check_vectors(queries, self.dimension, self.metric)
        if self.metric is Metric.COSINE:
            queries = to_unit_length(queries)
        check_limit(k)
        if mask is not None:
            check_mask(mask, self.row_count)
        found = []
        for start, part in zip(self._starts, self.parts, strict=False):
            within = None if mask is None else mask[start : start + len(part.view)]
            hits = search_view(part.view, part.finder, self.metric, queries, k, within)
            found.append(Hits(hits.rows + start, hits.scores))
        return self._best(found, k)

    def score(self, query: Vectors, rows: Rows) -> Scores:
        """(len(rows),) exact scores of chosen rows for one query.

        Args:
            query: (d,) float32, checked as that of a search is.
            rows: (n,) of rows that are alive.
        """
        queries = check_vectors(query[np.newaxis], self.dimension, self.metric)
        if self.metric is Metric.COSINE:
            queries = to_unit_length(queries)
        scores = np.empty(len(rows), dtype=np.float32)
        for start, end, part in zip(self._starts, self._starts[1:], self.parts, strict=False):
            within = (rows >= start) & (rows < end)
            chosen = rows[within] - start
            scores[within] = final_scores(part.view.vectors, chosen, queries, self.metric)[0]
        return scores

    @cached_property
    def _starts(self) -> list[int]:
        """First row of every part, and the end of the last."""
        sizes = [len(part.view) for part in self.parts]
        return [sum(sizes[:number]) for number in range(len(sizes) + 1)]

    def _best(self, found: Sequence[Hits], k: int) -> Hits:
        parts = [hits for hits in found if hits.rows.size]
        if len(parts) == 1:
            return parts[0]  # in order as they are
        rows = np.concatenate([hits.rows for hits in found], axis=1)
        scores = np.concatenate([hits.scores for hits in found], axis=1)
        keys = self.keys_of(rows.ravel()).reshape(*rows.shape, 2)
        order = np.lexsort((keys[..., 1], keys[..., 0], -scores), axis=1)[:, :k]
        return Hits(
            np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1)
        )

    def keys_of(self, rows: Rows) -> Keys:
        """(len(rows), 2) the ids of rows as numbers; many at once cost less so."""
        return take_through([part.view.keys for part in self.parts], rows)
