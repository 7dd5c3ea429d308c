"""The file: SQLite in WAL mode, shared by the threads of one process.

    documents   record number → BSON bytes
    entries     (index, key, record number), in key order; one row per index entry
    collections, indexes   what there is, as BSON bytes (`catalog`)
    sessions    the outcome of each session's last numbered write (`sessions`)

Every reader has a connection of its own and sees one snapshot; there is one writer at a time
(`turns`), and writers that wait for each other share a commit (`group_commit`). The right to write
is held until COMMIT returns, and with it the checkpoint that SQLite may run there; so no checkpoint
meets a commit, and SQLite's WAL-reset bug (3.7.0 to 3.51.2) has no occasion. Data reaches SQLite as
parameters only.

Source: SQLite's documentation, "Write-Ahead Logging", section "The WAL-reset bug".
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from infra.embedded.errors import (
    StoreError,
    internal_error,
    max_time_expired,
    out_of_disk_space,
    write_conflict,
)
from infra.embedded.group_commit import GroupCommit
from infra.embedded.opening import Connection, connect, open_checked
from infra.embedded.turns import WriterLock

_IDLE_CONNECTIONS: Final = 16


class StoreFile:
    """One open file and its connections."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it when there is none.

        Raises:
            UnusableFileError: it is no store, of another format, damaged, or cannot be written.
        """
        self.path = path
        self._lock = WriterLock()
        self._groups = GroupCommit(self._lock, self.borrow, self.give_back)
        self._idle: list[Connection] = []
        self._closed = False
        self._guard = threading.Lock()
        self._idle.append(open_checked(path))

    def borrow(self) -> Connection:
        """A connection for one thread's use; give it back with `give_back`."""
        with self._guard:
            if self._idle:
                return self._idle.pop()
        return connect(self.path)

    def give_back(self, connection: Connection) -> None:
        """Take a connection back, ending what it left open."""
        try:
            connection.end_streams()
            if connection.in_transaction:
                connection.rollback()
        except sqlite3.Error:
            # Closing undoes what is open, too; the right to write must not get lost here.
            connection.close()
            return
        with self._guard:
            if not self._closed and len(self._idle) < _IDLE_CONNECTIONS:
                self._idle.append(connection)
                return
        connection.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot for the duration of the block."""
        with self.borrowed() as connection, translated_errors():
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self, deadline: float, *, joins: bool = False) -> Iterator[Connection]:
        """All or nothing: what the block wrote is on disk when it ends, or never was.

        Args:
            deadline: `time.monotonic()` until which to wait for the current writer.
            joins: the write is brief and may share the commit of those before it.

        Raises:
            StoreError: the deadline passed (50), the disk is full (14031).
        """
        if not self._lock.acquire(deadline - time.monotonic()):
            raise max_time_expired("the write waited too long for an earlier writer to finish")
        with translated_errors(), self._groups.write(joins=joins) as connection:
            try:
                yield connection
            finally:
                connection.end_streams()

    def take_turn(self, timeout_seconds: float) -> bool:
        """Wait for the right to write, for a transaction; false when the time ran out."""
        if not self._lock.acquire(timeout_seconds):
            return False
        self._groups.close()
        return True

    def end_turn(self) -> None:
        """Let the next writer in."""
        self._lock.release()

    @contextmanager
    def borrowed(self) -> Iterator[Connection]:
        """A connection for the duration of the block, each statement its own snapshot."""
        connection = self.borrow()
        try:
            yield connection
        finally:
            self.give_back(connection)

    def close(self) -> None:
        """Close idle connections; those still borrowed are closed as they come back."""
        with self._guard:
            self._closed = True
            connections, self._idle = self._idle, []
        for connection in connections:
            connection.close()


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn SQLite's failures into MongoDB's.

    Raises:
        StoreError: 112 when the snapshot is older than the file, 14031 when the disk is full.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise translated(error) from error


def translated(error: sqlite3.Error) -> StoreError:
    """MongoDB's word for a failure of SQLite."""
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_BUSY_SNAPSHOT:
        return write_conflict("the data was changed by another writer since this transaction began")
    if code in _DISK_FAILURES:
        return out_of_disk_space(f"the write failed, nothing of it was stored: {error}")
    return internal_error(f"the file of the store failed: {error}")


_DISK_FAILURES: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_CANTOPEN,
    }
)
