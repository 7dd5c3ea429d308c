"""Files as streams: unpacked on the way in, complete or absent on the way out."""

import codecs
import gzip
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from resolvers.transfer.checks import LINE_LIMIT_BYTES
from resolvers.transfer.errors import (
    BrokenFileError,
    EmptyFileError,
    RefusedError,
    UnreadableFileError,
    UnwritableFileError,
)

_GZIP_MAGIC: Final = b"\x1f\x8b"
# Fast enough for exports of a few hundred MiB, and within a few percent of the best size.
_GZIP_LEVEL: Final = 6
_OTHER_ENCODINGS: Final = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


@contextmanager
def open_unpacked(path: Path) -> Iterator[BinaryIO]:
    """Open a file, through gzip when its first bytes say so.

    Raises:
        EmptyFileError: nothing is in it.
        UnreadableFileError: it cannot be opened, or, inside the `with`, read to its end.
    """
    try:
        with path.open("rb") as raw:
            magic = raw.read(len(_GZIP_MAGIC))
            raw.seek(0)
            if not magic:
                raise EmptyFileError(f"{path} is empty; give a file that holds a library")
            if magic == _GZIP_MAGIC:
                with gzip.open(raw) as unpacked:
                    yield unpacked  # type: ignore[misc]  # GzipFile is a BinaryIO in all but name
            else:
                yield raw
    except EOFError as error:
        raise UnreadableFileError(f"{path} ends early; fetch or pack it again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFileError(f"{path} is damaged ({error}); fetch or pack it again") from error
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read: {error.strerror or error}") from error


def read_lines(stream: BinaryIO, *, keep_ends: bool = False) -> Iterator[tuple[int, bytes | None]]:
    """Number the lines of a stream from 1; None stands for a line that is too long."""
    number = 0
    while line := stream.readline(LINE_LIMIT_BYTES + 1):
        number += 1
        if number == 1:
            line = _without_mark(line)
        if len(line) > LINE_LIMIT_BYTES:
            while not line.endswith(b"\n") and (line := stream.readline(LINE_LIMIT_BYTES)):
                pass
            yield number, None
        else:
            yield number, line if keep_ends else line.rstrip(b"\r\n")


def decode_line(line: bytes | None) -> str:
    """Decode one line.

    Raises:
        RefusedError: it is too long or not UTF-8.
    """
    if line is None:
        raise RefusedError(f"the line is longer than {LINE_LIMIT_BYTES:,} bytes; split the entry")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(
            f"byte {error.start + 1} of the line is not UTF-8; save the file as UTF-8"
        ) from error


def _without_mark(line: bytes) -> bytes:
    for mark, encoding in _OTHER_ENCODINGS.items():
        if line.startswith(mark):
            raise BrokenFileError(f"the file is {encoding}; save it as UTF-8", 1, 1)
    return line.removeprefix(codecs.BOM_UTF8)


@contextmanager
def write_whole(path: Path) -> Iterator[BinaryIO]:
    """Write a file that appears under its name only when it is complete.

    Packed with gzip when the name ends in `.gz`. An error inside the `with` leaves what was there.

    Raises:
        UnwritableFileError: the folder is missing or read-only, or the disk is full.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            yield from _packed(path, raw)
            raw.flush()
            os.fsync(raw.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _packed(path: Path, raw: BinaryIO) -> Iterator[BinaryIO]:
    if path.suffix != ".gz":
        yield raw
        return
    # No name and no time in the gzip header: equal libraries give equal files.
    with gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0) as packed:
        yield packed  # type: ignore[misc]  # GzipFile is a BinaryIO in all but name


def _unwritable(path: Path, error: OSError) -> UnwritableFileError:
    reason = error.strerror or str(error)
    return UnwritableFileError(f"{path} cannot be written: {reason}; choose another place")
