"""What the indexes in memory have in common; a kind adds its first pass."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vectorindex.breadth import USUAL, Breadth
from vectorindex.calibration import Calibration, Search, calibrate, check_recall, make_queries
from vectorindex.doors import (
    check_dimension,
    check_ids,
    check_limit,
    check_mask,
    check_new_ids,
    check_rows,
    check_vectors,
    is_id,
)
from vectorindex.errors import IdError
from vectorindex.exact import ExactFinder
from vectorindex.ids import to_ids
from vectorindex.kernels import to_unit_length
from vectorindex.protocol import Hits, Mask, Metric, Rows, Vectors
from vectorindex.rows import RowStore, RowView
from vectorindex.searching import FEWEST_FOR_FIRST_PASS, CandidateFinder, search_view

GROWTH_BEFORE_CALIBRATION = 2


class Searched(NamedTuple):
    """What one search sees: rows, and the first pass that was made for them."""

    view: RowView
    finder: CandidateFinder


class MemoryIndex(ABC):
    """`VectorIndex` over one growing array: 4 d + 33 bytes per row and what the kind adds."""

    def __init__(
        self,
        dimension: int,
        metric: Metric,
        *,
        breadth: Breadth = USUAL,
        recall: float | None = None,
    ) -> None:
        """Begin empty.

        Args:
            dimension: components per vector.
            metric: the measure of every score.
            breadth: how much a search looks at.
            recall: instead of a breadth, what the breadth is to reach, above 0 and below 1;
                calibrated whenever the index has doubled.
        """
        check_dimension(dimension)
        if recall is not None:
            check_recall(recall)
        self._breadth = breadth
        self._recall = recall
        self._calibrated_rows = FEWEST_FOR_FIRST_PASS // GROWTH_BEFORE_CALIBRATION
        self._calibration: Calibration | None = None
        self._dimension = dimension
        self._metric = metric
        self._store = RowStore(dimension)
        self._searched = Searched(self._store.view, self.make_finder(self._store.view))

    @property
    def dimension(self) -> int:
        """Components per vector."""
        return self._dimension

    @property
    def metric(self) -> Metric:
        """The measure of every score."""
        return self._metric

    @property
    def breadth(self) -> Breadth:
        """How much a search looks at; may be changed at any time."""
        return self._breadth

    @breadth.setter
    def breadth(self, breadth: Breadth) -> None:
        self._breadth = breadth
        self._searched = self._searched._replace(finder=self._searched.finder.at(breadth))

    @property
    def calibration(self) -> Calibration | None:
        """What was calibrated last, and the recall that it reached."""
        return self._calibration

    @property
    def row_count(self) -> int:
        """Rows including tombstones."""
        return len(self._store.view)

    def __len__(self) -> int:
        return len(self._store)

    def __contains__(self, id: object) -> bool:
        return isinstance(id, bytes) and is_id(id) and bool(self._store.rows_of([id])[0] >= 0)

    def add(self, ids: Sequence[bytes], vectors: Vectors) -> Rows:
        """See `VectorIndex.add`; cosine keeps directions alone."""
        vectors = check_vectors(vectors, self._dimension, self._metric)
        check_new_ids(ids, len(vectors))
        there = np.flatnonzero(self._store.rows_of(ids) >= 0)
        if there.size:
            raise IdError(f"the id {ids[there[0]].hex()} is in the index already")
        rows = self._store.append(ids, self._scaled(vectors))
        view = self._store.view
        self._searched = Searched(view, self.extend_finder(self._searched.finder, view))
        if self._recall and len(view) > GROWTH_BEFORE_CALIBRATION * self._calibrated_rows:
            self.calibrate(self._recall)
        return rows

    def remove(self, ids: Sequence[bytes]) -> int:
        """See `VectorIndex.remove`."""
        check_ids(ids)
        removed = self._store.bury(ids)
        self._searched = self._searched._replace(view=self._store.view)
        return removed

    def compact(self) -> Rows:
        """See `VectorIndex.compact`."""
        new_rows = self._store.compact()
        self._searched = Searched(self._store.view, self.make_finder(self._store.view))
        return new_rows

    def rows_of(self, ids: Sequence[bytes]) -> Rows:
        """See `VectorIndex.rows_of`."""
        check_ids(ids)
        return self._store.rows_of(ids)

    def ids_of(self, rows: Rows) -> list[bytes]:
        """See `VectorIndex.ids_of`."""
        keys = self._store.view.keys
        check_rows(rows, len(keys))
        return to_ids(keys[rows.ravel()])

    def search(self, queries: Vectors, k: int, *, mask: Mask | None = None) -> Hits:
        """See `VectorIndex.search`."""
        view, finder = self._searched
        queries = self._scaled(check_vectors(queries, self._dimension, self._metric))
        check_limit(k)
        if mask is not None:
            check_mask(mask, len(view))
        return search_view(view, finder, self._metric, queries, k, mask)

    def calibrate(self, recall: float) -> Calibration:
        """Search from now on as broadly as a recall needs; costs 200 exact searches and some more.

        Args:
            recall: above 0 and below 1.

        Returns:
            What was chosen, and the recall that it reaches.
        """
        check_recall(recall)
        view, finder = self._searched

        def search_by(finder: CandidateFinder) -> Search:
            return lambda queries, k: search_view(view, finder, self._metric, queries, k, None)

        exact = search_by(ExactFinder(self._metric))
        queries = make_queries(view, exact)
        found = calibrate(
            recall, queries, exact, lambda breadth: search_by(finder.at(breadth)), finder.nlist
        )
        self.breadth = found.breadth
        self._calibration, self._calibrated_rows = found, len(view)
        return found

    @abstractmethod
    def make_finder(self, view: RowView) -> CandidateFinder:
        """Make the first pass over all rows of `view`."""

    @abstractmethod
    def extend_finder(self, finder: CandidateFinder, view: RowView) -> CandidateFinder:
        """Make the first pass over `view`, which has rows behind those that `finder` knows."""

    def _scaled(self, vectors: Vectors) -> Vectors:
        return to_unit_length(vectors) if self._metric is Metric.COSINE else vectors
