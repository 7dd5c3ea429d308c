"""Vectors and their ids in arrays that grow, read through views that do not change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from vectorindex.protocol import ID_BYTES, Mask, Rows, Scores, Vectors

Keys = NDArray[np.uint64]
"""(n, 2) uint64: the two halves of an id, so that numbers order as the bytes do."""

SMALLEST_CAPACITY = 1024
Element = TypeVar("Element", bound=np.generic)


@dataclass(frozen=True, slots=True)
class RowView:
    """The rows at one moment.

    Attributes:
        vectors: (n, d) float32.
        squares: (n,) float32, the squared length of every vector.
        keys: (n, 2) uint64.
        alive: (n,) bool, false for a tombstone.
        largest_length: no vector is longer.
    """

    vectors: Vectors
    squares: Scores
    keys: Keys
    alive: Mask
    largest_length: float


class GrowingArray(Generic[Element]):
    """An array with room behind its end: views of it stay valid while it grows."""

    def __init__(self, values: NDArray[Element]) -> None:
        self._memory = values
        self._count = len(values)

    def extend(self, values: NDArray[Element]) -> NDArray[Element]:
        """Append; the cost is spread evenly over calls.

        Returns:
            A view of all elements.
        """
        count = self._count + len(values)
        if count > len(self._memory):
            shape = (max(count * 3 // 2, SMALLEST_CAPACITY), *values.shape[1:])
            larger = np.empty(shape, dtype=values.dtype)
            larger[: self._count] = self._memory[: self._count]
            self._memory = larger
        self._memory[self._count : count] = values
        self._count = count
        return self._memory[:count]


class RowStore:
    """Appends and removes; a view taken before stays as it was."""

    view: RowView
    _vectors: GrowingArray[np.float32]
    _squares: GrowingArray[np.float32]
    _keys: GrowingArray[np.uint64]
    _alive: GrowingArray[np.bool_]

    def __init__(self, dimension: int) -> None:
        self._row_of: dict[bytes, int] = {}
        self._hold(_no_rows(dimension))

    def __len__(self) -> int:
        return len(self._row_of)

    def row_of(self, id: object) -> int:
        """Find the row of an id, -1 if it has none."""
        return self._row_of.get(id, -1) if isinstance(id, bytes) else -1

    def append(self, ids: Sequence[bytes], vectors: Vectors) -> Rows:
        """Add checked vectors under ids that are not there."""
        first = len(self.view.keys)
        squares = np.vecdot(vectors, vectors)
        # A view ends where the new rows begin: writing them disturbs no reader.
        self.view = RowView(
            vectors=self._vectors.extend(vectors),
            squares=self._squares.extend(squares),
            keys=self._keys.extend(to_keys(ids)),
            alive=self._alive.extend(np.ones(len(ids), dtype=np.bool_)),
            largest_length=max(self.view.largest_length, _largest_length(squares)),
        )
        self._row_of.update(zip(ids, range(first, first + len(ids)), strict=True))
        return np.arange(first, first + len(ids))

    def bury(self, ids: Sequence[bytes]) -> int:
        """Turn the rows of ids into tombstones."""
        rows = [row for key in ids if (row := self._row_of.pop(key, -1)) >= 0]
        if rows:
            alive = self.view.alive.copy()
            alive[rows] = False
            self._alive = GrowingArray(alive)
            self.view = replace(self.view, alive=alive)
        return len(rows)

    def compact(self) -> Rows:
        """Close the gaps; see `VectorIndex.compact`."""
        old = self.view
        kept = np.flatnonzero(old.alive)
        squares = old.squares[kept]
        self._hold(
            RowView(
                vectors=old.vectors[kept],
                squares=squares,
                keys=old.keys[kept],
                alive=old.alive[kept],
                largest_length=_largest_length(squares),
            )
        )
        new_rows = np.full(len(old.keys), -1, dtype=np.int64)
        new_rows[kept] = np.arange(len(kept))
        self._row_of = {key: int(new_rows[row]) for key, row in self._row_of.items()}
        return new_rows

    def _hold(self, view: RowView) -> None:
        self.view = view
        self._vectors = GrowingArray(view.vectors)
        self._squares = GrowingArray(view.squares)
        self._keys = GrowingArray(view.keys)
        self._alive = GrowingArray(view.alive)


def to_keys(ids: Sequence[bytes]) -> Keys:
    """Ids as (n, 2) numbers in the same order."""
    return np.frombuffer(b"".join(ids), dtype=">u8").reshape(-1, 2).astype(np.uint64)


def to_ids(keys: Keys) -> list[bytes]:
    """The ids that `to_keys` was given."""
    data = keys.astype(">u8").tobytes()
    return [data[start : start + ID_BYTES] for start in range(0, len(data), ID_BYTES)]


def _no_rows(dimension: int) -> RowView:
    return RowView(
        vectors=np.empty((0, dimension), dtype=np.float32),
        squares=np.empty(0, dtype=np.float32),
        keys=np.empty((0, 2), dtype=np.uint64),
        alive=np.empty(0, dtype=np.bool_),
        largest_length=0.0,
    )


def _largest_length(squares: Scores) -> float:
    return float(np.sqrt(squares.max(initial=0.0)))
