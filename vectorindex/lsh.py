"""Locality-sensitive hashing: rows whose codes agree in some bits share a bucket.

Kept honest by the benchmark: at 384 dimensions the codes themselves, passed over in full
(`BinaryIndex`), are faster at every recall worth having.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vectorindex.base import MemoryIndex
from vectorindex.breadth import USUAL, Breadth
from vectorindex.encoding import Codes, Encoder, make_directions, train_encoder
from vectorindex.exact import ExactFinder
from vectorindex.protocol import Mask, Metric, Rows, Vectors
from vectorindex.rows import RowView
from vectorindex.searching import CandidateFinder

TABLES = 16
ROWS_PER_BUCKET = 16
MOST_BITS = 16
FEWEST_FRESH = 1_000
FRESH_SHARE = 8


class Table(NamedTuple):
    """Buckets by key.

    Attributes:
        keys: (n,) uint16, ascending.
        rows: (n,) rows in that order.
    """

    keys: NDArray[np.uint16]
    rows: Rows


class BucketFinder:
    """`CandidateFinder` that looks into the query's bucket of every table, and those next to it."""

    def __init__(
        self,
        encoder: Encoder,
        bits: int,
        tables: tuple[Table, ...],
        metric: Metric,
        breadth: Breadth,
    ) -> None:
        self._encoder = encoder
        self._bits = bits
        self._tables = tables
        self._metric = metric
        self._breadth = breadth
        self._flips = _flips(bits)

    @property
    def nlist(self) -> int:
        """Buckets at most two bits away."""
        return len(self._flips)

    def at(self, breadth: Breadth) -> "BucketFinder":
        """See `CandidateFinder.at`."""
        return BucketFinder(self._encoder, self._bits, self._tables, self._metric, breadth)

    def gathers(self, row_count: int) -> int:
        """A selective filter leaves little of each bucket."""
        return max(2_500, row_count // 40)

    def find(self, view: RowView, queries: Vectors, k: int, allowed: Mask | None) -> Iterator[Rows]:
        """See `CandidateFinder.find`; where buckets hold too little, it is exact."""
        count = len(view) if allowed is None else int(np.count_nonzero(allowed))
        nprobe = -(-self._breadth.nprobe * len(view) // count)
        fresh = np.arange(len(self._tables[0].rows), len(view))
        for query in queries:
            code = self._encoder.encode_query(query)[np.newaxis]
            found = [fresh]
            for number, table in enumerate(self._tables):
                keys = _keys_of(code, number, self._bits) ^ self._flips[:nprobe]
                starts = np.searchsorted(table.keys, keys, side="left").tolist()
                ends = np.searchsorted(table.keys, keys, side="right").tolist()
                found += [table.rows[a:b] for a, b in zip(starts, ends, strict=True)]
            rows = np.unique(np.concatenate(found))
            if allowed is not None:
                rows = rows[allowed[rows]]
            if len(rows) < k:
                exact = ExactFinder(self._metric).find(view, query[np.newaxis], k, allowed)
                rows = next(exact)
            yield rows


class LshIndex(MemoryIndex):
    """Approximate; 10 bytes per vector and table."""

    @cached_property
    def _directions(self) -> Vectors:
        return make_directions(self.dimension)

    def make_finder(self, view: RowView) -> CandidateFinder:
        """See `MemoryIndex.make_finder`."""
        self._built_rows = len(view)
        encoder = train_encoder(view.vectors, self._directions)
        return build_buckets(view.vectors, encoder, self._metric).at(self._breadth)

    def extend_finder(self, finder: CandidateFinder, view: RowView) -> CandidateFinder:
        """See `MemoryIndex.extend_finder`."""
        fresh = len(view) - self._built_rows
        if fresh <= max(FEWEST_FRESH, self._built_rows // FRESH_SHARE):
            return finder
        return self.make_finder(view)


def build_buckets(vectors: Vectors, encoder: Encoder, metric: Metric) -> BucketFinder:
    """Put (n, d) vectors into the buckets of all tables."""
    codes = encoder.encode(vectors)
    # As many bits as leave a few rows per bucket.
    bits = min(MOST_BITS, max(1, (len(vectors) // ROWS_PER_BUCKET).bit_length()))
    tables = tuple(_make_table(codes, number, bits) for number in range(TABLES))
    return BucketFinder(encoder, bits, tables, metric, USUAL)


def _make_table(codes: Codes, number: int, bits: int) -> Table:
    keys = _keys_of(codes, number, bits)
    order = np.argsort(keys, kind="stable")
    return Table(keys[order], order)


def _keys_of(codes: Codes, number: int, bits: int) -> NDArray[np.uint16]:
    """(n,) the low bits of the code's `number`-th 16 bits."""
    keys: NDArray[np.uint16] = codes.view(np.uint16)[:, number] & np.uint16((1 << bits) - 1)
    return keys


def _flips(bits: int) -> NDArray[np.uint16]:
    """Keys to combine a key with: itself, all keys one bit away, all keys two bits away."""
    single = [1 << bit for bit in range(bits)]
    double = [a | b for a, b in combinations(single, 2)]
    return np.array([0, *single, *double], dtype=np.uint16)
