"""Which words stand near which, and how much more often than by chance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infra.embeddings.static.word_counts import Groups, Positions, listed

# Words that stand so far apart, or nearer, are neighbours.
WINDOW: Final = 8
# Rare neighbours are counted as if they were less rare (Levy, Goldberg and Dagan, "Improving
# Distributional Similarity with Lessons Learned from Word Embeddings", 2015).
SMOOTHING: Final = 0.75
# Pairs of as many texts are counted before they are added up: 2 million in definitions.
TEXTS_AT_ONCE: Final = 20_000

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A (v, v) symmetric sparse matrix: positive pointwise mutual information.

    Attributes:
        words: v.
        columns: (n,) row by row.
        sizes: (v,) how many there are in each row.
        values: (n,) the logarithm of how many times as often as by chance the two are neighbours.
    """

    words: int
    columns: Positions
    sizes: Positions
    values: Values

    def product(self) -> Groups:
        """What multiplies it by a (v, d) matrix."""
        return Groups(self.columns, self.sizes, self.values)


def find_neighbours(texts: Sequence[Sequence[int]], words: int) -> Neighbours:
    """Count the neighbours in texts.

    Args:
        texts: the words of each, by number; at least one text.
        words: v; all numbers are below it.
    """
    blocks = [
        _added_up(np.concatenate(list(_pairs(texts[start : start + TEXTS_AT_ONCE], words))))
        for start in range(0, len(texts), TEXTS_AT_ONCE)
    ]
    pairs, counts = _added_up(
        np.concatenate([pairs for pairs, _ in blocks]),
        np.concatenate([counts for _, counts in blocks]),
    )
    rows, columns = np.divmod(pairs, words)
    of_word = np.bincount(rows, counts, words)
    smoothed = of_word**SMOOTHING
    # Symmetric: each side is smoothed in one half of the logarithm.
    expected = np.sqrt(of_word * smoothed / max(smoothed.sum(), 1))
    values = np.log(counts / np.maximum(expected[rows] * expected[columns], np.finfo(float).tiny))
    kept = values > 0
    return Neighbours(
        words,
        columns[kept],
        np.bincount(rows[kept], minlength=words),
        values[kept].astype(np.float32),
    )


def _pairs(texts: Sequence[Sequence[int]], words: int) -> Iterator[Positions]:
    """Neighbours both ways, as row · v + column."""
    numbers, lengths = listed(texts)
    text_of = np.repeat(np.arange(len(texts)), lengths)
    for distance in range(1, WINDOW + 1):
        one, other = numbers[:-distance], numbers[distance:]
        together = (text_of[:-distance] == text_of[distance:]) & (one != other)
        one, other = one[together], other[together]
        yield one * words + other
        yield other * words + one


def _added_up(
    pairs: Positions, counts: NDArray[np.float64] | None = None
) -> tuple[Positions, NDArray[np.float64]]:
    """Each pair once, in ascending order, and how often it is there."""
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    starts = np.flatnonzero(np.diff(pairs, prepend=-1))
    if counts is None:
        return pairs[starts], np.diff(starts, append=len(pairs)).astype(np.float64)
    sums = np.add.reduceat(counts[order], starts) if len(starts) else np.empty(0)
    return pairs[starts], sums
