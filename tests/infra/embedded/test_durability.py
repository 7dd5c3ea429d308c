"""What was acknowledged survives the death of the store at any moment."""

import random
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bson import Binary, Int64, ObjectId
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import OperationFailure, PyMongoError
from store_process import StoreProcess, ask, connection, store_process

Client = MongoClient[dict[str, Any]]
WRITERS = 4
WRITE_CONFLICT, OUT_OF_DISK_SPACE = 112, 14031


def connected(store: StoreProcess) -> Client:
    return MongoClient(store.uri, serverSelectionTimeoutMS=1_000, w="majority", journal=True)


class Writer(threading.Thread):
    """Writes until the store is gone, keeping what was acknowledged."""

    def __init__(self, store: StoreProcess) -> None:
        super().__init__()
        self.single: list[ObjectId] = []
        self.pairs: list[ObjectId] = []
        self._store = store

    def run(self) -> None:
        with suppress(PyMongoError), connected(self._store) as client:
            while True:
                self._write_one(client)
                self._write_pair(client)

    def _write_one(self, client: Client) -> None:
        inserted = client["test"]["single"].insert_one({"padding": "x" * random.randrange(2_000)})
        self.single.append(inserted.inserted_id)

    def _write_pair(self, client: Client) -> None:
        # `with_transaction` would go on trying for two minutes after the store's death.
        name = ObjectId()
        try:
            with client.start_session() as session, session.start_transaction():
                for side in ("left", "right"):
                    client["test"][side].insert_one({"_id": name}, session=session)
        except OperationFailure as error:
            if error.code != WRITE_CONFLICT:
                raise
        else:
            self.pairs.append(name)


def stored_ids(client: Client, collection: str) -> set[ObjectId]:
    return {document["_id"] for document in client["test"][collection].find({}, {"_id": 1})}


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.long)])
def test_a_killed_store_has_every_acknowledged_write_and_no_half(
    tmp_path: Path, rounds: int
) -> None:
    path = tmp_path / "store.sqlite3"
    single: set[ObjectId] = set()
    pairs: set[ObjectId] = set()
    for _ in range(rounds):
        with store_process(path) as store:
            writers = [Writer(store) for _ in range(WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(random.uniform(0.1, 0.6))
            store.kill()
            for writer in writers:
                writer.join()
                single.update(writer.single)
                pairs.update(writer.pairs)
        with store_process(path) as store, connected(store) as client:
            assert single <= stored_ids(client, "single")
            left, right = stored_ids(client, "left"), stored_ids(client, "right")
            assert left == right
            assert pairs <= left
    assert single
    assert pairs


def test_a_write_that_is_repeated_after_a_crash_happens_once(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    command = {
        "update": "counters",
        "updates": [{"q": {"_id": "words"}, "u": {"$inc": {"count": 1}}, "upsert": True}],
        "$db": "test",
        "lsid": {"id": Binary.from_uuid(uuid4())},
        "txnNumber": Int64(1),
    }
    for _ in range(3):
        with store_process(path) as store, connected(store) as client:
            reply = ask(store.uri, command)
            assert reply["n"] == 1
            assert reply["upserted"] == [{"index": 0, "_id": "words"}]
            assert client["test"]["counters"].find_one() == {"_id": "words", "count": 1}
            store.kill()


def test_a_commit_that_is_repeated_after_a_crash_is_still_committed(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    transaction = {
        "$db": "test",
        "lsid": {"id": Binary.from_uuid(uuid4())},
        "txnNumber": Int64(1),
        "autocommit": False,
    }
    insert = {"insert": "words", "documents": [{"_id": 1}], "startTransaction": True}
    commit = {"commitTransaction": 1} | transaction | {"$db": "admin"}
    with store_process(path) as store, connection(store.uri) as say:
        assert say(insert | transaction)["ok"] == 1
        assert say(commit)["ok"] == 1
        store.kill()
    with store_process(path) as store, connected(store) as client:
        assert ask(store.uri, commit)["ok"] == 1
        assert list(client["test"]["words"].find()) == [{"_id": 1}]


def test_a_transaction_that_a_crash_interrupts_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with store_process(path) as store, connected(store) as client:
        client["test"]["words"].insert_one({"_id": 1})
        session = client.start_session()
        session.start_transaction()
        client["test"]["words"].insert_one({"_id": 2}, session=session)
        store.kill()
        session.end_session()
    with store_process(path) as store, connected(store) as client:
        assert list(client["test"]["words"].find()) == [{"_id": 1}]
        client["test"]["words"].insert_one({"_id": 2})


def fill_disk(words: Collection[dict[str, Any]]) -> int:
    """Insert until it fails; returns how many documents were acknowledged."""
    for start in range(0, 100_000, 50):
        batch = ({"_id": start + place, "text": "x" * 1000} for place in range(50))
        try:
            words.insert_many(batch)
        except OperationFailure as error:
            if error.code != OUT_OF_DISK_SPACE:
                raise
            return start
    pytest.fail("the disk has room for everything")


def test_a_full_disk_refuses_writes_and_harms_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with store_process(path, limit_bytes=1_000_000) as store, connected(store) as client:
        words = client["test"]["words"]
        stored = fill_disk(words)
        assert words.count_documents({}) == stored
        assert words.find_one({"_id": 0}) is not None
    with store_process(path) as store, connected(store) as client:
        words = client["test"]["words"]
        assert words.count_documents({}) == len(list(words.find())) == stored
        words.insert_one({"text": "there is room again"})


def test_a_read_only_folder_is_refused_with_what_to_do() -> None:
    # Not even root can make files there.
    with store_process(Path("/proc/store.sqlite3")) as store:
        assert "writable" in store.uri
