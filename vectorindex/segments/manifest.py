"""Which files make up an index: one small file, replaced as a whole."""

import fcntl
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vectorindex.errors import (
    DamagedFileError,
    UnknownFormatError,
    WriteFailedError,
    WriterBusyError,
)

MANIFEST_NAME = "manifest.json"
LOCK_NAME = "writer.lock"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment in a manifest.

    Attributes:
        file: holds the rows.
        rows: all of them.
        alive_file: holds which rows are alive, "" while all are.
        live_rows: how many are.
    """

    file: str
    rows: int
    alive_file: str
    live_rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation of an index; files that it names never change.

    Attributes:
        generation: raised by one with each manifest.
        sequence: the last change that the segments hold.
        dimension: components per vector; 0 where rows are found by their words.
        metric: names the measure of every score.
        encoder_file: holds the planes of all codes, "" while there are none.
        segments: in the order of their rows.
    """

    generation: int
    sequence: int
    dimension: int
    metric: str
    columns: dict[str, str]
    encoder_file: str
    segments: tuple[SegmentEntry, ...]

    @property
    def files(self) -> set[str]:
        """Names of all files of this generation."""
        names = {self.encoder_file}
        for entry in self.segments:
            names |= {entry.file, entry.alive_file}
        return names - {""}


def read_manifest(directory: Path) -> Manifest | None:
    """The current manifest, None where there is no index yet.

    Raises:
        SegmentError: it is damaged or of another format.
    """
    path = directory / MANIFEST_NAME
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DamagedFileError(f"{path} cannot be read: {error}") from error
    try:
        outer = json.loads(data)
        version, crc, body = outer["format"], outer["crc32"], outer["manifest"]
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedFileError(f"{path} is damaged; rebuild the index") from error
    if version != FORMAT_VERSION:
        raise UnknownFormatError(f"{path} has format version {version!r}; rebuild the index")
    if _checksum(body) != crc:
        raise DamagedFileError(f"{path} is damaged; rebuild the index")
    entries = tuple(SegmentEntry(**entry) for entry in body.pop("segments"))
    return Manifest(**body, segments=entries)


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Put a manifest in the place of the current one: after a crash there is one or the other.

    Raises:
        WriteFailedError: the current one stays.
    """
    body = asdict(manifest)
    data = json.dumps({"format": FORMAT_VERSION, "crc32": _checksum(body), "manifest": body})
    fresh = directory / f"{MANIFEST_NAME}.new"
    try:
        # The files it names have to be in the directory before it is.
        _sync_directory(directory)
        with fresh.open("w") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(directory / MANIFEST_NAME)
        _sync_directory(directory)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise WriteFailedError(f"{directory} could not be written: {error}") from error


@contextmanager
def writer_lock(directory: Path) -> Iterator[None]:
    """Be the only writer on this host; the lock ends with the process.

    Raises:
        WriterBusyError: another process is.
        WriteFailedError: the directory is gone, or cannot be written.
    """
    try:
        file = (directory / LOCK_NAME).open("a")
    except OSError as error:
        raise WriteFailedError(f"{directory} could not be locked: {error}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WriterBusyError(f"another process is writing to {directory}") from error
        yield


def remove_files_except(directory: Path, names: set[str]) -> None:
    """Remove what no manifest names any more; who has it mapped keeps it."""
    for path in directory.glob("*.lxv"):
        if path.name not in names:
            path.unlink(missing_ok=True)


def _checksum(body: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(body, sort_keys=True).encode())


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
