"""An index in segments as a `VectorEngine`."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorindex.engine import IDS, Columns, Nearest, Where, check_column_types, check_where
from vectorindex.protocol import Mask, Metric, Vectors
from vectorindex.segments.index import SegmentedIndex
from vectorindex.segments.snapshot import Snapshot


class SegmentEngine:
    """`VectorEngine` in the files of this machine; `index` is there to seal, merge and refresh."""

    def __init__(self, index: SegmentedIndex) -> None:
        self.index = index
        self._dtypes = index.settings.dtypes()
        check_column_types(self._dtypes)

    @property
    def dimension(self) -> int:
        """Components per vector."""
        return self.index.dimension

    @property
    def metric(self) -> Metric:
        """The measure of every score."""
        return self.index.metric

    @property
    def sequence(self) -> int:
        """The last change that was applied."""
        return self.index.sequence

    def __len__(self) -> int:
        return len(self.index)

    def apply(
        self,
        sequence: int,
        removed: Sequence[bytes],
        ids: Sequence[bytes],
        vectors: Vectors,
        columns: Columns | None = None,
    ) -> None:
        """See `VectorEngine.apply`."""
        self.index.apply(sequence, removed, ids, vectors, columns)

    def nearest(self, queries: Vectors, k: int, *, where: Where | None = None) -> list[Nearest]:
        """See `VectorEngine.nearest`."""
        snapshot = self.index.snapshot
        check_where(where or {}, self._dtypes)
        mask = _matching(snapshot, where) if where else None
        hits = snapshot.search(queries, k, mask=mask)
        columns = {name: snapshot.column(name) for name in self._dtypes}
        return [
            Nearest(
                snapshot.ids_of(rows),
                scores,
                {name: column[rows] for name, column in columns.items()},
            )
            for rows, scores in zip(hits.rows, hits.scores, strict=True)
        ]


def _matching(snapshot: Snapshot, where: Where) -> Mask:
    mask: Mask = np.ones(snapshot.row_count, dtype=np.bool_)
    for name, values in where.items():
        if name == IDS:
            mask &= _with_ids(snapshot, values)
            continue
        column = snapshot.column(name)
        mask &= np.isin(column, _as_column(values, column.dtype))
    return mask


def _with_ids(snapshot: Snapshot, ids: Collection[Any]) -> Mask:
    mask: Mask = np.zeros(snapshot.row_count, dtype=np.bool_)
    rows = snapshot.rows_of(list(ids))
    mask[rows[rows >= 0]] = True
    return mask


def _as_column(values: Collection[int | bytes], dtype: np.dtype[Any]) -> NDArray[Any]:
    """The values that a column of this type can hold at all."""
    return np.array([value for value in values if _fits(value, dtype)], dtype=dtype)


def _fits(value: int | bytes, dtype: np.dtype[Any]) -> bool:
    if isinstance(value, bytes):
        return len(value) <= dtype.itemsize
    limits = np.iinfo(dtype)
    return bool(limits.min <= value <= limits.max)
