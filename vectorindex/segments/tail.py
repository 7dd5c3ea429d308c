"""The newest rows, in memory, until they are sealed into a segment."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorindex.breadth import Breadth
from vectorindex.codes import CodeFinder, GrowingCodes
from vectorindex.encoding import Encoder
from vectorindex.exact import ExactFinder
from vectorindex.ids import Keys, to_ids
from vectorindex.protocol import Metric, Rows, Vectors
from vectorindex.rows import GrowingArray, RowStore
from vectorindex.searching import CandidateFinder
from vectorindex.segments.segment import Columns
from vectorindex.segments.snapshot import Part


class Tail:
    """Appends and removes; a part that was handed out stays as it was."""

    def __init__(
        self,
        dimension: int,
        metric: Metric,
        columns: Mapping[str, np.dtype[Any]],
        encoder: Encoder | None,
        breadth: Breadth,
    ) -> None:
        self.store = RowStore(dimension)
        self._breadth = breadth
        self._exact = ExactFinder(metric)
        self._codes = GrowingCodes(encoder, metric) if encoder else None
        self._columns = {name: GrowingArray(np.empty(0, dtype)) for name, dtype in columns.items()}
        self._filled: Columns = {name: np.empty(0, dtype) for name, dtype in columns.items()}

    def append(self, ids: Sequence[bytes], vectors: Vectors, columns: Columns) -> Rows:
        """Add checked rows under ids that are not here."""
        if self._codes:
            self._codes.append(vectors)
        self._filled = {name: array.extend(columns[name]) for name, array in self._columns.items()}
        return self.store.append(ids, vectors)

    def hand_over(self, rows: Rows, other: "Tail") -> Rows:
        """Append some rows to another tail, dead ones too; returns their rows there."""
        view = self.store.view
        columns = {name: column[rows] for name, column in self._filled.items()}
        return other.append(to_ids(view.keys[rows]), view.vectors[rows], columns)

    def part(self) -> Part:
        """The rows at this moment."""
        view, store = self.store.view, self.store

        def find(keys: Keys) -> NDArray[np.int64]:
            rows = store.ids.find(to_ids(keys), store.view.keys)
            rows[rows >= len(view)] = -1
            return rows

        return Part(view, self._finder(), find, self._filled)

    def _finder(self) -> CandidateFinder:
        return CodeFinder(self._codes.coded, self._breadth) if self._codes else self._exact
