"""Opening the file of a store: what it must be, how it is made, and why it cannot be used.

A connection is in WAL mode, and its commits are on disk when they return (`synchronous=FULL`). The
file names its format (`application_id`, `user_version`); another one is refused, as is a SQLite
that cannot keep the promises.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

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
# CPython 3.13 asks for one not much newer, 3.11 for 3.7.15, which has no tables without rowid.
OLDEST_SQLITE: Final = (3, 15, 0)


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


def connect(path: Path) -> Connection:
    """A further connection to a file that was opened before."""
    # Connections wander between threads, one thread at a time.
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=5, factory=Connection
    )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def open_checked(path: Path) -> Connection:
    """The first connection to a file, which is made when there is none.

    Raises:
        UnusableFileError: it is no store, of another format, damaged, or cannot be written.
    """
    _check_sqlite()
    try:
        connection = connect(path)
    except sqlite3.Error as error:
        raise UnusableFileError(_reason(path, error)) from error
    try:
        _check_format(connection, path)
        _write_ahead(connection, path)
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


def _check_sqlite() -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE or not sqlite3.threadsafety:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise UnusableFileError(
            f"the embedded store needs SQLite {oldest} or newer, built for threads; this one has "
            f"{sqlite3.sqlite_version}. Use another build of Python, or a MongoDB replica set "
            "(LEXIGRAPH_MONGODB_URI)"
        )


def _check_format(connection: Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not application and not version and not tables:
        _create(connection)
    elif application != APPLICATION_ID:
        raise UnusableFileError(f"{path} is a SQLite file, but not one of Lexigraph's stores")
    elif version != FORMAT_VERSION:
        raise UnusableFileError(
            f"{path} has format version {version}; this program reads version {FORMAT_VERSION}. "
            "Export the data with the version of Lexigraph that wrote it, then import it here"
        )


def _write_ahead(connection: Connection, path: Path) -> None:
    """Set WAL mode, which SQLite leaves silently where the file system has no shared memory."""
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise UnusableFileError(
            f"{path} cannot be in WAL mode, as the store needs it: its file system has no shared "
            "memory, as those over a network; put the data folder on a local disk"
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
