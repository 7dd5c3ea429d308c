"""The right to run the store of one file: an flock, which the kernel drops when its holder dies.

The lock file names its holder: process id and URI. It is believed only while the lock is held.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

_HOLDER_BYTES: Final = 4096


class Holder(NamedTuple):
    """The process that runs the store, and where it listens."""

    process_id: int
    uri: str


@dataclass(frozen=True, slots=True)
class StoreLock:
    """A lock file that is open in this process.

    The lock belongs to the open file, not to the process: a child that inherits the descriptor
    holds it, too, and goes on holding it when its parent closes.
    """

    descriptor: int

    def take(self) -> bool:
        """Take the lock without waiting; whoever was written down in the file is forgotten."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        os.ftruncate(self.descriptor, 0)
        return True

    def publish(self, uri: str) -> None:
        """Tell others where this process, the holder, listens."""
        os.pwrite(self.descriptor, f"{os.getpid()} {uri}".encode(), 0)

    def holder(self) -> Holder | None:
        """Who holds the lock; None when that process does not listen yet."""
        process_id, _, uri = os.pread(self.descriptor, _HOLDER_BYTES, 0).decode().partition(" ")
        return Holder(int(process_id), uri) if uri else None


@contextmanager
def opened_lock(store: Path) -> Iterator[StoreLock]:
    """Open the lock file of a store, making it when there is none.

    Raises:
        OSError: the folder is missing or cannot be written.
    """
    descriptor = os.open(store.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield StoreLock(descriptor)
    finally:
        os.close(descriptor)
