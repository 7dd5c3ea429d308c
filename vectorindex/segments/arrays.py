"""Files of arrays: written once, then mapped into memory and never changed.

    header    HEADER_BYTES: magic, format version, length and CRC-32 of the description,
              then the description: JSON with what the file is, and every array's dtype, shape,
              offset and CRC-32
    arrays    each at a multiple of PAGE_BYTES, little-endian, C order

Opening checks the header and the file's size; `verify` reads everything.
"""

import json
import math
import mmap
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorindex.errors import (
    DamagedFileError,
    MissingFileError,
    UnknownFormatError,
    WriteFailedError,
)

MAGIC = b"LEXIVEC\0"
FORMAT_VERSION = 2
# Version 1 had the codes of inverted lists row by row.
READABLE_VERSIONS = (1, FORMAT_VERSION)
HEADER_BYTES = 16_384
PAGE_BYTES = 4_096
CHECKED_AT_ONCE = 1 << 24
_PREFIX = struct.Struct("<8sIII")

Array = NDArray[Any]


class ArrayFile:
    """An open file; its arrays are read-only views of the page cache, shared by all processes."""

    def __init__(self, path: Path) -> None:
        """Map a file.

        Raises:
            SegmentError: it is missing, damaged or of another format.
        """
        self.path = path
        try:
            with path.open("rb") as file:
                self._memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError as error:
            raise MissingFileError(f"{path} is missing; rebuild the index") from error
        except OSError as error:
            raise DamagedFileError(f"{path} cannot be read: {error}") from error
        except ValueError as error:  # a file without a byte cannot be mapped
            raise DamagedFileError(f"{path} is empty; rebuild the index") from error
        description = _read_description(path, self._memory)
        self.meta: Mapping[str, Any] = description["meta"]
        self._entries: Mapping[str, Any] = description["arrays"]
        if len(self._memory) != description["size"]:
            raise DamagedFileError(
                f"{path} has {len(self._memory)} bytes instead of {description['size']};"
                " rebuild the index"
            )

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> Array:
        entry = self._entries[name]
        shape, dtype = tuple(entry["shape"]), np.dtype(entry["dtype"])
        return np.frombuffer(
            self._memory, dtype, count=math.prod(shape), offset=entry["offset"]
        ).reshape(shape)

    def verify(self) -> None:
        """Read every byte; about a second per gigabyte.

        Raises:
            DamagedFileError: a checksum is wrong.
        """
        for name, entry in self._entries.items():
            data, crc = self[name].reshape(-1).view(np.uint8).data, 0
            for start in range(0, len(data), CHECKED_AT_ONCE):
                crc = zlib.crc32(data[start : start + CHECKED_AT_ONCE], crc)
            if crc != entry["crc32"]:
                raise DamagedFileError(f"{name} in {self.path} is damaged; rebuild the index")


class ArrayWriter:
    """Appends arrays to a new file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Unbuffered: on a full disk closing must not try to write once more.
        self._file = path.open("xb", buffering=0)
        self._file.seek(HEADER_BYTES)
        self._arrays: dict[str, Any] = {}

    def put(self, name: str, array: Array) -> Array:
        """Write one array; returns it."""
        self.put_parts(name, array.dtype, array.shape, [array])
        return array

    def put_parts(
        self, name: str, dtype: np.dtype[Any], shape: tuple[int, ...], parts: Iterable[Array]
    ) -> Array:
        """Write one array piece by piece; returns a view of what was written."""
        self._write(bytes(-self._file.tell() % PAGE_BYTES))
        offset, crc = self._file.tell(), 0
        little = dtype.newbyteorder("<")
        for part in parts:
            data = np.ascontiguousarray(part, dtype=little).reshape(-1).view(np.uint8).data
            crc = zlib.crc32(data, crc)
            self._write(data)
        self._arrays[name] = {
            "dtype": little.str,
            "shape": shape,
            "offset": offset,
            "crc32": crc,
        }
        if not math.prod(shape):
            return np.empty(shape, dtype=dtype)
        return np.memmap(self._path, dtype=little, mode="r", offset=offset, shape=shape)

    def finish(self, meta: Mapping[str, Any]) -> None:
        """Write the header and make sure that everything is on disk."""
        size = self._file.tell()
        description = json.dumps({"meta": meta, "size": size, "arrays": self._arrays}).encode()
        if len(description) > HEADER_BYTES - _PREFIX.size:
            raise WriteFailedError(f"{len(self._arrays)} arrays are too many for one file")
        prefix = _PREFIX.pack(MAGIC, FORMAT_VERSION, len(description), zlib.crc32(description))
        self._file.seek(0)
        self._write(prefix + description)
        os.fsync(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _write(self, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]


@contextmanager
def new_array_file(path: Path) -> Iterator[ArrayWriter]:
    """A file that is there whole, or not at all.

    Raises:
        WriteFailedError: nothing was left behind.
    """
    try:
        writer = ArrayWriter(path)
        try:
            yield writer
        except BaseException:
            writer.discard()
            raise
    except OSError as error:
        raise WriteFailedError(f"{path} could not be written: {error}") from error


def _read_description(path: Path, memory: mmap.mmap) -> dict[str, Any]:
    if len(memory) < HEADER_BYTES:
        raise DamagedFileError(f"{path} is cut short; rebuild the index")
    magic, version, length, crc = _PREFIX.unpack_from(memory)
    if magic != MAGIC:
        raise UnknownFormatError(f"{path} is not a file of a vector index")
    if version not in READABLE_VERSIONS:
        raise UnknownFormatError(
            f"{path} has format version {version}, this server reads {READABLE_VERSIONS};"
            " rebuild the index"
        )
    description = memory[_PREFIX.size : _PREFIX.size + length]
    if zlib.crc32(description) != crc:
        raise DamagedFileError(f"the header of {path} is damaged; rebuild the index")
    parsed: dict[str, Any] = json.loads(description)
    return parsed
