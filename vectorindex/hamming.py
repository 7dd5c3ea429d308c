"""Distances between one code and many, and the smallest of them.

Two layouts. Word by word in blocks is the fastest to pass over (220 to 265 million rows of 6 words
a second; row by row 160). Row by row is the one whose pieces can be put together cheaply.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorindex.encoding import Codes
from vectorindex.protocol import Mask, Rows

Distances = NDArray[np.uint16]
"""(n,) uint16: how many planes separate two vectors; lower is nearer."""
CodeBlocks = NDArray[np.uint64]
"""(blocks, words, BLOCK_ROWS) uint64: codes word by word."""

# 768 KiB of codes at 6 words: smaller blocks cost more calls, larger ones leave the cache.
BLOCK_ROWS = 16_384
# Bytes that hold the counts of three words (at most 192) can be added without overflow.
WORDS_PER_BYTE = 3
# Rows of a repeated query code: long enough for vector instructions.
TILE_ROWS = 64
ROWS_AT_ONCE = 16_384
# From this many rows on, minima of strides narrow the choice first.
FEWEST_FOR_MINIMA = 32_768


def distances_by_word(blocks: CodeBlocks, count: int, query: Codes) -> Distances:
    """Distances of the first `count` rows of `blocks`."""
    words = blocks.shape[1]
    distances = np.empty(len(blocks) * BLOCK_ROWS, dtype=np.uint16)
    differing = np.empty((words, BLOCK_ROWS), dtype=np.uint64)
    counts = np.empty((words, BLOCK_ROWS), dtype=np.uint8)
    query = query[:, np.newaxis]
    for block, out in zip(blocks, distances.reshape(-1, BLOCK_ROWS), strict=True):
        np.bitwise_xor(block, query, out=differing)
        np.bitwise_count(differing, out=counts)
        _add_words(counts, out)
    return distances[:count]


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


def distances_by_row(codes: Codes, query: Codes) -> Distances:
    """Distances of (n, words) codes in C order."""
    if len(codes) <= ROWS_AT_ONCE:
        return _distances_of_part(codes, query)
    parts = [
        _distances_of_part(codes[start : start + ROWS_AT_ONCE], query)
        for start in range(0, len(codes), ROWS_AT_ONCE)
    ]
    return np.concatenate(parts)


def _distances_of_part(codes: Codes, query: Codes) -> Distances:
    n, words = codes.shape
    differing = np.empty(codes.shape, dtype=np.uint64)
    # One long row against a repeated query: broadcasting over a few words is many times slower.
    tiled = n // TILE_ROWS * TILE_ROWS
    as_tiles = (-1, TILE_ROWS * words)
    tile = np.tile(query, TILE_ROWS)
    np.bitwise_xor(codes[:tiled].reshape(as_tiles), tile, out=differing[:tiled].reshape(as_tiles))
    np.bitwise_xor(codes[tiled:], query, out=differing[tiled:])
    # Two counts side by side are added as one 16-bit number.
    pairs = np.bitwise_count(differing).view(np.uint16)
    distances = np.zeros(n, dtype=np.uint16)
    for first in range(0, words // 2, WORDS_PER_BYTE):
        sums = pairs[:, first].copy()
        for column in range(first + 1, min(words // 2, first + WORDS_PER_BYTE)):
            sums += pairs[:, column]
        distances += sums & np.uint16(0xFF)
        distances += sums >> np.uint16(8)
    return distances


def exclude(distances: NDArray[Any], allowed: Mask) -> None:
    """Put rows that may not be returned behind all others."""
    largest = np.inf if distances.dtype == np.float32 else np.iinfo(distances.dtype).max
    np.copyto(distances, largest, where=~allowed)


def smallest(distances: NDArray[Any], count: int) -> Rows:
    """Positions of the `count` smallest of at least as many distances, in any order."""
    n = len(distances)
    if n <= count:
        return np.arange(n)
    if n < FEWEST_FOR_MINIMA:
        return np.argpartition(distances, count - 1)[:count]
    # The count-th smallest of the minima is not below the count-th smallest distance.
    groups = max(4 * count, n // 128)
    whole = n // groups * groups
    minima = distances[:whole].reshape(-1, groups).min(axis=0)
    bound = np.partition(minima, count - 1)[count - 1]
    near = np.flatnonzero(distances <= bound)
    return near[np.argpartition(distances[near], count - 1)[:count]]
