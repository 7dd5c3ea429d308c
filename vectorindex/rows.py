"""Vectors and their ids in arrays that grow, read through views that do not change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from vectorindex.ids import IdTable, Keys, to_keys
from vectorindex.protocol import Mask, Rows, Scores, Vectors

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
        live_count: how many are alive.
        largest_length: no vector is longer.
    """

    vectors: Vectors
    squares: Scores
    keys: Keys
    alive: Mask
    live_count: int
    largest_length: float

    def __len__(self) -> int:
        return len(self.keys)


def take_through(arrays: Sequence[NDArray[Element]], rows: Rows) -> NDArray[Element]:
    """Elements by their rows, which are numbered through all arrays; cheaper than joining these.

    Args:
        arrays: at least one, all of the same type and shape behind the first axis.
        rows: (m,) int64.
    """
    filled = [array for array in arrays if len(array)]
    if len(filled) == 1:
        return filled[0][rows]
    taken = np.empty((len(rows), *arrays[0].shape[1:]), dtype=arrays[0].dtype)
    start = 0
    for array in arrays:
        within = (rows >= start) & (rows < start + len(array))
        taken[within] = array[rows[within] - start]
        start += len(array)
    return taken


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
        self.ids = IdTable()
        self._hold(_no_rows(dimension))

    def __len__(self) -> int:
        return self.view.live_count

    def rows_of(self, ids: Sequence[bytes]) -> Rows:
        """Find the living rows of checked ids; -1 where an id is not here."""
        rows = self.ids.find(ids, self.view.keys)
        known = np.flatnonzero(rows >= 0)
        rows[known[~self.view.alive[rows[known]]]] = -1
        return rows

    def append(self, ids: Sequence[bytes], vectors: Vectors) -> Rows:
        """Add checked vectors under ids that are not there."""
        first = len(self.view)
        squares = np.vecdot(vectors, vectors)
        # A view ends where the new rows begin: writing them disturbs no reader.
        self.view = RowView(
            vectors=self._vectors.extend(vectors),
            squares=self._squares.extend(squares),
            keys=self._keys.extend(to_keys(ids)),
            alive=self._alive.extend(np.ones(len(ids), dtype=np.bool_)),
            live_count=self.view.live_count + len(ids),
            largest_length=max(self.view.largest_length, _largest_length(squares)),
        )
        self.ids.put(ids, first, self.view.keys)
        return np.arange(first, first + len(ids))

    def bury(self, ids: Sequence[bytes]) -> int:
        """Turn the rows of ids into tombstones."""
        rows = self.rows_of(ids)
        rows = np.unique(rows[rows >= 0])
        if rows.size:
            alive = self.view.alive.copy()
            alive[rows] = False
            self._alive = GrowingArray(alive)
            live_count = self.view.live_count - len(rows)
            self.view = replace(self.view, alive=alive, live_count=live_count)
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
                live_count=len(kept),
                largest_length=_largest_length(squares),
            )
        )
        self.ids.reset(np.arange(len(kept)), self.view.keys)
        new_rows = np.full(len(old), -1, dtype=np.int64)
        new_rows[kept] = np.arange(len(kept))
        return new_rows

    def _hold(self, view: RowView) -> None:
        self.view = view
        self._vectors = GrowingArray(view.vectors)
        self._squares = GrowingArray(view.squares)
        self._keys = GrowingArray(view.keys)
        self._alive = GrowingArray(view.alive)


def _no_rows(dimension: int) -> RowView:
    return RowView(
        vectors=np.empty((0, dimension), dtype=np.float32),
        squares=np.empty(0, dtype=np.float32),
        keys=np.empty((0, 2), dtype=np.uint64),
        alive=np.empty(0, dtype=np.bool_),
        live_count=0,
        largest_length=0.0,
    )


def _largest_length(squares: Scores) -> float:
    return float(np.sqrt(squares.max(initial=0.0)))
