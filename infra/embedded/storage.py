"""The file: SQLite in WAL mode, opened, checked and shared by the threads of one process.

    documents   record number → BSON bytes
    entries     (index, key, record number), in key order; one row per index entry
    collections, indexes   what there is, as BSON bytes (`catalog`)
    sessions    the outcome of each session's last numbered write (`sessions`)

Every reader has a connection of its own and sees one snapshot; there is one writer at a time
(`turns`), and writers that wait for each other share a commit (`group_commit`). A commit is on disk
when it returns (`synchronous=FULL`). Data reaches SQLite as parameters only.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from infra.embedded.errors import (
    StoreError,
    internal_error,
    max_time_expired,
    out_of_disk_space,
    write_conflict,
)
from infra.embedded.group_commit import GroupCommit
from infra.embedded.turns import WriterLock

APPLICATION_ID: Final = 0x4C584752  # "LXGR"
FORMAT_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE catalog_version (version INTEGER NOT NULL);
CREATE TABLE collections (
    id INTEGER PRIMARY KEY, database TEXT NOT NULL, name TEXT NOT NULL, options BLOB NOT NULL,
    UNIQUE (database, name)
);
CREATE TABLE indexes (
    id INTEGER PRIMARY KEY, collection_id INTEGER NOT NULL, definition BLOB NOT NULL,
    multikey INTEGER NOT NULL
);
CREATE TABLE documents (record INTEGER PRIMARY KEY, bson BLOB NOT NULL);
CREATE TABLE entries (
    index_id INTEGER NOT NULL, key BLOB NOT NULL, record INTEGER NOT NULL,
    PRIMARY KEY (index_id, key, record)
) WITHOUT ROWID;
CREATE TABLE sessions (
    id BLOB PRIMARY KEY, number INTEGER NOT NULL, outcome BLOB NOT NULL, used_at REAL NOT NULL
) WITHOUT ROWID;
INSERT INTO catalog_version VALUES (1);
"""
_CACHE_KIB: Final = 32 * 1024
_WAL_LIMIT_BYTES: Final = 64 * 1024 * 1024
_IDLE_CONNECTIONS: Final = 16


class UnusableFileError(Exception):
    """The file cannot be opened as a store; the message says why and what to do."""


class Connection(sqlite3.Connection):
    """A connection that knows which of its results are still being read.

    SQLite keeps a snapshot alive as long as any result on it is open, even past its transaction; so
    whatever is left open must be closed before the connection serves someone else.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._streams: set[sqlite3.Cursor] = set()

    @contextmanager
    def stream(self) -> Iterator[sqlite3.Cursor]:
        """A cursor for results that are read bit by bit."""
        cursor = self.cursor()
        self._streams.add(cursor)
        try:
            yield cursor
        finally:
            self._streams.discard(cursor)
            cursor.close()

    def end_streams(self) -> None:
        """Close the results that were not read to their end."""
        while self._streams:
            self._streams.pop().close()


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
        self._idle.append(_open_checked(path))

    def borrow(self) -> Connection:
        """A connection for one thread's use; give it back with `give_back`."""
        with self._guard:
            if self._idle:
                return self._idle.pop()
        return _connect(self.path)

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


def _connect(path: Path) -> Connection:
    # Connections wander between threads, one thread at a time.
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=5, factory=Connection
    )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _open_checked(path: Path) -> Connection:
    try:
        connection = _connect(path)
    except sqlite3.Error as error:
        raise UnusableFileError(_reason(path, error)) from error
    try:
        _check_format(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        # A write that changes nothing: a read-only or full disk shows now, not at the first insert.
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE catalog_version SET version = version + 1")
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        connection.close()
        raise UnusableFileError(_reason(path, error)) from error
    except UnusableFileError:
        connection.close()
        raise
    return connection


def _check_format(connection: Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if not application and not version and not tables:
        _create(connection)
    elif application != APPLICATION_ID:
        raise UnusableFileError(f"{path} is a SQLite file, but not one of Lexigraph's stores")
    elif version != FORMAT_VERSION:
        raise UnusableFileError(
            f"{path} has format version {version}; this program reads version {FORMAT_VERSION}. "
            "Export the data with the version of Lexigraph that wrote it, then import it here"
        )


def _create(connection: Connection) -> None:
    connection.executescript(
        f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
        f"PRAGMA user_version = {FORMAT_VERSION}; COMMIT;"
    )


def _reason(path: Path, error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    hints = {
        sqlite3.SQLITE_FULL: "the disk is full; free some space",
        sqlite3.SQLITE_READONLY: "the file or its folder is read-only; change its permissions",
        sqlite3.SQLITE_CANTOPEN: "the folder is missing or not writable",
        sqlite3.SQLITE_NOTADB: "it is not a store, or damaged; restore it from a backup",
        sqlite3.SQLITE_CORRUPT: "it is damaged; restore it from a backup",
        sqlite3.SQLITE_IOERR: "the disk is full or failing",
        sqlite3.SQLITE_BUSY: "another program has it open",
    }
    return f"{path} cannot be used: {hints.get(code, 'unexpected failure')} ({error})"
