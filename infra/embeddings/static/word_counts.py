"""Which words stand in which texts, as a sparse matrix, and its products with dense ones."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Positions = NDArray[np.int64]

# More members than this are summed in parts first.
MOST_MEMBERS = 32
# Sums of one step stay in the cache of a core: 512 kB at 256 dimensions.
GROUPS_AT_ONCE = 512


class WordCounts:
    """An (n, v) matrix: how often each of v words stands in each of n texts."""

    def __init__(self, texts: Sequence[Sequence[int]], words: int) -> None:
        """Sort the words of the texts both ways.

        Args:
            texts: the words of each text, by number; a text may have none.
            words: v; all numbers are below it.
        """
        columns, self.lengths = listed(texts)
        rows = np.repeat(np.arange(len(texts)), self.lengths)
        self._by_text = Groups(columns, self.lengths)
        order = np.argsort(columns, kind="stable")
        self._by_word = Groups(rows[order], np.bincount(columns, minlength=words))

    def sum_words(self, vectors: Matrix) -> Matrix:
        """The product with a (v, d) matrix: (n, d), for each text the sum over its words."""
        return self._by_text.sum(vectors)

    def sum_texts(self, vectors: Matrix) -> Matrix:
        """The transposed product with an (n, d) matrix: (v, d), for each word over its texts."""
        return self._by_word.sum(vectors)


class Groups:
    """Rows of a matrix that are summed together; a row counts as often as it is listed.

    All first members are added at once, then all second ones: eight times as fast as
    `np.add.reduceat` over the first axis.
    """

    def __init__(
        self, members: Positions, sizes: Positions, weights: NDArray[np.float32] | None = None
    ) -> None:
        """Group members that follow each other.

        Args:
            members: row numbers, of the first group, then of the second, …
            sizes: (g,) members of each group; a group may be empty.
            weights: (len(members),) what each member counts; one if not given.
        """
        self._parts: Groups | None = None
        if sizes.max(initial=0) > MOST_MEMBERS:
            counts = -(-sizes // MOST_MEMBERS)
            part_sizes = np.full(counts.sum(), MOST_MEMBERS)
            filled = counts > 0
            part_sizes[np.cumsum(counts)[filled] - 1] -= (counts * MOST_MEMBERS - sizes)[filled]
            self._parts = Groups(members, part_sizes, weights)
            members, sizes, weights = np.arange(len(part_sizes)), counts, None
        self._members = members
        self._weights = weights
        self._order = np.argsort(-sizes, kind="stable")
        self._sizes = sizes[self._order]
        self._starts = (np.cumsum(sizes) - sizes)[self._order]

    def sum(self, vectors: Matrix) -> Matrix:
        """(g, d) from (rows, d): an empty group has zeros."""
        if self._parts is not None:
            vectors = self._parts.sum(vectors)
        sums = np.zeros((len(self._order), vectors.shape[1]), dtype=np.float32)
        for first in range(0, len(self._order), GROUPS_AT_ONCE):
            step = slice(first, first + GROUPS_AT_ONCE)
            sums[self._order[step]] = self._sum_step(vectors, self._starts[step], self._sizes[step])
        return sums

    def _sum_step(self, vectors: Matrix, starts: Positions, sizes: Positions) -> Matrix:
        """Sums of groups whose sizes do not rise."""
        sums = np.zeros((len(starts), vectors.shape[1]), dtype=np.float32)
        for place in range(sizes[0]):
            # This many groups have a member at that place.
            count = len(sizes) - int(np.searchsorted(sizes[::-1], place, side="right"))
            places = starts[:count] + place
            rows = vectors[self._members[places]]
            sums[:count] += rows if self._weights is None else self._weights[places, None] * rows
        return sums


def listed(texts: Sequence[Sequence[int]]) -> tuple[Positions, Positions]:
    """The words of texts one after another, and how many each text has."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    return np.fromiter(chain.from_iterable(texts), np.int64, lengths.sum()), lengths
