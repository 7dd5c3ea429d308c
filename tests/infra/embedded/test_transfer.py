"""Amounts move between accounts in transactions while clients and the store are killed.

Every round ends with SIGKILL for the store, and before that for up to two of the clients.
"""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import transferring
from bson import ObjectId
from store_process import store_process
from transferring import ACCOUNTS, ID_DIGITS, OPENING_BALANCE, Client, connected, open_accounts

MOVERS = 4


class Mover:
    """A process that moves amounts, started anew when it was killed."""

    def __init__(self, uri: str, log: Path) -> None:
        self.log = log
        self._command = [sys.executable, transferring.__file__, uri, str(log)]
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command)  # noqa: S603  # our own interpreter

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def restart(self) -> None:
        self.kill()
        self._process = self._started()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def acknowledged(self) -> set[ObjectId]:
        text = self.log.read_text() if self.log.exists() else ""
        whole = len(text) - len(text) % ID_DIGITS
        return {ObjectId(text[at : at + ID_DIGITS]) for at in range(0, whole, ID_DIGITS)}


@contextmanager
def movers(uri: str, folder: Path) -> Iterator[list[Mover]]:
    with ExitStack() as stack:
        started = [Mover(uri, folder / f"mover-{number}") for number in range(MOVERS)]
        for mover in started:
            stack.callback(mover.kill)
        yield started


def snapshot(client: Client) -> tuple[dict[int, int], list[dict[str, Any]]]:
    """The balances and the transfers as one transaction sees them."""
    with client.start_session() as session, session.start_transaction():
        accounts = client["bank"]["accounts"].find(session=session).to_list()
        transfers = client["bank"]["transfers"].find(session=session).to_list()
    return {one["_id"]: one["balance"] for one in accounts}, transfers


def check(client: Client, started: list[Mover]) -> int:
    """Compare balances, transfers and logs; returns how many transfers there are."""
    acknowledged = set[ObjectId]().union(*(mover.acknowledged() for mover in started))
    balances, transfers = snapshot(client)
    assert sum(balances.values()) == ACCOUNTS * OPENING_BALANCE
    assert acknowledged <= {one["_id"] for one in transfers}, "an acknowledged transfer is lost"
    expected = Counter(dict.fromkeys(range(ACCOUNTS), OPENING_BALANCE))
    for one in transfers:
        expected[one["source"]] -= one["amount"]
        expected[one["target"]] += one["amount"]
    assert balances == dict(expected), "a transfer is there by half"
    return len(transfers)


def watch(client: Client, seconds: float) -> None:
    """Read again and again: what is on its way is never seen."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        seen = client["bank"]["accounts"].find({}, {"balance": 1}, batch_size=3)
        assert sum(one["balance"] for one in seen) == ACCOUNTS * OPENING_BALANCE
        time.sleep(0.01)


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.long)])
def test_a_transfer_is_whole_whoever_dies(tmp_path: Path, rounds: int) -> None:
    path = tmp_path / "store.sqlite3"
    with store_process(path) as store, connected(store.uri) as client:
        open_accounts(client)
        uri, port = store.uri, urlsplit(store.uri).port or 0
    with movers(uri, tmp_path) as started, connected(uri) as client:
        for _ in range(rounds):
            with store_process(path, port=port):
                watch(client, random.uniform(0.2, 1.0))
                check(client, started)
                for victim in random.sample(started, random.randrange(3)):
                    victim.restart()
        assert all(mover.is_alive() for mover in started), "a mover met an error it cannot retry"
        with store_process(path, port=port):
            time.sleep(1)
            for mover in started:
                mover.kill()
            assert check(client, started) > rounds
