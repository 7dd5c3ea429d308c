"""One search for all kinds: candidates from a first pass, exact scores, the best of them.

A filter is applied before the first pass, never after the ranking. Where it leaves few rows they
are all scored, whatever the kind.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from vectorindex.breadth import Breadth
from vectorindex.exact import ExactFinder
from vectorindex.kernels import final_scores, select_top
from vectorindex.protocol import Hits, Mask, Metric, Vectors
from vectorindex.protocol import Rows as RowNumbers
from vectorindex.rows import RowView

# So few rows are passed over exactly: a first pass would not pay.
FEWEST_FOR_FIRST_PASS = 2_000


class CandidateFinder(Protocol):
    """A first pass: chooses the rows that an exact score is worth for."""

    @property
    def nlist(self) -> int:
        """How many lists there are to probe; 0 where there are none."""
        ...

    def at(self, breadth: Breadth) -> "CandidateFinder":
        """The same first pass, looking at more or less."""
        ...

    def gathers(self, row_count: int) -> int:
        """The number of allowed rows up to which scoring them all is cheaper than `find`."""
        ...

    def find(
        self, view: RowView, queries: Vectors, k: int, allowed: Mask | None
    ) -> Iterator[RowNumbers]:
        """Choose rows for one query after the other.

        Args:
            view: the rows that the finder was made for.
            queries: (q, d) float32, checked; of length 1 under cosine.
            k: at least 1 and at most the number of allowed rows.
            allowed: (n,) which rows may be chosen, None for all.

        Returns:
            For each query at least `k` different rows, in any order.
        """
        ...


def search_view(
    view: RowView,
    finder: CandidateFinder,
    metric: Metric,
    queries: Vectors,
    k: int,
    mask: Mask | None,
) -> Hits:
    """Find the `k` best rows of every query among those that are alive and in the mask."""
    allowed, count = _allowed_rows(view, mask)
    hits = no_hits(len(queries), min(k, count))
    if hits.rows.size == 0:
        return hits
    if allowed is not None and count <= finder.gathers(len(view)):
        rows = np.flatnonzero(allowed)
        for position, scores in enumerate(final_scores(view.vectors, rows, queries, metric)):
            _put_top(hits, position, rows, scores, view)
        return hits
    if len(view) <= FEWEST_FOR_FIRST_PASS:
        finder = ExactFinder(metric)
    k = hits.rows.shape[1]
    for position, rows in enumerate(finder.find(view, queries, k, allowed)):
        query = queries[position : position + 1]
        _put_top(hits, position, rows, final_scores(view.vectors, rows, query, metric)[0], view)
    return hits


def no_hits(queries: int, k: int) -> Hits:
    """Room for the hits of so many queries."""
    return Hits(np.empty((queries, k), np.int64), np.empty((queries, k), np.float32))


def _put_top(hits: Hits, position: int, rows: RowNumbers, scores: Vectors, view: RowView) -> None:
    k = hits.rows.shape[1]
    hits.rows[position], hits.scores[position] = select_top(rows, scores, k, view.keys)


def _allowed_rows(view: RowView, mask: Mask | None) -> tuple[Mask | None, int]:
    if mask is None:
        return (None if view.live_count == len(view) else view.alive), view.live_count
    allowed = mask if view.live_count == len(view) else view.alive & mask
    count = int(np.count_nonzero(allowed))
    return (None if count == len(view) else allowed), count
