"""Writes of several clients that share one commit, and so one fsync.

    A ─ run ─┐
    B ─ wait ┴ run ─┐                 each undone by itself when it fails
    C ───── wait ───┴ run ─ COMMIT    by the last in line
                               └─▶ A, B and C are told together

Who finishes while another one waits leaves the commit to that one; nobody waits for company, so a
client that is alone commits as if there were no groups. Nothing is seen by readers, or
acknowledged, before it is on disk.

The lock is free only when no group is open; whoever does not join the open one closes it first.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

from infra.embedded.turns import WriterLock

LONGEST_SECONDS: Final = 0.01

Connection = TypeVar("Connection", bound=sqlite3.Connection)


class _Group(Generic[Connection]):
    """The writes between one BEGIN and its COMMIT.

    Attributes:
        closes_at: `time.monotonic()` after which nobody joins.
        error: why all of it was undone, if it was.
        done: it is on disk, or undone.
    """

    def __init__(self, connection: Connection, closes_at: float) -> None:
        self.connection = connection
        self.closes_at = closes_at
        self.error: BaseException | None = None
        self.done = threading.Event()


class GroupCommit(Generic[Connection]):
    """Runs writes in groups; its methods are for who has the right to write."""

    def __init__(
        self,
        lock: WriterLock,
        borrow: Callable[[], Connection],
        give_back: Callable[[Connection], None],
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        """Prepare for writes.

        Args:
            lock: the right to write.
            borrow: gives a connection for one group, outside any transaction.
            give_back: takes it back.
            longest_seconds: for so long others may join a group.
        """
        self._longest_seconds = longest_seconds
        self._lock = lock
        self._borrow = borrow
        self._give_back = give_back
        self._open: _Group[Connection] | None = None

    @contextmanager
    def write(self, *, joins: bool) -> Iterator[Connection]:
        """Run a write, giving up the right to write at its end; then it is on disk.

        Args:
            joins: it is brief, so that those before it can wait for its end.

        Raises:
            sqlite3.Error: it was undone.
        """
        if not joins:
            self.close()
        is_first = self._open is None
        group = self._open or self._begin()
        try:
            with _undone_when_it_fails(group, is_first=is_first):
                yield group.connection
        finally:
            self._pass_on(group)
        group.done.wait()
        if group.error is not None:
            raise group.error

    def close(self) -> None:
        """Commit the open group, if there is one."""
        group, self._open = self._open, None
        if group is None:
            return
        try:
            if group.error is None:
                group.connection.execute("COMMIT")
        except sqlite3.Error as error:
            group.error = error
        finally:
            self._give_back(group.connection)
            group.done.set()

    def _begin(self) -> _Group[Connection]:
        connection = None
        try:
            connection = self._borrow()
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error:
            if connection is not None:
                self._give_back(connection)
            self._lock.release()
            raise
        self._open = _Group(connection, time.monotonic() + self._longest_seconds)
        return self._open

    def _pass_on(self, group: _Group[Connection]) -> None:
        """Leave the commit to who waits; without one, or when it is late, commit."""
        is_late = group.error is not None or time.monotonic() > group.closes_at
        if is_late or not self._lock.pass_on():
            self.close()
            self._lock.release()


@contextmanager
def _undone_when_it_fails(group: _Group[Connection], *, is_first: bool) -> Iterator[None]:
    connection = group.connection
    if not is_first:
        connection.execute("SAVEPOINT member")
    try:
        yield
        if not is_first:
            connection.execute("RELEASE member")
    except BaseException as error:
        # The first one's failure undoes the group, and so does SQLite when the disk is full.
        group.error = error
        if not is_first and connection.in_transaction:
            connection.execute("ROLLBACK TO member")
            connection.execute("RELEASE member")
            group.error = None
        raise
