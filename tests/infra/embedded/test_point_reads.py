"""The one-document read by one field answers as the planner does, whatever the field holds."""

import math
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Binary, Decimal128, Int64, MaxKey, ObjectId, Regex, Timestamp
from hypothesis import given
from hypothesis import strategies as st
from pymongo import DESCENDING, AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

from infra.embedded.bson_types import Document, decode_document, encode_document
from infra.embedded.engine import Engine
from infra.embedded.errors import StoreError
from infra.embedded.wire import OP_MSG, Frame, WireError, parse_request

Words = AsyncCollection[dict[str, Any]]
VALUES: list[Any] = [
    math.nan, 1, 1.0, Int64(1), Int64(2**53 + 1), float(2**53), Decimal128("1"), math.inf, -0.0, 0,
    "run", "", "r\x00n", True, False, None, b"run", Binary(b"run", 5), ObjectId("6" * 24),
    datetime(2026, 1, 1, tzinfo=UTC), Regex("^run"), MaxKey(), [], ["run"], [1, "run"], {"a": 1},
]  # fmt: skip
INDEXES: list[dict[str, Any]] = [
    {},
    {"keys": "value"},
    {"keys": [("value", DESCENDING)]},
    {"keys": "value", "sparse": True},
    {"keys": "value", "partialFilterExpression": {"_id": {"$gt": 3}}},
    {"keys": [("value", 1), ("_id", -1)]},
]


@pytest.mark.parametrize("index", INDEXES)
async def test_one_document_is_the_first_of_all(words: Words, index: dict[str, Any]) -> None:
    await words.insert_many([{"_id": place, "value": value} for place, value in enumerate(VALUES)])
    if index:
        await words.create_index(**index)
    for value in VALUES:
        found = await words.find_one({"value": value}) or {}
        planned = await words.find({"value": value}, limit=2).to_list()
        assert found.get("_id") == (planned[0]["_id"] if planned else None)


async def test_one_document_by_the_place_in_an_array(words: Words) -> None:
    await words.create_index("forms.0")
    await words.insert_many([{"_id": 1, "forms": {"0": "field"}}, {"_id": 2, "forms": ["place"]}])
    assert await words.find_one({"forms.0": "field"}) == {"_id": 1, "forms": {"0": "field"}}
    assert await words.find_one({"forms.0": "place"}) == {"_id": 2, "forms": ["place"]}


async def test_one_document_is_read_from_the_catalog_of_the_moment(words: Words) -> None:
    assert await words.find_one({"_id": 1}) is None
    await words.insert_one({"_id": 1, "text": "run"})
    assert await words.find_one({"text": "run"}) is not None
    await words.create_index("text")
    assert await words.find_one({"text": "run"}) is not None
    await words.drop_index("text_1")
    assert await words.find_one({"text": "run"}) is not None
    await words.drop()
    assert await words.find_one({"_id": 1}) is None
    await words.insert_one({"_id": 1, "text": "walk"})
    assert await words.find_one({"_id": 1}) == {"_id": 1, "text": "walk"}


async def test_one_document_in_a_transaction_is_of_its_snapshot(
    words: Words, mongo_client: AsyncMongoClient[dict[str, Any]]
) -> None:
    await words.insert_one({"_id": 1, "text": "run"})
    async with mongo_client.start_session() as session, await session.start_transaction():
        assert await words.find_one({"_id": 1}, session=session) == {"_id": 1, "text": "run"}
        await words.update_one({"_id": 1}, {"$set": {"text": "walk"}}, session=session)
        assert await words.find_one({"_id": 1}, session=session) == {"_id": 1, "text": "walk"}
        assert await words.find_one({"_id": 1}) == {"_id": 1, "text": "run"}


async def test_an_unknown_option_of_a_point_read_is_refused(words: Words) -> None:
    await words.insert_one({"_id": 1})
    with pytest.raises(OperationFailure) as caught:
        await words.database.command("find", words.name, filter={"_id": 1}, limit=1, colour="red")
    assert caught.value.code == 40415


POINT_READ = b"\0\0\0\0\0" + encode_document(
    {
        "find": "words",
        "filter": {"text": "run"},
        "limit": 1,
        "singleBatch": True,
        "lsid": {"id": Binary(b"of sixteen bytes", 4)},
        "$clusterTime": {
            "clusterTime": Timestamp(1, 2),
            "signature": {"hash": Binary(bytes(20)), "keyId": Int64(0)},
        },
        "$db": "lexigraph",
        "$readPreference": {"mode": "primaryPreferred"},
    }
)
places = st.integers(0, len(POINT_READ) - 1)
edits = st.lists(st.tuples(places, st.integers(0, 255)), max_size=3)


@pytest.fixture(scope="module")
def engine_with_a_word(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("point_reads") / "store.sqlite3")
    for command in (
        {"insert": "words", "documents": [{"_id": 1, "text": "run"}]},
        {"createIndexes": "words", "indexes": [{"key": {"text": 1}, "name": "text_1"}]},
        {"find": "words"},  # from now on the catalog of the moment is known
    ):
        answered(engine, b"\0\0\0\0\0" + encode_document(command | {"$db": "lexigraph"}))
    yield engine
    engine.close()


def answered(engine: Engine, content: bytes) -> Document | None:
    """What the way of all commands answers; None where it ends the connection."""
    frame = Frame(struct.pack("<iiii", 16 + len(content), 1, 0, OP_MSG), 1, OP_MSG, content)
    try:
        return without_time(engine.execute(None, parse_request(frame)))
    except StoreError as error:
        return error.document()
    except WireError:
        return None


def without_time(reply: bytes) -> Document:
    times = {"operationTime", "$clusterTime"}
    return {name: value for name, value in decode_document(reply).items() if name not in times}


def test_a_point_read_is_answered_from_its_bytes(engine_with_a_word: Engine) -> None:
    reply = without_time(engine_with_a_word.point_read(POINT_READ) or b"")
    assert reply == answered(engine_with_a_word, POINT_READ)
    assert reply["cursor"]["firstBatch"] == [{"_id": 1, "text": "run"}]


@pytest.mark.parametrize("second", [None, {"$in": ["run"]}, Regex("^r"), "run"])
def test_a_field_that_is_named_twice_is_read_as_in_any_command(
    engine_with_a_word: Engine, second: Any
) -> None:
    twice = encode_document({"text": "walk", "texu": second}).replace(b"texu", b"text")
    once = encode_document({"text": "run"})
    content = POINT_READ.replace(once, twice)
    content = content[:5] + (len(content) - 5).to_bytes(4, "little") + content[9:]
    expected = answered(engine_with_a_word, content)
    assert expected is not None
    assert expected["ok"] == 1
    reply = engine_with_a_word.point_read(content)
    assert reply is None or without_time(reply) == expected


@given(edits=edits, cut=st.integers(0, 2))
def test_a_damaged_point_read_is_answered_as_any_command(
    engine_with_a_word: Engine, edits: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(POINT_READ)
    for place, byte in edits:
        damaged[place] = byte
    content = bytes(damaged[: len(damaged) - cut])
    reply = engine_with_a_word.point_read(content)
    assert reply is None or without_time(reply) == answered(engine_with_a_word, content)
