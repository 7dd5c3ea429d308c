"""Commands on collections, databases and the store itself, through an unmodified driver."""

from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient, ReturnDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import CollectionInvalid, OperationFailure
from store_process import store_process

Words = AsyncCollection[dict[str, Any]]


async def test_find_and_modify_returns_before_or_after(words: Words) -> None:
    await words.insert_many([{"_id": 1, "n": 1}, {"_id": 2, "n": 2}])
    before = await words.find_one_and_update({}, {"$inc": {"n": 10}}, sort=[("n", -1)])
    assert before == {"_id": 2, "n": 2}
    after = await words.find_one_and_replace(
        {"_id": 1}, {"text": "run"}, return_document=ReturnDocument.AFTER
    )
    assert after == {"_id": 1, "text": "run"}
    made = await words.find_one_and_update(
        {"_id": 3}, {"$set": {"n": 3}}, upsert=True, return_document=ReturnDocument.AFTER
    )
    assert made == {"_id": 3, "n": 3}
    assert await words.find_one_and_delete({"_id": 3}, projection={"n": 1, "_id": 0}) == {"n": 3}
    assert await words.find_one_and_delete({"_id": 3}) is None


async def test_distinct_gives_elements_of_arrays_in_their_order(words: Words) -> None:
    await words.insert_many([{"tags": ["a", "b"]}, {"tags": "b"}, {}, {"tags": [1, 1.0]}])
    assert await words.distinct("tags") == [1, "a", "b"]
    assert await words.distinct("tags", {"tags": "a"}) == ["a", "b"]


async def test_collections_are_made_listed_renamed_and_dropped(words: Words) -> None:
    database = words.database
    await database.create_collection(words.name)
    with pytest.raises(CollectionInvalid):
        await database.create_collection(words.name)
    await words.insert_one({"_id": 1})
    await words.create_index("text")
    renamed = database[f"{words.name}_renamed"]
    await words.rename(renamed.name)
    assert await renamed.find().to_list() == [{"_id": 1}]
    assert "text_1" in await renamed.index_information()
    names = await database.list_collection_names(filter={"name": {"$regex": words.name}})
    assert names == [renamed.name]
    await renamed.drop()
    assert renamed.name not in await database.list_collection_names()


async def test_a_database_is_there_as_long_as_it_has_collections(words: Words) -> None:
    client = words.database.client
    other = client[f"{words.database.name}_other"]
    await other["words"].insert_one({"text": "run"})
    assert other.name in await client.list_database_names()
    assert (await other.command("dbStats"))["objects"] == 1
    assert (await other.command("collStats", "words"))["count"] == 1
    await client.drop_database(other)
    assert other.name not in await client.list_database_names()
    assert await other["words"].count_documents({}) == 0


@pytest.mark.parametrize(
    "command",
    [
        {"count": "words", "query": {"_id": 1}},
        {"distinct": "words", "key": "a", "query": {"_id": 1}},
        {"update": "words", "updates": [{"q": {"_id": 1}, "u": {"$set": {"a": 1}}}]},
        {"delete": "words", "deletes": [{"q": {"_id": 1}, "limit": 1}]},
        {"aggregate": "words", "pipeline": [{"$match": {"_id": 1}}], "cursor": {}},
    ],
)
async def test_every_read_can_be_explained_and_nothing_is_written(
    words: Words, command: dict[str, Any], embedded_only: None
) -> None:
    await words.insert_one({"_id": 1})
    explained = {**command, next(iter(command)): words.name}
    reply = await words.database.command("explain", explained, verbosity="executionStats")
    scan = reply["queryPlanner"]["winningPlan"]["inputStage"]
    assert (scan["stage"], scan["indexName"]) == ("IXSCAN", "_id_")
    assert reply["executionStats"]["totalDocsExamined"] == 1
    assert await words.find().to_list() == [{"_id": 1}]


async def test_a_lookup_reads_the_first_of_each(words: Words) -> None:
    examples = words.database[f"{words.name}_examples"]
    await words.insert_many({"_id": number} for number in range(3))
    await examples.insert_many(
        {"_id": number, "word": number % 3, "position": -number} for number in range(30)
    )
    await examples.create_index([("word", 1), ("position", 1)])
    first = [{"$sort": {"position": 1}}, {"$limit": 2}, {"$project": {"_id": 1}}]
    joined = await words.aggregate(
        [
            {"$sort": {"_id": 1}},
            {"$lookup": {
                "from": examples.name, "localField": "_id", "foreignField": "word",
                "as": "examples", "pipeline": first,
            }},
        ]
    )  # fmt: skip
    found = [[example["_id"] for example in word["examples"]] async for word in joined]
    assert found == [[27, 24], [28, 25], [29, 26]]
    await examples.drop()


async def test_an_unacknowledged_write_is_done(words: Words) -> None:
    quiet = words.with_options(write_concern=words.write_concern.__class__(w=0))
    await quiet.insert_one({"_id": 1})
    for _ in range(100):
        if await words.count_documents({}) == 1:
            break
    assert await words.find_one() == {"_id": 1}


def test_a_store_on_a_port_is_found_as_a_replica_set(tmp_path: Path) -> None:
    with store_process(tmp_path / "store.sqlite3") as store:
        plain = store.uri.partition("/?")[0]
        with MongoClient[dict[str, Any]](plain, serverSelectionTimeoutMS=3000) as client:
            assert client.admin.command("ping")["ok"] == 1
            assert client.topology_description.replica_set_name == "lexigraph"


async def test_documents_too_deep_or_with_a_bad_id_are_refused(words: Words) -> None:
    deep: dict[str, Any] = {"a": "x" * 2000}
    for _ in range(190):
        deep = {"a": deep}
    for document in (deep, {"_id": [1]}):
        with pytest.raises(OperationFailure):
            await words.insert_one(document)
    assert await words.count_documents({}) == 0
