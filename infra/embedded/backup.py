"""A copy of a store's file, taken while the store goes on writing, or while nobody runs it.

SQLite's online backup reads one snapshot, so the copy holds everything that was acknowledged when
it began, and no half of anything. Neither the store nor its writers wait for it.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from infra.embedded.opening import APPLICATION_ID
from infra.errors import LexigraphError


class BackupError(LexigraphError):
    """There is no copy; the message says why."""

    code = "STORE_BACKUP_FAILED"


def back_up(store: Path, target: Path) -> int:
    """Copy a store's file and check the copy.

    Args:
        store: the file of a store, running or not.
        target: where to put the copy; must not be there yet. A copy that fails leaves nothing.

    Returns:
        The size of the copy in bytes.

    Raises:
        BackupError: no store, a target that exists, a full disk, or a damaged file.
    """
    if not store.is_file():
        raise BackupError(f"There is no store at {store}")
    if target.exists():
        raise BackupError(f"{target} exists already; choose another name, or remove it")
    try:
        with _scratch(target.absolute().parent) as scratch:
            _copy(store, scratch)
            _check(scratch)
            _flush(scratch)
            # Unlike a rename, a link never replaces what somebody else put there meanwhile.
            os.link(scratch, target)
            _flush(target.absolute().parent)
        return target.stat().st_size
    except FileExistsError as error:
        raise BackupError(f"{target} exists already; choose another name, or remove it") from error
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{store} could not be copied to {target}: {error}") from error


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A file of the owner's alone, gone at the end together with what SQLite put beside it."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as inside:
        scratch = Path(inside) / "copy.sqlite3"
        scratch.touch(mode=0o600)
        yield scratch


def _copy(store: Path, scratch: Path) -> None:
    with closing(_opened(store)) as source, closing(sqlite3.connect(scratch)) as copy:
        (application,) = source.execute("PRAGMA application_id").fetchone()
        if application != APPLICATION_ID:
            raise BackupError(f"{store} is not one of Lexigraph's stores")
        source.backup(copy)


def _opened(store: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{store.absolute().as_uri()}?mode=rw", uri=True, timeout=30)


def _check(scratch: Path) -> None:
    with closing(_opened(scratch)) as copy:
        found = [row[0] for row in copy.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise BackupError(f"The copy is damaged, and so may be the store: {'; '.join(found)}")


def _flush(path: Path) -> None:
    """Put a file, or the names in a folder, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
