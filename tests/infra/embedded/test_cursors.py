"""Results that come in batches."""

import asyncio
from typing import Any

import pytest
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import CursorNotFound, ExecutionTimeout

Words = AsyncCollection[dict[str, Any]]


@pytest.fixture
async def many(words: Words) -> Words:
    """5,000 documents with an index on n, which counts down."""
    await words.insert_many({"_id": number, "n": 5000 - number} for number in range(5000))
    await words.create_index("n")
    return words


@pytest.mark.parametrize("size", [0, 1, 7, 1000, 5000, 6000])
async def test_batches_of_any_size_give_everything_once(many: Words, size: int) -> None:
    limit = 200 if size == 1 else 0
    found = await many.find().sort("n", 1).limit(limit).batch_size(size).to_list()
    assert [word["n"] for word in found] == list(range(1, (limit or 5000) + 1))


async def test_a_cursor_reads_one_snapshot(many: Words, embedded_only: None) -> None:
    cursor = many.find().batch_size(10)
    assert (await anext(cursor))["_id"] == 0
    await many.delete_many({})
    assert len(await cursor.to_list()) == 4999
    assert await many.count_documents({}) == 0


async def test_large_documents_fill_a_batch_by_their_size(words: Words) -> None:
    await words.insert_many({"_id": number, "x": "x" * 3_000_000} for number in range(8))
    found = await words.find().batch_size(100).to_list()
    assert [word["_id"] for word in found] == list(range(8))


async def test_a_closed_cursor_is_gone(many: Words) -> None:
    cursor = many.find().batch_size(10)
    await anext(cursor)
    number = cursor.cursor_id
    await cursor.close()
    with pytest.raises(CursorNotFound):
        await many.database.command({"getMore": number, "collection": many.name})


async def test_work_that_takes_too_long_is_stopped(many: Words) -> None:
    slow = {"$expr": {"$eq": [{"$reduce": {
        "input": {"$range": [0, 1000]}, "initialValue": 0, "in": {"$add": ["$$value", "$$this"]},
    }}, 1]}}  # fmt: skip
    with pytest.raises(ExecutionTimeout):
        await many.find(slow).max_time_ms(50).to_list()


async def test_writers_and_readers_at_the_same_time_lose_nothing(words: Words) -> None:
    await words.create_index("by")

    async def write(writer: int) -> None:
        for number in range(25):
            await words.insert_one({"_id": f"{writer} {number}", "by": writer})
            assert await words.count_documents({"by": writer}) == number + 1

    await asyncio.gather(*(write(writer) for writer in range(8)))
    assert await words.count_documents({}) == 200
