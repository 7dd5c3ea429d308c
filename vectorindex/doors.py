"""Checks of what comes in: everything behind them may rely on shapes, types and finite numbers."""

from collections.abc import Sequence

import numpy as np

from vectorindex.errors import (
    DtypeError,
    IdError,
    LimitError,
    NonFiniteError,
    ShapeError,
    ZeroVectorError,
)
from vectorindex.protocol import ID_BYTES, LARGEST_COMPONENT, Mask, Metric, Vectors


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
    if not np.isfinite(vectors).all():
        raise NonFiniteError("a vector holds NaN or infinity")
    if vectors.size and np.abs(vectors).max() > LARGEST_COMPONENT:
        raise NonFiniteError(f"a component is larger than {LARGEST_COMPONENT:g}")
    if metric is Metric.COSINE and not vectors.any(axis=1).all():
        raise ZeroVectorError("a zero vector has no direction to compare by cosine")
    return np.ascontiguousarray(vectors)


def check_ids(ids: Sequence[bytes], count: int) -> None:
    """Refuse ids of the wrong length or number, and the same id twice."""
    if len(ids) != count:
        raise ShapeError(f"{len(ids)} ids were given for {count} vectors")
    for key in ids:
        if not isinstance(key, bytes) or len(key) != ID_BYTES:
            raise IdError(f"an id is {ID_BYTES} bytes, not {key!r}")
    if len(set(ids)) != count:
        raise IdError("an id occurs twice")


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
