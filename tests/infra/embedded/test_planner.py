"""Which index is used, as `explain` tells it, and that the answer is the same without one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import ObjectId
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

Words = AsyncCollection[dict[str, Any]]


@pytest.fixture
async def lexicon(words: Words) -> Words:
    """1,000 words with indexes on text, on language with rank, and on tags."""
    await words.insert_many(
        {
            "_id": number,
            "text": f"word {number:04}",
            "language": "en" if number % 2 else "de",
            "rank": number % 10,
            "tags": ["even", f"tag {number}"] if number % 2 == 0 else [],
        }
        for number in range(1000)
    )
    await words.create_index("text", unique=True)
    await words.create_index([("language", 1), ("rank", -1)])
    await words.create_index("tags")
    return words


def access(explained: dict[str, Any]) -> str:
    """The name of the index that a plan reads, or COLLSCAN."""
    stage = explained["queryPlanner"]["winningPlan"]
    while "inputStage" in stage:
        stage = stage["inputStage"]
    return str(stage.get("indexName", stage["stage"]))


@pytest.mark.parametrize(
    ("filter", "index", "documents"),
    [
        ({"_id": 7}, "_id_", 1),
        ({"text": "word 0007"}, "text_1", 1),
        ({"text": {"$in": ["word 0001", "word 0002", "none"]}}, "text_1", 2),
        ({"text": {"$gte": "word 0990"}}, "text_1", 10),
        ({"text": {"$regex": "^word 00"}}, "text_1", 100),
        ({"language": "en", "rank": 3}, "language_1_rank_-1", 100),
        ({"language": "en", "rank": {"$gt": 6}}, "language_1_rank_-1", 200),
        ({"tags": "even"}, "tags_1", 500),
        ({"$or": [{"text": "word 0007"}, {"_id": 9}]}, "OR", 2),
        ({"rank": 3}, "COLLSCAN", 1000),
    ],
)
async def test_an_indexed_read_touches_what_it_returns(
    lexicon: Words, filter: dict[str, Any], index: str, documents: int, embedded_only: None
) -> None:
    explained = await lexicon.find(filter).explain()
    assert access(explained) == index
    assert explained["executionStats"]["totalDocsExamined"] == documents
    found = await lexicon.find(filter).to_list()
    assert explained["executionStats"]["nReturned"] == len(found)


async def test_an_index_gives_the_order_of_a_sort(lexicon: Words, embedded_only: None) -> None:
    by_rank = lexicon.find({"language": "en"}).sort({"rank": -1}).limit(5)
    explained = await by_rank.explain()
    assert access(explained) == "language_1_rank_-1"
    assert explained["executionStats"]["totalKeysExamined"] == 5
    backwards = await lexicon.find({}).sort({"text": -1}).limit(3).explain()
    assert backwards["executionStats"]["totalDocsExamined"] == 3


async def test_an_array_with_one_wanted_element_leaves_the_order_to_the_index(
    lexicon: Words, embedded_only: None
) -> None:
    await lexicon.create_index([("tags", 1), ("rank", 1), ("text", 1)], name="tagged")
    page = lexicon.find({"tags": "even"}).sort({"rank": 1, "text": 1}).limit(3)
    explained = await page.explain()
    assert access(explained) == "tagged"
    assert explained["executionStats"]["totalDocsExamined"] == 3
    assert [word["_id"] for word in await page.to_list()] == [0, 10, 20]


async def test_an_array_is_not_sorted_by_the_places_of_its_elements(lexicon: Words) -> None:
    await lexicon.delete_many({})
    await lexicon.insert_many(
        [{"_id": 1, "text": "one", "tags": ["a", "z"]}, {"_id": 2, "text": "two", "tags": ["m"]}]
    )
    backwards = await lexicon.find({"tags": {"$gt": ""}}).sort({"tags": -1}).to_list()
    assert [word["_id"] for word in backwards] == [1, 2]


async def test_a_sort_without_an_index_is_done_in_memory(lexicon: Words) -> None:
    found = await lexicon.find({}).sort({"rank": 1, "_id": -1}).limit(2).to_list()
    assert [word["_id"] for word in found] == [990, 980]


async def test_a_count_reads_no_documents(lexicon: Words) -> None:
    assert await lexicon.count_documents({"language": "en", "rank": 3}) == 100
    assert await lexicon.count_documents({"tags": {"$in": ["even", "tag 2"]}}) == 500
    assert await lexicon.estimated_document_count() == 1000


async def test_a_hint_is_obeyed_and_an_unknown_one_refused(
    lexicon: Words, embedded_only: None
) -> None:
    hinted = (
        await lexicon.find({"text": "word 0007"}).hint([("language", 1), ("rank", -1)]).explain()
    )
    assert access(hinted) == "language_1_rank_-1"
    with pytest.raises(OperationFailure, match="hint provided does not correspond"):
        await lexicon.find({}).hint("nothing").to_list()


VALUES = st.one_of(
    st.none(), st.integers(-2, 2), st.sampled_from(["", "a", "b"]), st.floats(-2, 2, width=16),
    st.lists(st.integers(-1, 1), max_size=2),
)  # fmt: skip
DOCUMENTS = st.lists(
    st.dictionaries(st.sampled_from(["a", "b"]), VALUES, max_size=2), min_size=1, max_size=8
)
CONDITIONS = st.one_of(
    VALUES.map(lambda value: {"$eq": value}),
    st.lists(VALUES, max_size=3).map(lambda values: {"$in": values}),
    st.tuples(st.sampled_from(["$gt", "$gte", "$lt", "$lte", "$ne"]), VALUES).map(
        lambda pair: {pair[0]: pair[1]}
    ),
    st.fixed_dictionaries({"$gt": st.integers(-2, 0), "$lt": st.integers(0, 2)}),
    st.booleans().map(lambda there: {"$exists": there}),
)
FIELDS = st.dictionaries(st.sampled_from(["a", "b"]), CONDITIONS, max_size=2)
BRANCHES = st.lists(FIELDS, min_size=1, max_size=3).map(lambda branches: {"$or": branches})
FILTERS = st.one_of(
    FIELDS, BRANCHES, st.tuples(FIELDS, BRANCHES).map(lambda both: {**both[0], **both[1]})
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=DOCUMENTS, filter=FILTERS)
async def test_every_index_gives_what_a_scan_gives(
    words: Words, documents: list[dict[str, Any]], filter: dict[str, Any]
) -> None:
    await words.drop()
    await words.insert_many(
        {"_id": number, **document} for number, document in enumerate(documents)
    )
    expected = [word["_id"] for word in await words.find(filter).sort("_id", 1).to_list()]
    for pattern in ([("a", 1)], [("b", -1)]):
        await words.create_index(pattern)
    hints = [{"a": 1}, {"b": -1}]
    if not any(isinstance(d.get("a"), list) and isinstance(d.get("b"), list) for d in documents):
        await words.create_index([("a", -1), ("b", 1)])
        hints.append({"a": -1, "b": 1})
    for hint in hints:
        found = await words.find(filter).hint(hint).to_list()
        assert sorted(word["_id"] for word in found) == expected, hint
        assert await words.count_documents(filter, hint=hint) == len(expected)
    assert sorted(word["_id"] for word in await words.find(filter).to_list()) == expected


@pytest.mark.parametrize("sort", [{"a": 1, "b": 1}, {"_id": 1, "b": -1, "a": 1}])
async def test_two_arrays_of_one_document_cannot_both_be_sorted_by(
    words: Words, sort: dict[str, int]
) -> None:
    await words.insert_many([{"a": [1], "b": 1}, {"a": 1, "b": []}])
    assert len(await words.find().sort(sort).to_list()) == 2
    await words.insert_one({"a": [], "b": [2]})
    with pytest.raises(OperationFailure, match="parallel arrays") as caught:
        await words.find().sort(sort).to_list()
    assert caught.value.code == 2
    with pytest.raises(OperationFailure, match="parallel arrays"):
        await words.aggregate([{"$skip": 1}, {"$sort": sort}])


@pytest.mark.parametrize(("direction", "rank"), [(1, {}), (-1, {}), (1, {"rank": {"$gte": 3}})])
async def test_several_values_of_an_earlier_field_are_merged_into_the_order_of_a_later_one(
    lexicon: Words, direction: int, rank: dict[str, Any]
) -> None:
    query = {"language": {"$in": ["en", "de", "la"]}, **rank}
    found = await lexicon.find(query, {"rank": 1}).sort("rank", direction).to_list()
    everyone = await lexicon.find(query, {"rank": 1}).to_list()
    assert [one["rank"] for one in found] == sorted(
        (one["rank"] for one in everyone), reverse=direction < 0
    )
    assert {one["_id"] for one in found} == {one["_id"] for one in everyone}


async def test_a_merged_read_touches_what_it_returns(lexicon: Words, embedded_only: None) -> None:
    cursor = lexicon.find({"language": {"$in": ["en", "de"]}}).sort("rank", 1).limit(10)
    explained = await cursor.explain()
    assert access(explained) == "language_1_rank_-1"
    assert explained["executionStats"]["totalKeysExamined"] <= 12
    assert explained["executionStats"]["totalDocsExamined"] == 10


async def test_a_sort_that_begins_with_the_chosen_field_is_not_merged(lexicon: Words) -> None:
    query = {"language": {"$in": ["en", "de"]}}
    found = await lexicon.find(query).sort([("rank", 1), ("language", 1)]).to_list()
    keys = [(one["rank"], one["language"]) for one in found]
    assert keys == sorted(keys)


async def test_a_joined_read_of_several_values_keeps_its_order(lexicon: Words) -> None:
    await lexicon.create_index([("language", 1), ("rank", 1), ("text", 1)])
    lookup = {
        "from": lexicon.name,
        "localField": "language",
        "foreignField": "language",
        "pipeline": [
            {"$match": {"rank": {"$in": [1, 2, 3, 4]}}},
            {"$sort": {"text": -1}},
            {"$limit": 5},
        ],
        "as": "found",
    }
    cursor = await lexicon.aggregate([{"$match": {"_id": {"$in": [7, 8]}}}, {"$lookup": lookup}])
    odd, even = [[one["_id"] for one in item["found"]] for item in await cursor.to_list()]
    assert odd == [993, 991, 983, 981, 973]
    assert even == [994, 992, 984, 982, 974]


async def test_each_branch_of_an_or_is_narrowed_on_both_sides(
    lexicon: Words, embedded_only: None
) -> None:
    ranges = [{"text": {"$gte": f"word {n}00", "$lt": f"word {n}02"}} for n in ("01", "07")]
    for query in ({"$or": ranges}, {"language": {"$exists": True}, "$or": ranges}):
        statistics = (await lexicon.find(query).explain())["executionStats"]
        assert statistics["totalKeysExamined"] == statistics["nReturned"] == 4


async def test_branches_with_indexes_of_their_own_go_before_a_wide_scan(
    lexicon: Words, embedded_only: None
) -> None:
    query = {"language": "en", "$or": [{"text": "word 0007"}, {"tags": "tag 8"}, {"_id": 9}]}
    statistics = (await lexicon.find(query).explain())["executionStats"]
    assert (statistics["totalDocsExamined"], statistics["nReturned"]) == (3, 2)


async def test_a_range_beside_an_array_is_narrowed_on_both_sides(
    lexicon: Words, embedded_only: None
) -> None:
    await lexicon.create_index([("tags", 1), ("rank", 1)], name="tagged")
    query = {"tags": {"$in": ["even", "tag 2"]}, "rank": {"$gte": 2, "$lt": 4}}
    statistics = (await lexicon.find(query).hint("tagged").explain())["executionStats"]
    assert statistics["totalDocsExamined"] == statistics["nReturned"] == 100
    assert await lexicon.count_documents(query, hint="tagged") == 100


async def test_of_two_wide_indexes_the_narrower_is_read(words: Words, embedded_only: None) -> None:
    await words.insert_many({"wide": n % 8 > 0, "narrow": n % 2 == 0} for n in range(4000))
    await words.create_index("wide")
    await words.create_index("narrow")
    explained = await words.find({"wide": True, "narrow": True}).explain()
    assert access(explained) == "narrow_1"
    assert explained["executionStats"]["totalDocsExamined"] == 2000


OID = ObjectId("0123456789abcdef01234567")


@pytest.mark.parametrize(
    ("condition", "interval"),
    [
        (5, "[5.0, 5.0]"),
        ({"$gt": 5}, "(5.0, inf]"),
        ({"$gte": 1, "$lt": 5}, "[1.0, 5.0)"),
        ({"$lte": -0.5}, "[-inf, -0.5]"),
        ("run", '["run", "run"]'),
        ({"$gt": "run"}, '("run", {})'),
        ({"$lte": "run"}, '["", "run"]'),
        ({"$regex": "^run"}, '["run", "ruo")'),
        (None, "[null, null]"),
        (True, "[true, true]"),
        (OID, f"[ObjectId('{OID}'), ObjectId('{OID}')]"),
        ({"$gte": OID}, f"[ObjectId('{OID}'), ObjectId('ffffffffffffffffffffffff')]"),
        # What ends in the highest byte is followed by what ends in none.
        (
            {"$gt": ObjectId("0123456789abcdef012345ff")},
            "[ObjectId('0123456789abcdef01234600'), ObjectId('ffffffffffffffffffffffff')]",
        ),
        (
            {"$gt": datetime(1970, 1, 1, microsecond=255_000, tzinfo=UTC)},
            "[new Date(256), new Date(9223372036854775807)]",
        ),
        (
            {"$gte": datetime(1970, 1, 1, tzinfo=UTC)},
            "[new Date(0), new Date(9223372036854775807)]",
        ),
        ({"$exists": True}, "[MinKey, MaxKey]"),
    ],
)
async def test_explain_shows_the_bounds_of_an_index_scan(
    words: Words, embedded_only: None, condition: Any, interval: str
) -> None:
    await words.insert_one({"a": 1})
    await words.create_index([("a", 1), ("b", 1)])
    stage = (await words.find({"a": condition}).explain())["queryPlanner"]["winningPlan"]
    while "inputStage" in stage:
        stage = stage["inputStage"]
    assert interval in stage["indexBounds"]["a"]
    assert stage["indexBounds"]["b"] == ["[MinKey, MaxKey]"]


async def test_bounds_are_shown_in_the_order_of_the_scan(words: Words, embedded_only: None) -> None:
    await words.insert_one({"a": 1})
    await words.create_index([("a", 1), ("b", -1)])
    explained = await words.find({"a": 1, "b": {"$gt": 2}}).explain()
    scan = explained["queryPlanner"]["winningPlan"]["inputStage"]
    assert scan["indexBounds"] == {"a": ["[1.0, 1.0]"], "b": ["[inf, 2.0)"]}


@pytest.mark.parametrize("size", [2_000, pytest.param(150_000, marks=pytest.mark.long)])
async def test_what_a_read_touches_does_not_grow_with_the_collection(
    words: Words, size: int, embedded_only: None
) -> None:
    for start in range(0, size, 1_000):
        await words.insert_many(
            {"_id": n, "text": f"word {n:06}", "group": n * 100 // size, "forms": [n, -n - 1]}
            for n in range(start, start + 1_000)
        )
    await words.create_index("text", unique=True)
    await words.create_index([("group", 1), ("text", -1)])
    await words.create_index("forms")
    some = [f"word {n:06}" for n in range(0, size, size // 100)]
    reads: list[tuple[dict[str, Any], list[tuple[str, int]], int]] = [
        ({"_id": size // 2}, [], 0),
        ({"text": f"word {size // 2:06}"}, [], 0),
        ({"text": {"$in": some}}, [], 0),
        ({"text": {"$regex": "^word 0000"}}, [("text", -1)], 0),
        ({"text": {"$gt": f"word {size // 3:06}"}}, [("text", 1)], 20),
        ({"group": 7}, [("text", -1)], 20),
        ({"group": {"$in": [3, 5]}}, [("text", -1)], 20),
        ({"forms": -7}, [], 0),
        ({"$or": [{"forms": 9}, {"_id": 12}]}, [], 0),
        ({}, [("text", -1)], 20),
    ]
    for query, sort, limit in reads:
        explained = await words.find(query, sort=sort, limit=limit).explain()
        stats = explained["executionStats"]
        assert 0 < stats["nReturned"] <= 100, query
        assert stats["totalDocsExamined"] == stats["nReturned"], query
        # A merge holds the next key of each value.
        assert stats["totalKeysExamined"] <= stats["nReturned"] + 2, query
