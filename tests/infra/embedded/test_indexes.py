"""Indexes of every kind, through an unmodified driver."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import Decimal128
from bson.datetime_ms import DatetimeMS
from pymongo import ASCENDING, DESCENDING, InsertOne, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document, encode_document
from infra.embedded.catalog import Catalogs
from infra.embedded.context import Context, OpenStore
from infra.embedded.cursors import Cursors
from infra.embedded.execution import Deadline
from infra.embedded.expiry import Expiry
from infra.embedded.sessions import Sessions
from infra.embedded.storage import StoreFile
from infra.embedded.writing import Writing

Words = AsyncCollection[dict[str, Any]]


async def test_a_unique_error_names_pattern_and_value(words: Words) -> None:
    await words.create_index([("library", 1), ("text", -1)], unique=True)
    await words.insert_one({"library": 1, "text": "run"})
    with pytest.raises(DuplicateKeyError) as caught:
        await words.insert_one({"library": 1, "text": "run"})
    details = caught.value.details
    assert details is not None
    assert details["keyPattern"] == {"library": 1, "text": -1}
    assert details["keyValue"] == {"library": 1, "text": "run"}
    assert details["code"] == 11000
    assert await words.count_documents({}) == 1


async def test_an_update_into_a_taken_key_changes_nothing(words: Words) -> None:
    await words.create_index("text", unique=True)
    await words.insert_many([{"_id": 1, "text": "run"}, {"_id": 2, "text": "walk"}])
    with pytest.raises(DuplicateKeyError):
        await words.update_one({"_id": 2}, {"$set": {"text": "run"}})
    await words.update_one({"_id": 2}, {"$set": {"text": "walk", "rank": 1}})
    assert await words.find_one({"text": "walk"}) == {"_id": 2, "text": "walk", "rank": 1}


async def test_an_unordered_batch_goes_on_past_its_errors(words: Words) -> None:
    await words.create_index("text", unique=True)
    batch = [
        InsertOne({"_id": 1, "text": "run"}),
        InsertOne({"_id": 2, "text": "run"}),
        UpdateOne({"text": "walk"}, {"$set": {"rank": 1}}, upsert=True),
    ]
    with pytest.raises(BulkWriteError) as caught:
        await words.bulk_write(batch, ordered=False)
    details = caught.value.details
    assert [error["index"] for error in details["writeErrors"]] == [1]
    assert (details["nInserted"], details["nUpserted"]) == (1, 1)


async def test_a_unique_index_over_doubled_keys_is_not_made(words: Words) -> None:
    await words.insert_many([{"text": "run"}, {"text": "run"}])
    with pytest.raises(DuplicateKeyError):
        await words.create_index("text", unique=True)
    assert set(await words.index_information()) == {"_id_"}


async def test_a_sparse_unique_index_takes_many_without_the_field(words: Words) -> None:
    await words.create_index("key", unique=True, sparse=True)
    await words.insert_many([{"_id": 1}, {"_id": 2}, {"_id": 3, "key": None}])
    with pytest.raises(DuplicateKeyError):
        await words.insert_one({"key": None})
    assert await words.count_documents({"key": None}) == 3


async def test_a_partial_index_limits_only_what_it_holds(words: Words) -> None:
    await words.create_index(
        "text", unique=True, partialFilterExpression={"state": {"$eq": "live"}}
    )
    await words.insert_many([{"text": "run", "state": "old"}, {"text": "run", "state": "old"}])
    await words.insert_one({"_id": 1, "text": "run", "state": "live"})
    with pytest.raises(DuplicateKeyError):
        await words.update_many({"state": "old"}, {"$set": {"state": "live"}})
    assert await words.count_documents({"text": "run"}) == 3
    live = words.find({"text": "run", "state": "live"})
    assert [word["_id"] for word in await live.to_list()] == [1]


async def test_every_element_of_an_array_is_found(words: Words) -> None:
    await words.create_index("forms.text")
    await words.insert_one({"_id": 1, "forms": [{"text": "ran"}, {"text": "runs"}]})
    assert await words.count_documents({"forms.text": "ran"}) == 1
    await words.update_one({"_id": 1}, {"$pull": {"forms": {"text": "ran"}}})
    assert await words.count_documents({"forms.text": "ran"}) == 0
    assert await words.count_documents({"forms.text": "runs"}) == 1
    await words.delete_one({"forms.text": "runs"})
    assert await words.count_documents({}) == 0


async def test_indexes_are_listed_and_dropped_by_name(words: Words) -> None:
    name = await words.create_index([("text", ASCENDING), ("rank", DESCENDING)])
    assert name == "text_1_rank_-1"
    assert await words.create_index([("text", 1), ("rank", -1)]) == name
    information = await words.index_information()
    assert information[name]["key"] == [("text", 1), ("rank", -1)]
    await words.drop_index(name)
    assert set(await words.index_information()) == {"_id_"}
    with pytest.raises(OperationFailure, match="index not found"):
        await words.drop_index(name)


@pytest.mark.parametrize(
    ("keys", "options", "code"),
    [
        ([("text", "text")], {"unique": True}, 67),
        ([("text", "text"), ("rank", 1), ("note", "text")], {}, 67),
        ([("place", "2dsphere")], {}, 67),
        ([("text", 1)], {"expireAfterSeconds": Decimal128("NaN")}, 67),
        ([("$**", 1)], {}, 67),
        ([("text", 1)], {"hidden": True}, 67),
        ([("text", 1)], {"collation": {"locale": "en"}}, 67),
        ([("text", 1)], {"unheard": True}, 197),
    ],
)
async def test_other_kinds_of_index_are_refused_by_name(
    words: Words, embedded_only: None, keys: list[Any], options: dict[str, Any], code: int
) -> None:
    with pytest.raises(OperationFailure) as caught:
        await words.create_index(keys, **options)
    assert caught.value.code == code


async def test_the_same_name_or_keys_with_other_options_are_a_conflict(words: Words) -> None:
    await words.create_index("text", name="by_text")
    with pytest.raises(OperationFailure) as caught:
        await words.create_index("rank", name="by_text")
    assert caught.value.code == 86
    with pytest.raises(OperationFailure) as caught:
        await words.create_index("text", name="other")
    assert caught.value.code == 85


def test_documents_whose_time_has_passed_are_deleted(tmp_path: Path) -> None:
    file = StoreFile(tmp_path / "store.sqlite3")
    with file.reading() as connection:
        catalogs = Catalogs(connection)
    store = OpenStore(file, catalogs, Sessions(file), Cursors(), "")
    now = datetime.now(UTC)
    ages: dict[int, Document] = {
        1: {"at": DatetimeMS(now - timedelta(seconds=90))},
        2: {"at": DatetimeMS(now - timedelta(seconds=30))},
        3: {"at": "no date"},
        4: {},
    }
    with _writing(store) as context:
        collection = context.need_collection("keys")
        definition = {"v": 2, "key": {"at": 1}, "name": "at_1", "expireAfterSeconds": 60}
        catalogs.add_index(context.writer, collection.id, definition)
        writing = Writing(context, context.need_collection("keys"))
        for number, fields in ages.items():
            writing.insert(encode_document({"_id": number, **fields}))
        writing.flush()
    Expiry(store).run()
    with _writing(store) as context:
        statement = Arguments("deletes", {"q": {}, "limit": 0}, {})
        rest = Writing(context, context.need_collection("keys"))
        rest.delete(statement, {})
        assert rest.deleted == 3
    file.close()


@contextmanager
def _writing(store: OpenStore) -> Iterator[Context]:
    context = Context(store, "test", None, None, None, Deadline())
    with context.writing():
        yield context


async def test_a_text_index_is_listed_as_mongodb_lists_it_and_serves_no_read(words: Words) -> None:
    await words.insert_many([{"text": "run", "n": 1}, {"text": "walk", "n": 2}])
    await words.create_index([("text", "text")])
    await words.create_index([("text", "text")])
    (listed,) = [item async for item in await words.list_indexes() if item["name"] == "text_text"]
    assert listed == {
        "v": 2,
        "key": {"_fts": "text", "_ftsx": 1},
        "name": "text_text",
        "weights": {"text": 1},
        "default_language": "english",
        "language_override": "language",
        "textIndexVersion": 3,
    }
    assert await words.count_documents({"text": "run"}) == 1
    assert [item["n"] async for item in words.find().sort("text", -1)] == [2, 1]


async def test_text_search_and_a_second_text_index_are_refused(
    words: Words, embedded_only: None
) -> None:
    await words.create_index([("text", "text")])
    with pytest.raises(OperationFailure, match="text"):
        await words.find_one({"$text": {"$search": "run"}})
    with pytest.raises(OperationFailure) as second:
        await words.create_index([("etymology", "text")])
    assert second.value.code == 67
    with pytest.raises(OperationFailure) as hinted:
        await words.find_one({}, hint="text_text")
    assert hinted.value.code == 2


async def test_an_index_is_listed_with_the_background_it_was_asked_for(words: Words) -> None:
    await words.create_index("text", background=True)
    assert (await words.index_information())["text_1"]["background"] is True


async def create_odd(words: Words, direction: object) -> None:
    """The driver itself lets no other directions than whole numbers through."""
    index = {"key": {"text": direction}, "name": "odd"}
    await words.database.command({"createIndexes": words.name, "indexes": [index]})


async def test_directions_may_be_numbers_of_every_type(words: Words, embedded_only: None) -> None:
    await create_odd(words, Decimal128("-1.5"))
    await words.insert_many([{"text": text} for text in ("a", "b")])
    found = await words.find().sort({"text": -1}).hint("odd").to_list()
    assert [word["text"] for word in found] == ["b", "a"]


@pytest.mark.parametrize("direction", [Decimal128("NaN"), Decimal128("0"), float("nan"), 0])
async def test_directions_that_are_none_are_refused(
    words: Words, embedded_only: None, direction: object
) -> None:
    with pytest.raises(OperationFailure) as caught:
        await create_odd(words, direction)
    assert caught.value.code == 67


async def test_a_batch_is_refused_what_it_holds_twice_and_what_the_collection_has(
    words: Words,
) -> None:
    await words.create_index("text", unique=True)
    await words.insert_one({"_id": 5, "text": "run"})
    batch = [{"_id": number, "text": str(place)} for place, number in enumerate([5, 9, 1, 9, 7])]
    with pytest.raises(BulkWriteError) as failure:
        await words.insert_many([*batch, {"_id": 8, "text": "run"}], ordered=False)
    refused = [(one["index"], one["code"]) for one in failure.value.details["writeErrors"]]
    assert refused == [(0, 11000), (3, 11000), (5, 11000)]
    assert [one["_id"] async for one in words.find(sort=[("_id", 1)])] == [1, 5, 7, 9]
    with pytest.raises(BulkWriteError):
        await words.insert_many([{"_id": 10, "text": "a"}, {"_id": 1}, {"_id": 11}])
    assert await words.count_documents({"_id": {"$gt": 9}}) == 1
