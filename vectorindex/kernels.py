"""Scores of many rows, and the best of them, as fast as NumPy goes.

Two kinds of score: *rough* ones come from whichever kernel is fastest for the number of queries,
and differ in the last bits between kernels; *final* ones come from `vecdot` over a row and a query,
and depend on nothing else. Rough scores choose finalists, with a margin for their error; finalists
are scored again. So an answer is exact, and does not depend on the queries beside it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vectorindex.protocol import Metric, Rows, Scores, Vectors
from vectorindex.rows import RowView

# Rows per block: of one matrix product, and of one maximum.
BLOCK_ROWS = 128
# From this many queries on, a matrix product beats one `vecdot` per query.
FEWEST_FOR_PRODUCT = 4
# Rows that are gathered at a time stay in the second-level cache (768 KiB at 384 components).
GATHER_ROWS = 512
# Relative error of one float32 operation.
UNIT_ROUNDOFF = 2.0**-24


def to_unit_length(vectors: Vectors) -> Vectors:
    """Scale rows to length 1; none may be zero."""
    # Dividing by the largest component first keeps squares from overflowing and vanishing.
    scaled: Vectors = vectors / np.abs(vectors).max(axis=1, keepdims=True)
    scaled /= np.sqrt(np.vecdot(scaled, scaled))[:, np.newaxis]
    return scaled


def rough_scores(view: RowView, queries: Vectors, metric: Metric) -> Scores:
    """Score every row, tombstones too.

    Under squared L2 the square of the query is left out, which changes no order.

    Returns:
        (blocks, BLOCK_ROWS, q) float32; minus infinity behind the last row.
    """
    n, q = len(view.vectors), len(queries)
    blocks = -(-n // BLOCK_ROWS)
    scores = np.empty((blocks, BLOCK_ROWS, q), dtype=np.float32)
    by_row = scores.reshape(-1, q)
    by_row[n:] = -np.inf
    if q < FEWEST_FOR_PRODUCT:
        for column, query in enumerate(queries):
            by_row[:n, column] = np.vecdot(view.vectors, query)
    else:
        whole = n // BLOCK_ROWS
        end = whole * BLOCK_ROWS
        in_blocks = view.vectors[:end].reshape(whole, BLOCK_ROWS, -1)
        np.matmul(in_blocks, queries.T, out=scores[:whole])
        np.matmul(view.vectors[end:], queries.T, out=by_row[end:n])
    if metric is Metric.SQUARED_L2:
        by_row[:n] *= np.float32(2.0)
        by_row[:n] -= view.squares[:, np.newaxis]
    return scores


def rough_margin(view: RowView, query: Vectors) -> float:
    """How far apart two rows may seem that are equal: twice the error of a rough and a final score.

    Bound of the rounding errors of a dot product (Higham, Accuracy and Stability of Numerical
    Algorithms, section 3.1), with (|x| + |q|)² above every product under every metric.
    """
    operations = len(query) + 8
    length = float(np.sqrt(np.vecdot(query, query)))
    return 4.0 * operations * UNIT_ROUNDOFF * (view.largest_length + length) ** 2


def find_finalists(scores: Scores, column: int, k: int, margin: float) -> Rows:
    """Find all rows that may be among the `k` best for one query.

    The k-th best block maximum is a lower bound of the k-th best score, so only blocks whose
    maximum reaches it are looked into.

    Args:
        scores: see `rough_scores`; at least `k` of them are finite.
        column: which query.
        k: at least 1.
        margin: rows that are worse than the k-th best by no more than this are found too.
    """
    maxima = scores[:, :, column].max(axis=1)
    bound = kth_largest(maxima, k) - margin if k <= len(maxima) else -np.inf
    blocks = np.flatnonzero(maxima >= bound)
    within = scores[blocks, :, column]
    finalists = within >= kth_largest(within.ravel(), k) - margin
    block, offset = np.nonzero(finalists)
    return blocks[block] * BLOCK_ROWS + offset


def final_scores(view: RowView, rows: Rows, queries: Vectors, metric: Metric) -> Scores:
    """Score chosen rows, each pair alike whatever is beside it.

    Returns:
        (q, len(rows)) float32.
    """
    scores = np.empty((len(queries), len(rows)), dtype=np.float32)
    for part, vectors in _gather(view.vectors, rows):
        for column, query in enumerate(queries):
            scores[column, part] = _score(vectors, query, metric)
    return scores


def select_top(rows: Rows, scores: Scores, k: int, view: RowView) -> tuple[Rows, Scores]:
    """Pick the `k` best, best first, equal scores by id.

    Args:
        rows: (m,), m at least `k`.
        scores: (m,) final scores.
        k: at least 1.
        view: holds the ids.
    """
    if k < len(rows):
        # All that tie at the boundary stay, for the ids to decide.
        kept = scores >= kth_largest(scores, k)
        rows, scores = rows[kept], scores[kept]
    keys = view.keys[rows]
    order = np.lexsort((keys[:, 1], keys[:, 0], -scores))[:k]
    return rows[order], scores[order]


def kth_largest(values: NDArray[np.float32], k: int) -> float:
    """The k-th largest of at least `k` values, in linear time."""
    position = len(values) - k
    return float(np.partition(values, position)[position])


def _gather(vectors: Vectors, rows: Rows) -> Iterator[tuple[slice, Vectors]]:
    memory = np.empty((min(GATHER_ROWS, len(rows)), vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), GATHER_ROWS):
        part = slice(start, min(start + GATHER_ROWS, len(rows)))
        block = memory[: part.stop - part.start]
        # "clip" lets NumPy write straight into `out`: twice as fast as vectors[rows].
        np.take(vectors, rows[part], axis=0, out=block, mode="clip")
        yield part, block


def _score(vectors: Vectors, query: Vectors, metric: Metric) -> Scores:
    if metric is Metric.SQUARED_L2:
        difference = vectors - query
        distances: Scores = np.vecdot(difference, difference)
        return -distances
    scores: Scores = np.vecdot(vectors, query)
    if metric is Metric.COSINE:
        np.clip(scores, -1.0, 1.0, out=scores)
    return scores
