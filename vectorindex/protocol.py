"""What every similarity index promises, and the shapes of what goes in and out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

ID_BYTES = 16
# Beyond it scores could overflow, and infinities cannot be ordered.
LARGEST_COMPONENT = 1e15

Vectors = NDArray[np.float32]
"""(n, d) float32, C order."""
Rows = NDArray[np.int64]
"""Positions of vectors inside an index, int64; a row keeps its number until `compact`."""
Scores = NDArray[np.float32]
"""Higher is better under every metric."""
Mask = NDArray[np.bool_]
"""(n,) bool, one element per row: true where a row may be returned."""


class Metric(StrEnum):
    """How near two vectors are; scores are cosines, inner products or minus squared distances."""

    COSINE = "cosine"
    INNER_PRODUCT = "inner_product"
    SQUARED_L2 = "squared_l2"


@dataclass(frozen=True, slots=True)
class Hits:
    """The best rows of every query, best first.

    Attributes:
        rows: (q, k') int64; k' is the smaller of k and the number of rows that may be returned.
        scores: (q, k') float32, never increasing along a row; equal scores are ordered by id.
    """

    rows: Rows
    scores: Scores


class VectorIndex(Protocol):
    """Vectors under 16-byte ids, searched by similarity.

    One writer at a time; searches may run beside it in other threads, and each sees the index as it
    was when the search began.
    """

    @property
    def dimension(self) -> int:
        """Components per vector."""
        ...

    @property
    def metric(self) -> Metric:
        """The measure of every score."""
        ...

    def __len__(self) -> int:
        """Vectors that are searched (added and not removed)."""
        ...

    def __contains__(self, id: object) -> bool:
        """Whether an id was added and not removed."""
        ...

    @property
    def row_count(self) -> int:
        """Rows including tombstones: the length a mask must have."""
        ...

    def add(self, ids: Sequence[bytes], vectors: Vectors) -> Rows:
        """Append vectors.

        Args:
            ids: 16 bytes each, none of them in the index yet.
            vectors: (len(ids), d) float32, within ±`LARGEST_COMPONENT`; not zero under cosine.

        Returns:
            (len(ids),) int64: the rows they were given.

        Raises:
            VectorIndexError: nothing was added; the subclass says why.
        """
        ...

    def remove(self, ids: Sequence[bytes]) -> int:
        """Take vectors out; ids that are not in the index are passed over.

        Their rows stay as tombstones, so that what a caller keeps by row stays in step.

        Returns:
            How many were taken out.
        """
        ...

    def compact(self) -> Rows:
        """Drop the tombstones; worth it from a third of the rows on, below that they are free.

        Returns:
            (row_count before,) int64: the new row of every old one, -1 for a tombstone.
        """
        ...

    def rows_of(self, ids: Sequence[bytes]) -> Rows:
        """Find the rows of ids, to make a mask from; -1 where an id is not in the index."""
        ...

    def ids_of(self, rows: Rows) -> list[bytes]:
        """Find the ids at rows; `rows` may have any shape and is read in C order.

        Raises:
            RowError: a row is below 0 or not below `row_count`.
        """
        ...

    def search(self, queries: Vectors, k: int, *, mask: Mask | None = None) -> Hits:
        """Find the `k` most similar rows of every query.

        Args:
            queries: (q, d) float32, within ±`LARGEST_COMPONENT`; not zero under cosine.
            k: at least 1; larger than the index is clipped.
            mask: (row_count,) bool, or None for all rows.

        Raises:
            VectorIndexError: the subclass says why.
        """
        ...
