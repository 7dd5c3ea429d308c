"""Checks of what comes in: everything behind them may rely on shapes, types and finite numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorindex.errors import (
    ColumnError,
    DtypeError,
    IdError,
    LimitError,
    NonFiniteError,
    RowError,
    ShapeError,
    ZeroVectorError,
)
from vectorindex.protocol import ID_BYTES, LARGEST_COMPONENT, Mask, Metric, Rows, Vectors

# A vector whose squared length lies between holds no NaN, no component that is too large, and one
# that is not zero: almost all are passed by this alone.
_SAFE_SQUARE, _LARGEST_SQUARE = 1e-30, LARGEST_COMPONENT**2


def check_dimension(dimension: int) -> None:
    """Refuse a dimension below 1."""
    if dimension < 1:
        raise ShapeError(f"a vector has at least 1 component, not {dimension}")


def check_vectors(vectors: Vectors, dimension: int, metric: Metric) -> Vectors:
    """Pass (n, dimension) vectors that can be compared by the metric.

    Returns:
        The vectors in C order; a copy only where they were not.
    """
    if vectors.dtype != np.float32:
        raise DtypeError(f"vectors are float32, not {vectors.dtype}")
    if vectors.ndim != 2 or vectors.shape[1] != dimension:
        raise ShapeError(f"vectors are (n, {dimension}), not {vectors.shape}")
    squares = np.vecdot(vectors, vectors)
    if not squares.size or (squares.min() >= _SAFE_SQUARE and squares.max() <= _LARGEST_SQUARE):
        return np.ascontiguousarray(vectors)
    _check_components(vectors)
    if metric is Metric.COSINE and not vectors.any(axis=1).all():
        raise ZeroVectorError("a zero vector has no direction to compare by cosine")
    return np.ascontiguousarray(vectors)


def _check_components(vectors: Vectors) -> None:
    # NaN and infinity survive `max` and `min`, which cost a third of `isfinite`.
    largest = max(float(vectors.max()), -float(vectors.min()))
    if not largest <= LARGEST_COMPONENT:
        raise NonFiniteError(
            f"a vector holds NaN, infinity or a component beyond {LARGEST_COMPONENT:g}"
        )


def check_ids(ids: Sequence[bytes]) -> None:
    """Refuse ids that are not 16 bytes."""
    for key in ids:
        if not is_id(key):
            raise IdError(f"an id is {ID_BYTES} bytes, not {key!r}")


def check_new_ids(ids: Sequence[bytes], count: int) -> None:
    """Refuse ids of the wrong length or number, and the same id twice."""
    if len(ids) != count:
        raise ShapeError(f"{len(ids)} ids were given for {count} vectors")
    check_ids(ids)
    if len(set(ids)) != count:
        raise IdError("an id occurs twice")


def is_id(value: object) -> bool:
    """Whether a value can be the id of a vector."""
    return isinstance(value, bytes) and len(value) == ID_BYTES


def check_limit(k: int) -> None:
    """Refuse to look for less than one hit."""
    if k < 1:
        raise LimitError(f"k is at least 1, not {k}")


def check_mask(mask: Mask, row_count: int) -> None:
    """Refuse a mask that is not one bool per row."""
    if mask.dtype != np.bool_:
        raise DtypeError(f"a mask is bool, not {mask.dtype}")
    if mask.shape != (row_count,):
        raise ShapeError(f"a mask is ({row_count},), one element per row, not {mask.shape}")


def check_rows(rows: Rows, row_count: int) -> None:
    """Refuse row numbers that no row has."""
    if rows.size and (rows.min() < 0 or rows.max() >= row_count):
        raise RowError(f"rows are 0 to {row_count - 1}")


def check_columns(
    columns: Mapping[str, NDArray[Any]], dtypes: Mapping[str, np.dtype[Any]], count: int
) -> None:
    """Refuse columns that are not those of an index, one value a vector."""
    if columns.keys() != dtypes.keys():
        raise ColumnError(f"the columns are {sorted(dtypes)}, not {sorted(columns)}")
    for name, column in columns.items():
        if column.dtype != dtypes[name]:
            raise ColumnError(f"column {name!r} is {dtypes[name]}, not {column.dtype}")
        if column.shape != (count,):
            raise ShapeError(f"column {name!r} is ({count},), not {column.shape}")
