"""Why an index refuses its input; nothing of a refused call is applied.

VectorIndexError (a ValueError)
├── ShapeError          wrong number of axes, dimension or length
├── DtypeError          not float32 (or not bool, for a mask)
├── NonFiniteError      NaN, infinity, or so large that scores would be
├── ZeroVectorError     no direction, which cosine needs
├── IdError             not 16 bytes, or there already
├── RowError            no such row
├── LimitError          k below 1
├── SettingError        a parameter out of range
├── ColumnError         no such column, or not of the type the index has
├── EngineError         another engine does not answer, or refuses; it may have applied a part
└── SegmentError        the files of an index
    ├── UnknownFormatError   written by another version
    ├── DamagedFileError     cut short, or a wrong checksum
    ├── MissingFileError     gone
    ├── OtherIndexError      of another dimension, metric or columns
    ├── WriteFailedError     nothing was changed
    └── WriterBusyError      another process writes
"""

from typing import ClassVar


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


class SettingError(VectorIndexError):
    """A parameter of an index is out of its range."""


class ColumnError(VectorIndexError):
    """An index has no such column, or one of another type."""


class EngineError(VectorIndexError):
    """Another engine does not answer, or refuses; a change may have been applied in part."""

    code: ClassVar[str] = "INDEX_ENGINE_FAILED"


class SegmentError(VectorIndexError):
    """Base of what can be wrong with the files of an index; `code` names it for machines."""

    code: ClassVar[str]


class UnknownFormatError(SegmentError):
    """A file was written by another version; rebuild the index from the store."""

    code = "INDEX_FORMAT_UNKNOWN"


class DamagedFileError(SegmentError):
    """A file is cut short or its checksum is wrong; rebuild the index from the store."""

    code = "INDEX_FILE_DAMAGED"


class MissingFileError(SegmentError):
    """A file that the manifest names is gone; rebuild the index from the store."""

    code = "INDEX_FILE_MISSING"


class OtherIndexError(SegmentError):
    """The files hold vectors of another dimension, metric or columns; rebuild the index."""

    code = "INDEX_MISMATCH"


class WriteFailedError(SegmentError):
    """The files could not be written (disk full?); the index is as it was before."""

    code = "INDEX_WRITE_FAILED"


class WriterBusyError(SegmentError):
    """Another process is writing to this index; leave it to that one."""

    code = "INDEX_WRITER_BUSY"
