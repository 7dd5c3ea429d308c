"""Inverted lists: the codes of all rows, those of one cluster beside each other."""

import itertools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vectorindex.clustering import Centroids, train_centroids
from vectorindex.encoding import Codes, Encoder, Weights, weigh
from vectorindex.hamming import CodeColumns, Distances, distances_of_pieces
from vectorindex.protocol import Metric, Rows, Vectors

# Lists per square root of the rows: on real text, 1.5 to 2.5 cost least at a recall of .95 to .98.
LISTS_PER_ROOT = 2.0
FEWEST_LISTS = 4


@dataclass(frozen=True, slots=True)
class InvertedLists:
    """A disposable side structure of rows 0 to n: about 52 bytes per row at 6 words.

    Attributes:
        centroids: of the lists.
        offsets: (nlist + 1,) int64, where each list begins and ends in list order.
        rows: (n,) uint32, the rows in list order, ascending within a list.
        codes: (words, n) uint64, in list order.
        weights: in list order, see `weigh`.
        sizes: (nlist,) int64, rows per list.
        pieces: the codes of every list, views of `codes`.
    """

    centroids: Centroids
    offsets: Rows
    rows: NDArray[np.uint32]
    codes: CodeColumns
    weights: Weights | None
    sizes: Rows
    pieces: tuple[CodeColumns, ...]

    @property
    def nlist(self) -> int:
        """Number of lists."""
        return len(self.offsets) - 1

    def imbalance(self) -> float:
        """How many times more rows a search meets than with equal lists; 1 is perfect."""
        sizes = self.sizes.astype(np.float64)
        total = sizes.sum()
        return float(self.nlist * np.vecdot(sizes, sizes) / total**2) if total else 1.0

    def nearest(self, query: Vectors, nprobe: int, metric: Metric) -> Rows:
        """The lists most likely to hold the best rows, in any order."""
        if nprobe >= self.nlist:
            return np.arange(self.nlist)
        affinities = self.centroids.vectors @ query
        if metric is Metric.SQUARED_L2:
            affinities -= self.centroids.halves
        return np.argpartition(affinities, -nprobe)[-nprobe:]

    def probe(self, lists: Rows, code: Codes) -> "Probed":
        """Compare a code with those of some lists."""
        pieces = [self.codes]
        if len(lists) < self.nlist:
            pieces = [self.pieces[number] for number in lists.tolist()]
        return Probed(distances_of_pieces(pieces, code), lists, self)


class Probed(NamedTuple):
    """The rows of some lists, one list after the other.

    Attributes:
        distances: (m,) to the query's code.
        numbers: which lists.
        lists: of all rows.
    """

    distances: Distances
    numbers: Rows
    lists: InvertedLists

    def positions(self, chosen: Rows) -> Rows:
        """Where some of the rows are in list order."""
        ends, shifts = self._shifts()
        positions: Rows = chosen + shifts[np.searchsorted(ends, chosen, side="right")]
        return positions

    def all_positions(self) -> Rows:
        """Where all of the rows are in list order; cheaper than by `positions`."""
        _, shifts = self._shifts()
        positions: Rows = np.repeat(shifts, self.lists.sizes[self.numbers])
        positions += np.arange(len(positions))
        return positions

    def _shifts(self) -> tuple[Rows, Rows]:
        """Of each list the end among the probed rows, and how far on its rows are in list order."""
        sizes = self.lists.sizes[self.numbers]
        ends = np.cumsum(sizes)
        # A row is as far behind the start of its list as behind the end of the list before.
        return ends, self.lists.offsets[self.numbers] - (ends - sizes)

    def rows_at(self, positions: Rows) -> Rows:
        """Row numbers of positions in list order."""
        return self.lists.rows[positions].astype(np.int64)


def build_lists(vectors: Vectors, encoder: Encoder, metric: Metric) -> InvertedLists:
    """Train centroids on a sample and put every row into its list."""
    nlist = min(len(vectors), max(FEWEST_LISTS, round(LISTS_PER_ROOT * math.sqrt(len(vectors)))))
    centroids = train_centroids(vectors, nlist, metric)
    numbers = centroids.assign(vectors)
    codes = encoder.encode(vectors).T
    return _sort(
        centroids, numbers, np.arange(len(vectors)), codes, weigh(vectors, encoder, metric)
    )


def extend_lists(
    lists: InvertedLists, vectors: Vectors, encoder: Encoder, metric: Metric
) -> InvertedLists:
    """Put more rows into lists, without a new training.

    Args:
        lists: of rows 0 to n.
        vectors: (m, d) rows n to n + m.
        encoder: the one that `lists` were made with.
        metric: the one that `lists` were made with.
    """
    n = len(lists.rows)
    weights = weigh(vectors, encoder, metric)
    if weights is not None and lists.weights is not None:
        weights = lists.weights.then(weights)
    return _sort(
        lists.centroids,
        np.concatenate(
            [np.repeat(np.arange(lists.nlist), lists.sizes), lists.centroids.assign(vectors)]
        ),
        np.concatenate([lists.rows, np.arange(n, n + len(vectors))]),
        np.concatenate([lists.codes, encoder.encode(vectors).T], axis=1),
        weights,
    )


def _sort(
    centroids: Centroids, numbers: Rows, rows: Rows, codes: CodeColumns, weights: Weights | None
) -> InvertedLists:
    """Order rows by the number of their list."""
    order = np.argsort(numbers, kind="stable")
    sizes = np.bincount(numbers, minlength=len(centroids.vectors))
    return assemble_lists(
        centroids,
        np.concatenate([[0], np.cumsum(sizes)]),
        rows[order].astype(np.uint32),
        np.take(codes, order, axis=1),
        None if weights is None else weights[order],
    )


def assemble_lists(
    centroids: Centroids,
    offsets: Rows,
    rows: NDArray[np.uint32],
    codes: CodeColumns,
    weights: Weights | None,
) -> InvertedLists:
    """Put lists together from their arrays."""
    bounds = offsets.tolist()
    pieces = tuple(codes[:, start:end] for start, end in itertools.pairwise(bounds))
    return InvertedLists(centroids, offsets, rows, codes, weights, np.diff(offsets), pieces)
