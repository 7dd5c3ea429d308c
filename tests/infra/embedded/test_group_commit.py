"""Writers who wait for each other share one commit, and nothing else."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.embedded.group_commit import GroupCommit
from infra.embedded.turns import WriterLock

PATIENCE_SECONDS = 30


class Table:
    """A table of numbers, whose writers are queued up and let in together."""

    def __init__(self, path: Path) -> None:
        self.lock = WriterLock()
        self.groups = GroupCommit(self.lock, self._borrow, sqlite3.Connection.close, 60)
        self.commits = 0
        self._path = path
        self._threads = ThreadPoolExecutor(10)

    def _borrow(self) -> sqlite3.Connection:
        self.commits += 1
        connection = self.connect()
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)

    def numbers(self) -> list[int]:
        connection = self.connect()
        try:
            return [row[0] for row in connection.execute("SELECT n FROM numbers ORDER BY n")]
        finally:
            connection.close()

    def write(self, *numbers: int, joins: bool = True, fails: bool = False) -> list[int]:
        """Insert numbers; returns what readers saw meanwhile."""
        assert self.lock.acquire(PATIENCE_SECONDS)
        with self.groups.write(joins=joins) as connection:
            for number in numbers:
                connection.execute("INSERT INTO numbers VALUES (?)", (number,))
            if fails:
                raise LookupError
            return self.numbers()

    def queue(self, *numbers: int, joins: bool = True, fails: bool = False) -> Future[list[int]]:
        """Let somebody wait for a turn to insert numbers."""
        before = len(self.lock._waiting)
        future = self._threads.submit(self.write, *numbers, joins=joins, fails=fails)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.lock._waiting) == before and time.monotonic() < deadline:
            time.sleep(0.001)
        return future

    def close(self) -> None:
        self._threads.shutdown()


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    table = Table(tmp_path / "numbers.sqlite3")
    connection = table.connect()
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
    connection.close()
    yield table
    table.close()


def test_who_waits_in_line_shares_one_commit_that_nobody_sees_half(table: Table) -> None:
    assert table.lock.acquire(0)
    writers = [table.queue(number) for number in range(5)]
    table.lock.release()
    assert [one.result(PATIENCE_SECONDS) for one in writers] == [[]] * 5
    assert table.numbers() == [0, 1, 2, 3, 4]
    assert table.commits == 1


def test_one_who_is_alone_has_a_commit_of_its_own(table: Table) -> None:
    table.write(1)
    table.write(2)
    assert table.commits == 2
    assert table.lock.acquire(0)


@pytest.mark.parametrize("failing", [0, 1, 3])
def test_a_write_that_fails_leaves_its_group_alone(table: Table, failing: int) -> None:
    assert table.lock.acquire(0)
    writers = [table.queue(number, fails=number == failing) for number in range(4)]
    table.lock.release()
    for number, one in enumerate(writers):
        assert isinstance(one.exception(PATIENCE_SECONDS), LookupError) == (number == failing)
    assert table.numbers() == [number for number in range(4) if number != failing]
    assert table.lock.acquire(0)


def test_what_takes_long_does_not_keep_those_before_it_waiting(table: Table) -> None:
    assert table.lock.acquire(0)
    first = table.queue(1)
    long = table.queue(2, joins=False)
    last = table.queue(3)
    table.lock.release()
    assert first.result(PATIENCE_SECONDS) == []
    assert long.result(PATIENCE_SECONDS) == [1]
    assert last.result(PATIENCE_SECONDS) == [1]


def test_a_group_that_cannot_be_committed_is_acknowledged_to_nobody(table: Table) -> None:
    connection = table.connect()
    connection.executescript(
        "DROP TABLE numbers; CREATE TABLE allowed (n INTEGER PRIMARY KEY); CREATE TABLE numbers "
        "(n INTEGER PRIMARY KEY REFERENCES allowed (n) DEFERRABLE INITIALLY DEFERRED)"
    )
    connection.close()
    assert table.lock.acquire(0)
    writers = [table.queue(number) for number in range(3)]
    table.lock.release()
    for one in writers:
        assert isinstance(one.exception(PATIENCE_SECONDS), sqlite3.IntegrityError)
    assert table.numbers() == []
    assert table.lock.acquire(0)


def test_the_right_to_write_goes_to_who_waits_before_who_comes(table: Table) -> None:
    assert table.lock.acquire(0)
    assert not table.lock.pass_on()
    writer = table.queue(1)
    table.lock.release()
    # Handed over already, whether or not the other thread has run since.
    assert not table.lock.acquire(0) or writer.result(PATIENCE_SECONDS) == []


def test_who_waits_too_long_leaves_the_line(table: Table) -> None:
    assert table.lock.acquire(0)
    assert not table.lock.acquire(0.01)
    table.lock.release()
    assert table.lock.acquire(0)
