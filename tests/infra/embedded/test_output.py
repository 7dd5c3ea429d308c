"""Pipelines that end with a write: `$out` and `$merge`."""

from typing import Any

import pytest
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError, OperationFailure, WriteConcernError

Document = dict[str, Any]
Words = AsyncCollection[Document]


@pytest.fixture
async def shelf(words: Words) -> Words:
    """A collection beside five words, with one of them in another spelling, and a stranger."""
    await words.insert_many({"_id": n, "text": f"w{n}", "rank": n} for n in range(5))
    other = words.database[f"{words.name}_shelf"]
    await other.create_index("text", unique=True)
    await other.insert_many(
        [{"_id": 1, "text": "one", "kept": True}, {"_id": 9, "text": "nine"}],
    )
    return other


async def run(words: Words, *stages: Document) -> None:
    cursor = await words.aggregate(list(stages))
    assert await cursor.to_list() == []


async def refusal(words: Words, *stages: Document) -> int | None:
    with pytest.raises(OperationFailure) as caught:
        await words.aggregate(list(stages))
    return caught.value.code


async def test_out_replaces_the_content_and_keeps_the_indexes(words: Words, shelf: Words) -> None:
    await run(words, {"$match": {"_id": {"$gte": 3}}}, {"$out": shelf.name})
    assert await shelf.find().to_list() == [
        {"_id": 3, "text": "w3", "rank": 3},
        {"_id": 4, "text": "w4", "rank": 4},
    ]
    assert "text_1" in await shelf.index_information()
    assert await shelf.count_documents({"text": "w3"}) == 1


async def test_out_makes_the_collection_also_of_nothing(words: Words) -> None:
    target = {"db": words.database.name, "coll": f"{words.name}_made"}
    await run(words, {"$out": target})
    assert target["coll"] in await words.database.list_collection_names()
    await words.database.drop_collection(target["coll"])


async def test_a_write_concern_that_is_not_met_is_reported_beside_what_was_written(
    words: Words, shelf: Words, embedded_only: None
) -> None:
    with pytest.raises(WriteConcernError):
        await words.with_options(write_concern=WriteConcern(3)).aggregate([{"$out": shelf.name}])
    assert await shelf.count_documents({}) == 5


async def test_a_collection_may_be_replaced_by_what_is_read_from_it(words: Words) -> None:
    await words.insert_many({"_id": n} for n in range(2500))
    await run(words, {"$project": {"_id": {"$add": ["$_id", 1]}}}, {"$out": words.name})
    assert await words.distinct("_id") == list(range(1, 2501))


async def test_an_out_that_fails_leaves_everything_as_it_was(words: Words, shelf: Words) -> None:
    before = await shelf.find().to_list()
    assert await refusal(words, {"$set": {"text": "same"}}, {"$out": shelf.name}) == 11000
    assert await refusal(words, {"$set": {"a": {"$toInt": "x"}}}, {"$out": shelf.name}) == 241
    assert await shelf.find().to_list() == before


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {1: {"text": "w1", "rank": 1, "kept": True}, 2: {"text": "w2", "rank": 2}}),
        ({"whenMatched": "replace"}, {1: {"text": "w1", "rank": 1}, 2: {"text": "w2", "rank": 2}}),
        (
            {"whenMatched": "keepExisting"},
            {1: {"text": "one", "kept": True}, 2: {"text": "w2", "rank": 2}},
        ),
        (
            {"whenNotMatched": "discard"},
            {1: {"text": "w1", "rank": 1, "kept": True}},
        ),
        (
            {
                "whenMatched": [{"$set": {"rank": "$$new.rank", "by": "$$me"}}],
                "let": {"me": {"$concat": ["$text", "!"]}},
                "whenNotMatched": "discard",
            },
            {1: {"text": "one", "kept": True, "rank": 1, "by": "w1!"}},
        ),
    ],
)
async def test_merge_treats_what_is_there_and_what_is_not_as_it_is_told(
    words: Words, shelf: Words, options: Document, expected: dict[int, Document]
) -> None:
    stage = {"$merge": {"into": shelf.name, **options}}
    await run(words, {"$match": {"_id": {"$in": [1, 2]}}}, stage)
    found = {one.pop("_id"): one for one in await shelf.find().to_list()}
    assert found == expected | {9: {"text": "nine"}}


