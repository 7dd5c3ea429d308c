"""Inverted lists over 1-bit codes with exact re-ranking: for large indexes and short answers."""

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from vectorindex.base import MemoryIndex
from vectorindex.breadth import Breadth
from vectorindex.codes import CodedRows, CodeQuery, GrowingCodes
from vectorindex.encoding import cosines_of_distances, make_directions, train_encoder
from vectorindex.hamming import exclude, smallest, smallest_or_near
from vectorindex.lists import InvertedLists, Probed, build_lists, extend_lists
from vectorindex.protocol import Mask, Metric, Rows, Vectors
from vectorindex.rows import RowView
from vectorindex.searching import CandidateFinder

# Rows behind the lists are passed over one by one; at this share they are put into the lists.
FRESH_SHARE = 4
FEWEST_FRESH = 16_384
# Lists near a query that hold a smaller part of the allowed rows than this, of what lists hold on
# average, are too few.
EVEN_SHARE = 0.8
# Grown so many times, or with lists so much less equal, the centroids are trained anew.
GROWTH_BEFORE_TRAINING = 4
IMBALANCE_BEFORE_TRAINING = 2.0


class Wanted(NamedTuple):
    """What a first pass looks for.

    Attributes:
        hits: of the search.
        candidates: to be scored exactly.
        met: rows that may be returned and lie in the lists that are probed; with less of them, more
            lists are.
    """

    hits: int
    candidates: int
    met: int


class ListFinder:
    """`CandidateFinder` over inverted lists, and over the codes of the rows behind them."""

    def __init__(
        self, lists: InvertedLists, fresh: CodedRows, metric: Metric, breadth: Breadth
    ) -> None:
        self.lists = lists
        self.fresh = fresh
        self.breadth = breadth
        self._metric = metric
        self._cosines = cosines_of_distances(fresh.encoder)

    @property
    def nlist(self) -> int:
        """Number of lists."""
        return self.lists.nlist

    def at(self, breadth: Breadth) -> "ListFinder":
        """See `CandidateFinder.at`."""
        return ListFinder(self.lists, self.fresh, self._metric, breadth)

    def gathers(self, row_count: int) -> int:
        """More than for codes: a selective filter leaves nothing of a few probed lists."""
        return max(2_500, row_count // 16)

    def find(self, view: RowView, queries: Vectors, k: int, allowed: Mask | None) -> Iterator[Rows]:
        """See `CandidateFinder.find`; a filter that leaves a share s of the rows multiplies nprobe.

        By 1 / √s where what it leaves is spread evenly, and by more where it is far from the query.
        """
        count = len(view) if allowed is None else int(np.count_nonzero(allowed))
        share = count / len(view)
        nprobe = min(self.lists.nlist, math.ceil(self.breadth.nprobe / math.sqrt(share)))
        candidates = min(count, self.breadth.candidates(k))
        met = 0 if allowed is None else int(EVEN_SHARE * nprobe / max(1, self.lists.nlist) * count)
        wanted = Wanted(k, candidates, max(candidates, met))
        for query in queries:
            coded = CodeQuery(self.fresh.encoder, self._cosines, query)
            yield self._find_one(query, coded, nprobe, wanted, allowed)

    def _find_one(
        self, query: Vectors, coded: CodeQuery, nprobe: int, wanted: Wanted, allowed: Mask | None
    ) -> Rows:
        probed = self.lists.probe(self.lists.nearest(query, nprobe, self._metric), coded.code)
        ranks = self._ranks(probed, coded, allowed)
        met = len(ranks) if allowed is None else _count_allowed(ranks)
        if met < wanted.met and nprobe < self.lists.nlist:
            return self._find_one(query, coded, 2 * nprobe, wanted, allowed)
        if allowed is None:
            chosen = smallest(ranks, wanted.candidates)
        else:
            margin = self.fresh.encoder.margin
            chosen = smallest_or_near(ranks, wanted.hits, wanted.candidates, margin)
        listed = len(probed.distances)
        in_lists = chosen[chosen < listed]
        behind = chosen[chosen >= listed] - listed + len(self.lists.rows)
        return np.concatenate([probed.rows_at(probed.positions(in_lists)), behind])

    def _ranks(self, probed: Probed, coded: CodeQuery, allowed: Mask | None) -> NDArray[Any]:
        """Ranks of the probed rows, then of those behind the lists."""
        weights, ranks = self.lists.weights, cast("NDArray[Any]", probed.distances)
        if weights is not None or allowed is not None:
            positions = probed.all_positions()
            if weights is not None:
                ranks = coded.ranks(probed.distances, weights[positions])
            if allowed is not None:
                exclude(ranks, allowed[probed.rows_at(positions)])
        if self.fresh.count:
            fresh = self.fresh.ranks(coded)
            if allowed is not None:
                exclude(fresh, allowed[len(self.lists.rows) :])
            ranks = np.concatenate([ranks, fresh])
        return ranks


class IvfIndex(MemoryIndex):
    """Approximate; costs about 3 % of the rows' codes per search, and a training of seconds."""

    @cached_property
    def _directions(self) -> Vectors:
        return make_directions(self.dimension)

    @property
    def imbalance(self) -> float:
        """How many times more rows a search meets than with equal lists; 1 is perfect."""
        return cast("ListFinder", self._searched.finder).lists.imbalance()

    def make_finder(self, view: RowView) -> CandidateFinder:
        """See `MemoryIndex.make_finder`."""
        self._encoder = train_encoder(view.vectors, self._directions)
        self._trained_rows = len(view)
        lists = build_lists(view.vectors, self._encoder, self._metric)
        self._trained_imbalance = lists.imbalance()
        return self._before_nothing(lists)

    def extend_finder(self, finder: CandidateFinder, view: RowView) -> CandidateFinder:
        """See `MemoryIndex.extend_finder`."""
        known = cast("ListFinder", finder)
        listed = len(known.lists.rows)
        if len(view) - listed <= max(FEWEST_FRESH, listed // FRESH_SHARE):
            first = listed + known.fresh.count
            return self._finder_of(known.lists, self._growing.append(view.vectors[first:]))
        if len(view) > GROWTH_BEFORE_TRAINING * self._trained_rows:
            return self.make_finder(view)
        lists = extend_lists(known.lists, view.vectors[listed:], self._encoder, self._metric)
        if lists.imbalance() > IMBALANCE_BEFORE_TRAINING * self._trained_imbalance:
            return self.make_finder(view)
        return self._before_nothing(lists)

    def _before_nothing(self, lists: InvertedLists) -> ListFinder:
        self._growing = GrowingCodes(self._encoder, self._metric)
        return self._finder_of(lists, self._growing.coded)

    def _finder_of(self, lists: InvertedLists, fresh: CodedRows) -> ListFinder:
        return ListFinder(lists, fresh, self._metric, self._breadth)


def _count_allowed(ranks: NDArray[Any]) -> int:
    largest = np.inf if ranks.dtype == np.float32 else np.iinfo(ranks.dtype).max
    return int(np.count_nonzero(ranks != largest))
