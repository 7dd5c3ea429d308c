"""Views: pipelines under a name, read like collections and never written."""

from typing import Any

import pytest
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import CollectionInvalid, OperationFailure

Words = AsyncCollection[dict[str, Any]]


@pytest.fixture
async def nouns(words: Words) -> Words:
    """A view of the nouns among five words, without their part of speech."""
    await words.insert_many(
        [{"_id": n, "text": f"w{n % 3}", "pos": "n" if n % 2 else "v"} for n in range(5)]
    )
    view = words.database[f"{words.name}_nouns"]
    pipeline = [{"$match": {"pos": "n"}}, {"$project": {"text": 1}}]
    await words.database.create_collection(view.name, viewOn=words.name, pipeline=pipeline)
    return view


async def test_a_view_shows_what_its_collection_holds_now(words: Words, nouns: Words) -> None:
    assert await nouns.find().to_list() == [{"_id": 1, "text": "w1"}, {"_id": 3, "text": "w0"}]
    await words.insert_one({"_id": 7, "text": "late", "pos": "n"})
    assert await nouns.find_one({"text": "late"}) == {"_id": 7, "text": "late"}


async def test_every_part_of_a_find_works_on_a_view(nouns: Words) -> None:
    found = await nouns.find({"_id": {"$gt": 0}}, {"_id": 1}).sort("_id", -1).limit(1).to_list()
    assert found == [{"_id": 3}]
    assert await nouns.find().sort("_id", -1).skip(1).to_list() == [{"_id": 1, "text": "w1"}]
    assert len(await nouns.find(batch_size=1).to_list()) == 2


async def test_a_view_is_counted_aggregated_and_its_values_told_apart(nouns: Words) -> None:
    assert await nouns.count_documents({}) == 2
    assert await nouns.estimated_document_count() == 2
    assert await nouns.distinct("text", {"_id": 3}) == ["w0"]
    cursor = await nouns.aggregate([{"$group": {"_id": None, "last": {"$max": "$_id"}}}])
    assert await cursor.to_list() == [{"_id": None, "last": 3}]


async def test_views_stand_on_views_and_are_joined(words: Words, nouns: Words) -> None:
    above = words.database[f"{words.name}_above"]
    await words.database.create_collection(
        above.name, viewOn=nouns.name, pipeline=[{"$skip": 1}, {"$limit": 1}]
    )
    assert await above.find().to_list() == [{"_id": 3, "text": "w0"}]
    lookup = {"from": above.name, "localField": "text", "foreignField": "text", "as": "same"}
    cursor = await words.aggregate([{"$lookup": lookup}, {"$match": {"same": {"$ne": []}}}])
    assert [item["_id"] for item in await cursor.to_list()] == [0, 3]


async def test_nothing_is_written_through_a_view(nouns: Words, embedded_only: None) -> None:
    for attempt in (
        nouns.insert_one({}),
        nouns.update_one({}, {"$set": {"a": 1}}, upsert=True),
        nouns.delete_many({}),
        nouns.find_one_and_delete({}),
        nouns.create_index("text"),
        nouns.rename("another"),
    ):
        with pytest.raises(OperationFailure) as caught:
            await attempt
        assert caught.value.code == 166


async def test_views_are_listed_and_dropped_without_what_they_show(
    words: Words, nouns: Words
) -> None:
    cursor = await words.database.list_collections(filter={"name": nouns.name})
    (listed,) = await cursor.to_list()
    assert (listed["type"], listed["options"]["viewOn"]) == ("view", words.name)
    with pytest.raises(CollectionInvalid):
        await words.database.create_collection(nouns.name)
    await nouns.drop()
    assert await words.count_documents({}) == 5
    assert await nouns.find().to_list() == []


async def test_a_view_of_itself_is_refused(words: Words, nouns: Words) -> None:
    await words.drop()
    with pytest.raises(OperationFailure) as caught:
        await words.database.create_collection(words.name, viewOn=nouns.name, pipeline=[])
    assert caught.value.code == 5