async def test_merge_finds_documents_by_a_unique_index(words: Words, shelf: Words) -> None:
    await run(
        words,
        {"$match": {"_id": 3}},
        {"$project": {"_id": 0, "text": "nine", "rank": True}},
        {"$merge": {"into": shelf.name, "on": "text"}},
    )
    assert await shelf.find_one({"text": "nine"}) == {"_id": 9, "text": "nine", "rank": 3}
    assert await refusal(words, {"$merge": {"into": shelf.name, "on": "rank"}}) == 51183


async def test_merge_into_its_own_source_changes_each_document_once(words: Words) -> None:
    await words.insert_many({"_id": n, "n": 0} for n in range(500))
    increment = [{"$set": {"n": {"$add": ["$n", 1]}}}]
    await run(words, {"$merge": {"into": words.name, "whenMatched": increment}})
    assert await words.distinct("n") == [1]


@pytest.mark.parametrize(
    ("stages", "code"),
    [
        ([{"$merge": {"into": "shelf", "whenMatched": "fail"}}], 11000),
        ([{"$merge": {"into": "shelf", "whenNotMatched": "fail"}}], 13113),
        ([{"$set": {"_id": None}}, {"$merge": "shelf"}], 51132),
        ([{"$group": {"_id": [1]}}, {"$merge": "shelf"}], 51185),
        ([{"$set": {"text": "nine"}}, {"$merge": {"into": "shelf", "on": "text"}}], 66),
        ([{"$merge": {"into": "shelf", "whenMatched": "perhaps"}}], 2),
        ([{"$merge": {"into": "shelf", "whenMatched": [{"$sort": {"a": 1}}]}}], 72),
        ([{"$merge": {"into": "shelf", "whenMatched": "fail", "whenNotMatched": "fail"}}], 51181),
        ([{"$merge": {"into": "shelf", "on": []}}], 51187),
        ([{"$merge": {"into": "shelf", "unheard": 1}}], 40415),
        ([{"$merge": {"into": "shelf", "let": {"a": 1}}}], 51199),
        ([{"$merge": {}}], 40414),
        ([{"$out": {"coll": "shelf", "timeseries": {}}}], 40415),
        ([{"$out": 1}], 16990),
        ([{"$out": "a$b"}], 73),
        ([{"$out": "shelf"}, {"$match": {}}], 40601),
        ([{"$facet": {"a": [{"$out": "shelf"}]}}], 40600),
        ([{"$lookup": {"from": "x", "as": "y", "pipeline": [{"$out": "shelf"}]}}], 51047),
        ([{"$unionWith": {"coll": "x", "pipeline": [{"$merge": "shelf"}]}}], 31441),
    ],
)
async def test_what_cannot_be_written_is_refused_and_changes_nothing(
    words: Words, shelf: Words, embedded_only: None, stages: list[Document], code: int
) -> None:
    await shelf.rename("shelf", dropTarget=True)
    before = await words.database["shelf"].find().to_list()
    assert await refusal(words, *stages) == code
    assert await words.database["shelf"].find().to_list() == before


async def test_views_are_read_but_neither_written_nor_write(words: Words, shelf: Words) -> None:
    view = words.database[f"{words.name}_view"]
    await words.database.create_collection(
        view.name, viewOn=words.name, pipeline=[{"$match": {"_id": 0}}]
    )
    await run(view, {"$out": shelf.name})
    assert await shelf.find().to_list() == [{"_id": 0, "text": "w0", "rank": 0}]
    assert await refusal(words, {"$merge": view.name}) == 166
    with pytest.raises(OperationFailure) as caught:
        await words.database.create_collection(
            f"{view.name}_2", viewOn=words.name, pipeline=[{"$out": shelf.name}]
        )
    assert caught.value.code == 167
    await view.drop()


async def test_a_transaction_has_no_stages_that_write(
    mongo_client: AsyncMongoClient[Document], words: Words, shelf: Words
) -> None:
    async with mongo_client.start_session() as session:
        await session.start_transaction()
        with pytest.raises(OperationFailure) as caught:
            await words.aggregate([{"$out": shelf.name}], session=session)
    assert caught.value.code == 263


async def test_explaining_a_pipeline_that_writes_writes_nothing(words: Words, shelf: Words) -> None:
    command = {"aggregate": words.name, "pipeline": [{"$out": shelf.name}], "cursor": {}}
    explained = await words.database.command("explain", command, verbosity="queryPlanner")
    assert explained["stages"][-1] == {"$out": shelf.name}
    with pytest.raises(DuplicateKeyError):
        await shelf.insert_one({"text": "nine"})
