"""The folder that holds everything the server keeps: made, checked and claimed at start.

One server at a time: the claim is an flock on `server.lock`, which the kernel drops when its holder
dies, however it dies. The file names the holder for the one who comes second.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import orjson

from infra.errors import LexigraphError

CHOOSE = "or choose another folder with LEXIGRAPH_DATA_DIR"
# The file has this length always: a shorter holder is padded, never mixed with the last one.
HOLDER_BYTES = 512


class DataFolderError(LexigraphError):
    """The data folder cannot be made or written; the message says why."""

    code = "DATA_FOLDER_UNUSABLE"


class DataFolderTakenError(LexigraphError):
    """Another server runs on the data folder."""

    code = "DATA_FOLDER_TAKEN"


class Claim(NamedTuple):
    """A data folder that is ours until the claim's context ends."""

    folder: Path
    descriptor: int

    def announce(self, address: str) -> None:
        """Tell later comers who holds the folder.

        Raises:
            DataFolderError: the disk is full or went away.
        """
        holder = orjson.dumps({"pid": os.getpid(), "address": address})
        with explained(self.folder):
            os.pwrite(self.descriptor, holder.ljust(HOLDER_BYTES), 0)
            os.fsync(self.descriptor)


@contextmanager
def claim_data_folder(folder: Path) -> Iterator[Claim]:
    """Make the folder if need be and hold it against other servers.

    Raises:
        DataFolderError: it cannot be made or written.
        DataFolderTakenError: a running server holds it; says which.
    """
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(folder, descriptor)
        claim = Claim(folder, descriptor)
        claim.announce("starting")
        yield claim
    finally:
        os.close(descriptor)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Say which folder an OS error is about and what to do."""
    try:
        yield
    except OSError as error:
        raise DataFolderError(
            f"The data folder {folder} cannot be used: {error.strerror}. "
            f"Make it a folder that can be written and has space left, {CHOOSE}."
        ) from error


def _lock(folder: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise DataFolderTakenError(
            f"The data folder {folder} is in use by another server{_holder(descriptor)}. "
            f"Stop that one first, {CHOOSE}."
        ) from error


def _holder(descriptor: int) -> str:
    try:
        holder = orjson.loads(os.pread(descriptor, HOLDER_BYTES, 0))
        return f" (process {holder['pid']}, {holder['address']})"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
