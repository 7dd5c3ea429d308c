"""A store that dies under a running program is started again."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_process import end_store, holder_of, signal_store

from infra.embedded.launch import STORE_FILE, answers, open_store
from infra.embedded.lock import opened_lock
from infra.entrypoints.store_keeper import store_kept_running

PATIENCE_SECONDS = 20


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    end_store(tmp_path / STORE_FILE)


def test_a_killed_store_answers_again_at_the_same_address(data: Path) -> None:
    uri = open_store(data).uri
    with store_kept_running(data):
        killed = holder_of(data / STORE_FILE)
        signal_store(data / STORE_FILE, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while process_of(data) in (None, killed.process_id):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert answers(uri)


def process_of(data: Path) -> int | None:
    """The process that the lock names, once it listens."""
    with opened_lock(data / STORE_FILE) as lock:
        holder = lock.holder()
    return holder and holder.process_id


def test_a_store_that_cannot_be_started_is_told_to_the_log(
    data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (data / STORE_FILE).write_bytes(b"not a store at all" * 99)
    with store_kept_running(data):
        deadline = time.monotonic() + PATIENCE_SECONDS
        said = ""
        while "cannot be started" not in said:
            assert time.monotonic() < deadline
            time.sleep(0.05)
            output = capfd.readouterr()
            said += output.out + output.err
    assert str(data / STORE_FILE) in said
