"""Distances between one code and many, and the smallest of them.

Codes lie word by word, in blocks or in pieces that are put together: 220 to 265 million rows of
6 words a second, where row by row 35 to 160 million are passed over.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorindex.encoding import Codes
from vectorindex.kernels import bits_outside, infinity_outside
from vectorindex.protocol import Mask, Rows

Distances = NDArray[np.uint16]
"""(n,) uint16: how many planes separate two vectors; lower is nearer."""
CodeBlocks = NDArray[np.uint64]
"""(blocks, words, BLOCK_ROWS) uint64: codes word by word."""
CodeColumns = NDArray[np.uint64]
"""(words, n) uint64: codes word by word."""

# 768 KiB of codes at 6 words: smaller blocks cost more calls, larger ones leave the cache.
BLOCK_ROWS = 16_384
# Bytes that hold the counts of three words (at most 192) can be added without overflow.
WORDS_PER_BYTE = 3
# From this many rows on, minima of strides narrow the choice first.
FEWEST_FOR_MINIMA = 32_768
# Rows that tie with the last candidate are candidates too, unless they are so many.
MOST_TIED = 2
# So many times the usual candidates where many are about equally far.
MOST_NEAR = 16


def distances_by_word(blocks: CodeBlocks, count: int, query: Codes) -> Distances:
    """Distances of the first `count` rows of `blocks`."""
    distances = np.empty(len(blocks) * BLOCK_ROWS, dtype=np.uint16)
    differing = np.empty(blocks.shape[1:], dtype=np.uint64)
    counts = np.empty(blocks.shape[1:], dtype=np.uint8)
    for block, out in zip(blocks, distances.reshape(-1, BLOCK_ROWS), strict=True):
        _compare(block, query, differing, counts, out)
    return distances[:count]


def distances_of_pieces(pieces: Sequence[CodeColumns], query: Codes) -> Distances:
    """Distances of codes that lie in pieces, one piece after the other."""
    joined = np.concatenate(pieces, axis=1)
    distances = np.empty(joined.shape[1], dtype=np.uint16)
    counts = np.empty(joined.shape, dtype=np.uint8)
    _compare(joined, query, joined, counts, distances)
    return distances


def _compare(
    codes: CodeColumns,
    query: Codes,
    differing: CodeColumns,
    counts: NDArray[np.uint8],
    out: Distances,
) -> None:
    np.bitwise_xor(codes, query[:, np.newaxis], out=differing)
    np.bitwise_count(differing, out=counts)
    _add_words(counts, out)


def _add_words(counts: NDArray[np.uint8], out: Distances) -> None:
    """Sum (words, n) counts over words, in place."""
    words = len(counts)
    sums = [counts[first] for first in range(0, words, WORDS_PER_BYTE)]
    for first, total in zip(range(0, words, WORDS_PER_BYTE), sums, strict=True):
        for line in counts[first + 1 : min(words, first + WORDS_PER_BYTE)]:
            np.add(total, line, out=total)
    np.add(sums[0], sums[1], out=out, dtype=np.uint16)
    for total in sums[2:]:
        np.add(out, total, out=out)


def exclude(distances: NDArray[Any], allowed: Mask) -> None:
    """Put rows that may not be returned behind all others."""
    if distances.dtype == np.float32:
        distances += infinity_outside(allowed)
    else:
        distances |= bits_outside(allowed, distances.dtype)


def smallest(distances: NDArray[Any], count: int) -> Rows:
    """Positions of the `count` smallest, in order of position; some that tie with the last too."""
    n = len(distances)
    if n <= count:
        return np.arange(n)
    if n < max(FEWEST_FOR_MINIMA, 8 * count):
        return _up_to_the_last(distances, count)
    # The count-th smallest of the minima is not below the count-th smallest distance.
    groups = max(4 * count, n // 128)
    whole = n // groups * groups
    minima = distances[:whole].reshape(-1, groups).min(axis=0)
    near = np.flatnonzero(distances <= _last_of(minima, count))
    return near[_up_to_the_last(distances[near], count)]


def smallest_or_near(ranks: NDArray[Any], k: int, count: int, margin: int) -> Rows:
    """The `count` smallest; of distances also more, where many are hardly larger than the k-th.

    A filter may leave nothing near a query. Then many rows are about equally far, and a code tells
    no longer which of them are the `k` nearest.

    Args:
        ranks: (n,) distances, or estimated scores, of which only `count` are taken.
        k: at most as many as there are allowed rows.
        count: at least `k`.
        margin: in planes.
    """
    if ranks.dtype == np.float32:
        return smallest(ranks, count)
    near: Rows = (ranks <= ranks[smallest(ranks, k)].max() + margin).nonzero()[0]
    if len(near) <= count:
        return smallest(ranks, count)
    return near[smallest(ranks[near], MOST_NEAR * count)]


def _up_to_the_last(distances: NDArray[Any], count: int) -> Rows:
    # `partition` has vector instructions where `argpartition` has none, and takes a tenth.
    chosen: Rows = (distances <= _last_of(distances, count)).nonzero()[0]
    if len(chosen) <= MOST_TIED * count:
        return chosen
    return np.argpartition(distances, count - 1)[:count]


def _last_of(distances: NDArray[Any], count: int) -> Any:
    return np.partition(distances, count - 1)[count - 1]
