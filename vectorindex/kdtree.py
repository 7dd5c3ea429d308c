"""Boxes of near rows in few dimensions: exact, and fast where boxes are small against distances.

The leaves of a k-d tree (Bentley, 1975) without the tree: comparing a query with all boxes at once
costs less than walking down a tree in Python.
"""

import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from vectorindex.base import MemoryIndex
from vectorindex.breadth import USUAL, Breadth
from vectorindex.exact import rounding_margin
from vectorindex.kernels import final_scores, kth_largest
from vectorindex.protocol import Mask, Metric, Rows, Scores, Vectors
from vectorindex.rows import RowView
from vectorindex.searching import CandidateFinder

LEAF_ROWS = 128
LEAVES_AT_ONCE = 8
# In more dimensions nearly every box is as near as the best row.
MOST_DIMENSIONS = 16
FEWEST_FRESH = 1_000
FRESH_SHARE = 8


class Boxes(NamedTuple):
    """Leaves of at most `LEAF_ROWS` rows.

    Attributes:
        rows: (n,) leaf by leaf.
        offsets: (leaves + 1,) where each begins and ends.
        low: (leaves, d) the smallest component of each leaf.
        high: (leaves, d) the largest.
    """

    rows: Rows
    offsets: Rows
    low: Vectors
    high: Vectors


class BoxFinder:
    """`CandidateFinder` that looks into boxes, the most promising first."""

    nlist = 0

    def __init__(self, boxes: Boxes, metric: Metric) -> None:
        self.boxes = boxes
        self._metric = metric

    def at(self, breadth: Breadth) -> "BoxFinder":  # noqa: ARG002 - nothing is left out
        """See `CandidateFinder.at`."""
        return self

    def gathers(self, row_count: int) -> int:
        """A selective filter leaves little of each box."""
        return max(2_500, row_count // 40)

    def find(self, view: RowView, queries: Vectors, k: int, allowed: Mask | None) -> Iterator[Rows]:
        """See `CandidateFinder.find`; rows that were added later are all candidates."""
        fresh = np.arange(len(self.boxes.rows), len(view))
        for query in queries:
            rows, scores = self._allowed(view, query, fresh, allowed)
            bounds = self._bounds(query) + rounding_margin(view, query)
            order = np.argsort(-bounds)
            for first in range(0, len(order), LEAVES_AT_ONCE):
                if len(scores) >= k and bounds[order[first]] < kth_largest(scores, k):
                    break
                leaves = order[first : first + LEAVES_AT_ONCE].tolist()
                offsets = self.boxes.offsets
                inside = [self.boxes.rows[offsets[i] : offsets[i + 1]] for i in leaves]
                more = self._allowed(view, query, np.concatenate(inside), allowed)
                rows, scores = np.concatenate([rows, more[0]]), np.concatenate([scores, more[1]])
            yield rows

    def _allowed(
        self, view: RowView, query: Vectors, rows: Rows, allowed: Mask | None
    ) -> tuple[Rows, Scores]:
        if allowed is not None:
            rows = rows[allowed[rows]]
        return rows, final_scores(view.vectors, rows, query[np.newaxis], self._metric)[0]

    def _bounds(self, query: Vectors) -> Scores:
        """(leaves,) no row of a leaf scores higher."""
        low, high = self.boxes.low, self.boxes.high
        if self._metric is Metric.SQUARED_L2:
            outside = np.maximum(np.maximum(low - query, query - high), np.float32(0))
            distances: Scores = np.vecdot(outside, outside)
            return -distances
        bounds: Scores = np.maximum(low * query, high * query).sum(axis=1)
        return bounds


class KdTreeIndex(MemoryIndex):
    """Exact like `FlatIndex`; for up to about `MOST_DIMENSIONS` dimensions, else it warns."""

    def __init__(
        self,
        dimension: int,
        metric: Metric,
        *,
        breadth: Breadth = USUAL,
        recall: float | None = None,
    ) -> None:
        super().__init__(dimension, metric, breadth=breadth, recall=recall)
        if dimension > MOST_DIMENSIONS:
            warnings.warn(
                f"a k-d tree cannot help in {dimension} dimensions (at most {MOST_DIMENSIONS}):"
                " choose the kind auto",
                stacklevel=2,
            )

    def make_finder(self, view: RowView) -> CandidateFinder:
        """See `MemoryIndex.make_finder`."""
        self._built_rows = len(view)
        return BoxFinder(build_boxes(view.vectors), self._metric)

    def extend_finder(self, finder: CandidateFinder, view: RowView) -> CandidateFinder:
        """See `MemoryIndex.extend_finder`."""
        fresh = len(view) - self._built_rows
        if fresh <= max(FEWEST_FRESH, self._built_rows // FRESH_SHARE):
            return finder
        return self.make_finder(view)


def build_boxes(vectors: Vectors) -> Boxes:
    """Halve the rows along the widest dimension until they fit into leaves."""
    leaves: list[Rows] = []
    waiting = [np.arange(len(vectors))] if len(vectors) else []
    while waiting:
        rows = waiting.pop()
        if len(rows) <= LEAF_ROWS:
            leaves.append(rows)
            continue
        inside = vectors[rows]
        widest = int(np.argmax(inside.max(axis=0) - inside.min(axis=0)))
        half = len(rows) // 2
        order = np.argpartition(inside[:, widest], half)
        waiting += [rows[order[:half]], rows[order[half:]]]
    offsets = np.cumsum([0, *(len(rows) for rows in leaves)])
    nothing = np.empty((0, vectors.shape[1]), dtype=np.float32)
    return Boxes(
        np.concatenate([np.empty(0, dtype=np.int64), *leaves]),
        offsets,
        np.array([vectors[rows].min(axis=0) for rows in leaves]) if leaves else nothing,
        np.array([vectors[rows].max(axis=0) for rows in leaves]) if leaves else nothing,
    )
