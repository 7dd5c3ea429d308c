"""Stages that must see everything hold so much and no more."""

from typing import Any

import pytest
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

from infra.embedded.errors import StoreError
from infra.embedded.memory import Budget, SortRow, sort_rows

Document = dict[str, Any]
Words = AsyncCollection[Document]
# One document of 8 MB, fourteen times.
MANY = [{"$set": {"n": {"$range": [0, 14]}}}, {"$unwind": "$n"}]


@pytest.mark.parametrize(
    "stage",
    [
        {"$sort": {"n": -1}},
        {"$group": {"_id": None, "all": {"$push": "$$ROOT"}}},
        {"$group": {"_id": "$n", "text": {"$first": "$text"}}},
        {"$group": {"_id": "$n", "text": {"$last": "$text"}}},
        {"$group": {"_id": {"$concat": ["$text", {"$toString": "$n"}]}}},
        {"$facet": {"some": [{"$limit": 1}]}},
        {"$sample": {"size": 14}},
    ],
)
async def test_a_stage_that_would_hold_too_much_is_refused(
    words: Words, embedded_only: None, stage: Document
) -> None:
    await words.insert_one({"_id": 1, "text": "x" * 8_000_000})
    with pytest.raises(OperationFailure) as caught:
        await words.aggregate([*MANY, stage, {"$project": {"_id": 1}}])
    assert caught.value.code == 292
    assert next(iter(stage)).strip("$").lower() in str(caught.value).lower()


async def test_a_join_of_too_much_to_one_document_is_refused(
    words: Words, embedded_only: None
) -> None:
    await words.insert_one({"_id": 1, "text": "x" * 8_000_000})
    many = [{"$set": {"n": {"$range": [0, 120]}}}, {"$unwind": "$n"}]
    lookup = {"from": words.name, "pipeline": many, "as": "found"}
    with pytest.raises(OperationFailure) as caught:
        await words.aggregate([{"$lookup": lookup}, {"$project": {"_id": 1}}])
    assert caught.value.code == 4568


@pytest.mark.parametrize(
    "stages",
    [
        [{"$sort": {"n": -1}}, {"$limit": 2}],
        [{"$sample": {"size": 2}}],
        [{"$group": {"_id": None, "text": {"$last": "$text"}}}],
        [{"$group": {"_id": None, "text": {"$addToSet": "$text"}}}],
    ],
)
async def test_a_stage_that_keeps_little_of_much_is_not(
    words: Words, stages: list[Document]
) -> None:
    await words.insert_one({"_id": 1, "text": "x" * 8_000_000})
    cursor = await words.aggregate([*MANY, *stages, {"$project": {"n": 1}}])
    assert 1 <= len(await cursor.to_list()) <= 2


def test_a_sort_of_too_much_is_refused_unless_little_is_kept() -> None:
    rows: list[SortRow] = [(bytes((99 - n,)), bytes(8_000_000), n) for n in range(14)]
    with pytest.raises(StoreError) as caught:
        sort_rows(rows, 0)
    assert caught.value.code == 292
    assert [number for _, _, number in sort_rows(rows, 2)] == [13, 12]


@pytest.mark.parametrize("limit", [0, 1, 7, 500, 5000])
def test_rows_with_equal_keys_keep_their_order(limit: int) -> None:
    rows: list[SortRow] = [(bytes((n * 7919 % 50,)), b"", n) for n in range(4000)]
    wanted = sorted(rows, key=lambda row: row[0])
    assert sort_rows(rows, limit) == (wanted[:limit] if limit else wanted)


def test_a_budget_takes_back_what_is_let_go() -> None:
    budget = Budget("$group")
    for _ in range(10):
        budget.take(60_000_000)
        budget.take(-60_000_000)
