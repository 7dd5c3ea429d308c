"""The exact first pass: every vector is looked at, and none of the best can be missed.

Rough scores come from whichever kernel is fastest for the number of queries, and differ in the last
bits between kernels. They choose finalists, with a margin for their error.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vectorindex.breadth import Breadth
from vectorindex.kernels import infinity_outside, kth_largest
from vectorindex.protocol import Mask, Metric, Rows, Scores, Vectors
from vectorindex.rows import RowView

# Rows of one matrix product: larger ones leave the first-level cache.
BLOCK_ROWS = 64
# The scores of so many blocks are reduced while they are in the second-level cache.
CHUNK_BLOCKS = 64
CHUNK_ROWS = BLOCK_ROWS * CHUNK_BLOCKS
# From this many queries on, a matrix product beats one `vecdot` per query: memory is read once.
FEWEST_FOR_PRODUCT = 2
# A rough pass keeps one score per row and query in memory.
QUERIES_AT_ONCE = 64
# Relative error of one float32 operation.
UNIT_ROUNDOFF = 2.0**-24


class RoughScores(NamedTuple):
    """Scores of all rows for a few queries.

    Rows that are `BLOCK_ROWS` apart within a chunk are a group: so a maximum over blocks is that of
    long contiguous lines.

    Attributes:
        scores: (chunks, CHUNK_BLOCKS, BLOCK_ROWS, q) float32; minus infinity where nothing may be
            returned.
        maxima: (chunks, BLOCK_ROWS, q) float32, the best of each group.
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
    chunks = -(-len(view) // CHUNK_ROWS)
    score, chunks_at_once = _score_by_product, 1
    if len(queries) < FEWEST_FOR_PRODUCT:
        score, chunks_at_once = _score_one, max(1, chunks)
    scores = np.empty((chunks, CHUNK_BLOCKS, BLOCK_ROWS, len(queries)), dtype=np.float32)
    maxima = np.empty((chunks, BLOCK_ROWS, len(queries)), dtype=np.float32)
    # Contiguous columns: a transposed view makes the product half as fast.
    columns = np.ascontiguousarray(queries.T)
    for first in range(0, chunks, chunks_at_once):
        part = slice(first, first + chunks_at_once)
        rows = slice(first * CHUNK_ROWS, min(len(view), part.stop * CHUNK_ROWS))
        by_row = scores[part].reshape(-1, len(queries))
        used = by_row[: rows.stop - rows.start]
        score(view.vectors[rows], columns, used)
        if metric is Metric.SQUARED_L2:
            used *= np.float32(2.0)
            used -= view.squares[rows, np.newaxis]
        if allowed is not None:
            used -= infinity_outside(allowed[rows])[:, np.newaxis]
        by_row[len(used) :] = -np.inf
        np.max(scores[part], axis=1, out=maxima[part])
    return RoughScores(scores, maxima)


def _score_one(vectors: Vectors, columns: Vectors, out: Scores) -> None:
    np.vecdot(vectors, columns[:, 0], out=out[:, 0])


def _score_by_product(vectors: Vectors, columns: Vectors, out: Scores) -> None:
    """(n, q) products, a block at a time."""
    blocks = len(vectors) // BLOCK_ROWS
    end = blocks * BLOCK_ROWS
    np.matmul(
        vectors[:end].reshape(blocks, BLOCK_ROWS, vectors.shape[1]),
        columns,
        out=out[:end].reshape(blocks, BLOCK_ROWS, columns.shape[1]),
    )
    np.matmul(vectors[end:], columns, out=out[end:])


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

    The k-th best maximum is a lower bound of the k-th best score, so only groups whose
    maximum reaches it are looked into. Rows that are worse than the k-th best by no more than
    `margin` are found too.
    """
    maxima: NDArray[np.float32] = rough.maxima[:, :, column].ravel()
    bound = kth_largest(maxima, k) - margin if k <= len(maxima) else -np.inf
    chunks, offsets = np.divmod(np.flatnonzero(maxima >= bound), BLOCK_ROWS)
    within = rough.scores[chunks, :, offsets, column]
    finalists = within >= kth_largest(within.ravel(), k) - margin
    # Where fewer than `k` groups have a score at all, the bound is minus infinity.
    finalists &= within > -np.inf
    group, block = np.nonzero(finalists)
    return chunks[group] * CHUNK_ROWS + block * BLOCK_ROWS + offsets[group]
