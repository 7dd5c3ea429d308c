"""The exact first pass: every vector is looked at, and none of the best can be missed.

Rough scores come from whichever kernel is fastest for the number of queries, and differ in the last
bits between kernels. They choose finalists, with a margin for their error.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vectorindex.breadth import Breadth
from vectorindex.kernels import kth_largest
from vectorindex.protocol import Mask, Metric, Rows, Scores, Vectors
from vectorindex.rows import RowView

# Rows per block: of one matrix product, and of one maximum.
BLOCK_ROWS = 64
# The scores of so many blocks are reduced while they are in the second-level cache.
BLOCKS_AT_ONCE = 64
# From this many queries on, a matrix product beats one `vecdot` per query.
FEWEST_FOR_PRODUCT = 4
# A rough pass keeps one score per row and query in memory.
QUERIES_AT_ONCE = 32
# Relative error of one float32 operation.
UNIT_ROUNDOFF = 2.0**-24


class RoughScores(NamedTuple):
    """Scores of all rows for a few queries.

    Attributes:
        scores: (blocks, BLOCK_ROWS, q) float32; minus infinity where nothing may be returned.
        maxima: (blocks, q) float32, the best of each block.
    """

    scores: Scores
    maxima: Scores


class ExactFinder:
    """`CandidateFinder` whose candidates hold the true best."""

    nlist = 0

    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def at(self, breadth: Breadth) -> "ExactFinder":  # noqa: ARG002 - nothing is left out
        """See `CandidateFinder.at`."""
        return self

    def gathers(self, row_count: int) -> int:
        """Below this, or below an eighth, gathering is cheaper than passing over all rows."""
        return max(5_000, row_count // 8)

    def find(self, view: RowView, queries: Vectors, k: int, allowed: Mask | None) -> Iterator[Rows]:
        """See `CandidateFinder.find`; costs n d per query."""
        for start in range(0, len(queries), QUERIES_AT_ONCE):
            part = queries[start : start + QUERIES_AT_ONCE]
            rough = _score_all(view, part, self._metric, allowed)
            for column, query in enumerate(part):
                yield _find_finalists(rough, column, k, rounding_margin(view, query))


def _score_all(
    view: RowView, queries: Vectors, metric: Metric, allowed: Mask | None
) -> RoughScores:
    """Score every row; under squared L2 without the query's square, which changes no order."""
    n, q = len(view), len(queries)
    blocks = -(-n // BLOCK_ROWS)
    if q < FEWEST_FOR_PRODUCT:
        scores = np.empty((q, blocks, BLOCK_ROWS), dtype=np.float32).transpose(1, 2, 0)
        blocks_at_once = blocks
    else:
        scores = np.empty((blocks, BLOCK_ROWS, q), dtype=np.float32)
        blocks_at_once = BLOCKS_AT_ONCE
    maxima = np.empty((blocks, q), dtype=np.float32)
    for first in range(0, blocks, blocks_at_once):
        part = slice(first, first + blocks_at_once)
        rows = slice(first * BLOCK_ROWS, min(n, part.stop * BLOCK_ROWS))
        _score_part(view, rows, queries, metric, allowed, scores[part])
        np.max(scores[part], axis=1, out=maxima[part])
    return RoughScores(scores, maxima)


def _score_part(
    view: RowView,
    rows: slice,
    queries: Vectors,
    metric: Metric,
    allowed: Mask | None,
    scores: Scores,
) -> None:
    """Score a range of rows into (blocks, BLOCK_ROWS, q) `scores`."""
    vectors = view.vectors[rows]
    if scores.strides[2] != scores.itemsize:
        lines = scores.transpose(2, 0, 1).reshape(len(queries), -1)
        for line, query in zip(lines, queries, strict=True):
            np.vecdot(vectors, query, out=line[: len(vectors)])
            line[len(vectors) :] = -np.inf
        by_row = lines.T
    else:
        by_row = scores.reshape(-1, len(queries))
        whole = len(vectors) // BLOCK_ROWS
        end = whole * BLOCK_ROWS
        in_blocks = vectors[:end].reshape(whole, BLOCK_ROWS, vectors.shape[1])
        np.matmul(in_blocks, queries.T, out=scores[:whole])
        np.matmul(vectors[end:], queries.T, out=by_row[end : len(vectors)])
        by_row[len(vectors) :] = -np.inf
    by_row = by_row[: len(vectors)]
    if metric is Metric.SQUARED_L2:
        by_row *= np.float32(2.0)
        by_row -= view.squares[rows, np.newaxis]
    if allowed is not None:
        by_row[~allowed[rows]] = -np.inf


def rounding_margin(view: RowView, query: Vectors) -> float:
    """How far apart two rows may seem that are equal: twice the error of a rough and a final score.

    Bound of the rounding errors of a dot product (Higham, Accuracy and Stability of Numerical
    Algorithms, section 3.1), with (|x| + |q|)² above every product under every metric.
    """
    operations = len(query) + 8
    length = float(np.sqrt(np.vecdot(query, query)))
    return 4.0 * operations * UNIT_ROUNDOFF * (view.largest_length + length) ** 2


def _find_finalists(rough: RoughScores, column: int, k: int, margin: float) -> Rows:
    """Find all rows that may be among the `k` best for one query.

    The k-th best block maximum is a lower bound of the k-th best score, so only blocks whose
    maximum reaches it are looked into. Rows that are worse than the k-th best by no more than
    `margin` are found too.
    """
    maxima: NDArray[np.float32] = rough.maxima[:, column]
    bound = kth_largest(maxima, k) - margin if k <= len(maxima) else -np.inf
    blocks = np.flatnonzero(maxima >= bound)
    within = rough.scores[blocks, :, column]
    finalists = within >= kth_largest(within.ravel(), k) - margin
    # Where fewer than `k` blocks have a score at all, the bound is minus infinity.
    finalists &= within > -np.inf
    block, offset = np.nonzero(finalists)
    return blocks[block] * BLOCK_ROWS + offset
