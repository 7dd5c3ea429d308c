"""Why an index refuses its input; nothing of a refused call is applied.

VectorIndexError (a ValueError)
├── ShapeError          wrong number of axes, dimension or length
├── DtypeError          not float32 (or not bool, for a mask)
├── NonFiniteError      NaN, infinity, or so large that scores would be
├── ZeroVectorError     no direction, which cosine needs
├── IdError             not 16 bytes, or there already
├── RowError            no such row
└── LimitError          k below 1
"""


class VectorIndexError(ValueError):
    """Base of this module."""


class ShapeError(VectorIndexError):
    """An array has the wrong number of axes, dimension or length."""


class DtypeError(VectorIndexError):
    """An array has the wrong type of element; a float64 query would upcast the whole index."""


class NonFiniteError(VectorIndexError):
    """A vector holds NaN or infinity, or is so large that its scores would be infinite."""


class ZeroVectorError(VectorIndexError):
    """A vector without direction cannot be compared by cosine."""


class IdError(VectorIndexError):
    """An id is not 16 bytes long, or is in the index already."""


class RowError(VectorIndexError):
    """A row number is out of range."""


class LimitError(VectorIndexError):
    """`k` is not a positive number."""
