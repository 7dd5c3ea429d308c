"""A copy of a store is whole, also when it is taken while others write."""

import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from store_process import StoreProcess, store_process

from infra.embedded.backup import BackupError, back_up

Client = MongoClient[dict[str, Any]]


class Writer(threading.Thread):
    """Writes pairs in transactions, numbered one after the other, until it is stopped."""

    def __init__(self, uri: str) -> None:
        super().__init__()
        self.acknowledged = 0
        self._uri = uri
        self._stopped = threading.Event()

    def run(self) -> None:
        with Client(self._uri) as client, client.start_session() as session:
            while not self._stopped.is_set():
                number = self.acknowledged + 1
                with session.start_transaction():
                    for side in ("left", "right"):
                        document = {"_id": number, "padding": "x" * 500}
                        client["test"][side].insert_one(document, session=session)
                self.acknowledged = number

    def stop(self) -> None:
        self._stopped.set()
        self.join()


@contextmanager
def writing(store: StoreProcess) -> Iterator[Writer]:
    writer = Writer(store.uri)
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()


def test_a_copy_of_a_running_store_holds_a_consistent_prefix(tmp_path: Path) -> None:
    source = tmp_path / "store.sqlite3"
    copies: list[tuple[Path, int, int]] = []
    with store_process(source) as store:
        with Client(store.uri) as client:
            padding = ({"text": "x" * 1000, "n": number} for number in range(5_000))
            client["test"]["words"].insert_many(padding)
            client["test"]["words"].create_index("n", unique=True)
        with writing(store) as writer:
            for number in range(4):
                before = writer.acknowledged
                copy = tmp_path / f"copy-{number}.sqlite3"
                assert back_up(source, copy) == copy.stat().st_size
                copies.append((copy, before, writer.acknowledged + 1))
        assert writer.acknowledged > copies[0][1]
    for copy, least, most in copies:
        with store_process(copy) as store, Client(store.uri) as client:
            left, right = (
                [one["_id"] for one in client["test"][side].find(sort=[("_id", 1)])]
                for side in ("left", "right")
            )
            assert left == right == list(range(1, len(left) + 1))
            assert least <= len(left) <= most
            assert client["test"]["words"].count_documents({"n": {"$gte": 0}}) == 5_000
            client["test"]["words"].insert_one({"n": -1})


def test_a_stopped_store_is_copied_with_what_is_in_its_log(tmp_path: Path) -> None:
    source, copy = tmp_path / "store.sqlite3", tmp_path / "copy.sqlite3"
    with store_process(source) as store, Client(store.uri) as client:
        client["test"]["words"].insert_one({"_id": 1})
        store.kill()
    back_up(source, copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    for path in (source, copy):
        with store_process(path) as store, Client(store.uri) as client:
            assert list(client["test"]["words"].find()) == [{"_id": 1}]


def test_a_copy_replaces_nothing_and_a_failed_one_leaves_nothing(tmp_path: Path) -> None:
    source, there = tmp_path / "store.sqlite3", tmp_path / "there"
    there.write_text("mine")
    foreign = tmp_path / "foreign"
    foreign.write_text("no database")
    with store_process(source):
        with pytest.raises(BackupError, match="exists already"):
            back_up(source, there)
        with pytest.raises(BackupError, match="exists already"):
            back_up(source, source)
        with pytest.raises(BackupError, match="no store"):
            back_up(tmp_path / "missing", tmp_path / "copy")
        with pytest.raises(BackupError, match="foreign"):
            back_up(foreign, tmp_path / "copy")
        with pytest.raises(BackupError, match="copied"):
            back_up(source, tmp_path / "no folder" / "copy")
    assert there.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} <= {
        "store.sqlite3", "store.sqlite3-wal", "store.sqlite3-shm", "store.lock", "there", "foreign",
    }  # fmt: skip
