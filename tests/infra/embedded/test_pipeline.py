from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import pytest
from bson import Decimal128, Int64, Regex
from bson_strategies import NUMBERS, VALUES
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.embedded.bson_types import compare, decode_document, encode_document
from infra.embedded.errors import StoreError
from infra.embedded.matcher import compile_filter
from infra.embedded.paths import compile_sort
from infra.embedded.pipeline import compile_pipeline, equal_to, split_leading

Document = dict[str, Any]


class Collections:
    """Collections in memory; `finder` is `find` with the equality it stands for."""

    def __init__(self, **collections: list[Document]) -> None:
        self.collections = collections
        self.asked: list[tuple[Any, ...]] = []

    def find(
        self, collection: str, filter: Mapping[str, Any], sort: Mapping[str, int], limit: int
    ) -> Iterator[Document]:
        self.asked.append((collection, filter, sort, limit))
        matches = compile_filter(filter).matches
        found = [item for item in self.collections.get(collection, []) if matches(item)]
        if sort:
            found.sort(key=compile_sort(sort))
        return iter(found[:limit] if limit else found)

    def finder(
        self,
        collection: str,
        field: str,
        filter: Mapping[str, Any],
        sort: Mapping[str, int],
        limit: int,
    ) -> Any:
        def read(values: list[Any]) -> Iterable[Document]:
            both = {"$and": [equal_to(field, values), filter]}
            return self.find(collection, both, sort, limit)

        return read


def run(stages: list[Document], documents: list[Document], **others: list[Document]) -> list[Any]:
    return list(compile_pipeline(stages, Collections(**others))(documents))


WORDS = [
    {"_id": 1, "text": "run", "rank": 3, "tags": ["a", "b"]},
    {"_id": 2, "text": "walk", "rank": 1, "tags": []},
    {"_id": 3, "text": "go", "rank": 2},
]


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        (
            [{"$match": {"rank": {"$gt": 1}}}, {"$project": {"text": 1, "_id": 0}}],
            [{"text": "run"}, {"text": "go"}],
        ),
        (
            [{"$sort": {"rank": 1}}, {"$limit": 2}, {"$project": {"_id": 1}}],
            [{"_id": 2}, {"_id": 3}],
        ),
        (
            [{"$sort": {"rank": -1}}, {"$skip": 1}, {"$limit": 1}, {"$unset": ["tags", "rank"]}],
            [{"_id": 3, "text": "go"}],
        ),
        ([{"$count": "n"}], [{"n": 3}]),
        ([{"$match": {"_id": 9}}, {"$count": "n"}], []),
        (
            [{"$unwind": "$tags"}, {"$project": {"tags": 1}}],
            [{"_id": 1, "tags": "a"}, {"_id": 1, "tags": "b"}],
        ),
        (
            [
                {
                    "$unwind": {
                        "path": "$tags",
                        "preserveNullAndEmptyArrays": True,
                        "includeArrayIndex": "at",
                    }
                },
                {"$project": {"tags": 1, "at": 1}},
            ],
            [
                {"_id": 1, "tags": "a", "at": Int64(0)},
                {"_id": 1, "tags": "b", "at": Int64(1)},
                {"_id": 2, "at": None},
                {"_id": 3, "at": None},
            ],
        ),
        (
            [
                {
                    "$group": {
                        "_id": None,
                        "sum": {"$sum": "$rank"},
                        "average": {"$avg": "$rank"},
                        "least": {"$min": "$text"},
                        "most": {"$max": "$rank"},
                        "all": {"$push": "$tags"},
                        "n": {"$count": {}},
                    }
                }
            ],
            [
                {
                    "_id": None,
                    "sum": 6,
                    "average": 2.0,
                    "least": "go",
                    "most": 3,
                    "all": [["a", "b"], []],
                    "n": 3,
                }
            ],
        ),
        (
            [
                {
                    "$group": {
                        "_id": {"many": {"$gt": ["$rank", 1]}},
                        "first": {"$first": "$text"},
                        "last": {"$last": "$tags"},
                    }
                }
            ],
            [
                {"_id": {"many": True}, "first": "run", "last": None},
                {"_id": {"many": False}, "first": "walk", "last": []},
            ],
        ),
        (
            [{"$sortByCount": {"$gt": ["$rank", 1]}}],
            [{"_id": True, "count": 2}, {"_id": False, "count": 1}],
        ),
        (
            [
                {
                    "$facet": {
                        "n": [{"$count": "n"}],
                        "first": [{"$limit": 1}, {"$project": {"_id": 1}}],
                    }
                }
            ],
            [{"n": [{"n": 3}], "first": [{"_id": 1}]}],
        ),
        ([{"$limit": 1}, {"$replaceRoot": {"newRoot": {"t": "$text"}}}], [{"t": "run"}]),
        (
            [{"$limit": 1}, {"$addFields": {"rank": "$_id", "new.x": 1}}],
            [{"_id": 1, "text": "run", "rank": 1, "tags": ["a", "b"], "new": {"x": 1}}],
        ),
        ([{"$match": {"$expr": {"$eq": ["$_id", "$rank"]}}}], []),
    ],
)
def test_pipeline_gives(stages: list[Document], expected: list[Document]) -> None:
    found = run(stages, WORDS)
    assert [encode_document(item) for item in found] == [encode_document(item) for item in expected]


def test_sample_draws_different_documents() -> None:
    drawn = run([{"$sample": {"size": 2}}], WORDS)
    assert len({item["_id"] for item in drawn}) == 2
    assert len(run([{"$sample": {"size": 9}}], WORDS)) == 3


DEFINITIONS = [
    {"_id": 10, "word": 1, "position": 2, "text": "x"},
    {"_id": 11, "word": 1, "position": 1, "text": "y"},
    {"_id": 12, "word": 2, "position": 1, "text": "z"},
    {"_id": 13, "position": 1, "text": "lost"},
    {"_id": 14, "word": [2, 3], "position": 5},
]


def looked_up(lookup: Document, documents: list[Document] = WORDS) -> list[list[Any]]:
    stage = {"$lookup": {"from": "definitions", "as": "found.here", **lookup}}
    found = run([stage], documents, definitions=DEFINITIONS)
    return [[item["_id"] for item in document["found"]["here"]] for document in found]


def test_lookup_by_fields_follows_arrays_on_both_sides() -> None:
    fields = {"localField": "_id", "foreignField": "word"}
    assert looked_up(fields) == [[10, 11], [12, 14], [14]]
    documents = [{"_id": [1, 3]}, {"_id": []}, {}, {"_id": None}, {"_id": Regex("x")}]
    assert looked_up(fields, documents) == [[10, 11, 14], [], [13], [13], []]


def test_lookup_with_fields_and_pipeline_reads_the_first_children_of_each_parent() -> None:
    context = Collections(definitions=DEFINITIONS)
    stage = {
        "from": "definitions",
        "localField": "_id",
        "foreignField": "word",
        "pipeline": [
            {"$match": {"position": {"$gt": 0}}},
            {"$sort": {"position": 1}},
            {"$limit": 1},
            {"$project": {"text": 1}},
        ],
        "as": "definitions",
    }
    found = list(compile_pipeline([{"$lookup": stage}], context)(WORDS[:2]))
    assert [item["definitions"] for item in found] == [
        [{"_id": 11, "text": "y"}],
        [{"_id": 12, "text": "z"}],
    ]
    pushed = {"$and": [{"word": {"$eq": 1}}, {"position": {"$gt": 0}}]}
    assert context.asked[0] == ("definitions", pushed, {"position": 1}, 1)


def test_lookup_with_let_pushes_its_equality_to_the_store() -> None:
    context = Collections(definitions=DEFINITIONS)
    match = {"$expr": {"$and": [{"$eq": ["$word", "$$id"]}, {"$lt": ["$position", "$$rank"]}]}}
    stage = {
        "from": "definitions",
        "let": {"id": "$_id", "rank": "$rank"},
        "pipeline": [{"$match": match}, {"$sort": {"position": -1}}, {"$limit": 5}],
        "as": "found",
    }
    found = list(compile_pipeline([{"$lookup": stage}], context)(WORDS))
    assert [[item["_id"] for item in document["found"]] for document in found] == [[10, 11], [], []]
    assert context.asked[0][1] == {"$and": [{"word": {"$eq": 1}}, {}]}
    assert context.asked[0][3] == 0, "a limit may not come before the rest of the filter"


def test_lookups_inside_lookups_see_the_outer_variables() -> None:
    inner = {
        "from": "words",
        "let": {"word": "$word"},
        "pipeline": [
            {"$match": {"$expr": {"$eq": ["$_id", "$$word"]}}},
            {"$set": {"outer": "$$top"}},
        ],
        "as": "words",
    }
    outer = {
        "from": "definitions",
        "let": {"top": "$text"},
        "pipeline": [{"$lookup": inner}, {"$match": {"words.0": {"$exists": True}}}],
        "as": "found",
    }
    found = run([{"$lookup": outer}], WORDS[:2], words=WORDS, definitions=DEFINITIONS)
    assert [item["found"][0]["words"][0]["outer"] for item in found] == ["run", "walk"]


def test_union_with_appends_the_other_collection() -> None:
    stage = {"$unionWith": {"coll": "other", "pipeline": [{"$match": {"_id": {"$gt": 1}}}]}}
    assert run([stage], [{"_id": 0}], other=[{"_id": 1}, {"_id": 2}]) == [{"_id": 0}, {"_id": 2}]


def test_the_beginning_of_a_pipeline_becomes_one_read() -> None:
    leading = split_leading(
        [
            {"$match": {"a": 1}},
            {"$sort": {"b": -1}},
            {"$match": {"c": 2}},
            {"$skip": 3},
            {"$limit": 4},
            {"$limit": 1},
        ]
    )
    assert leading == ({"$and": [{"a": 1}, {"c": 2}]}, {"b": -1}, 3, 4, [{"$limit": 1}])
    assert split_leading([]) == ({}, {}, 0, 0, [])
    assert split_leading([{"$limit": 4}, {"$match": {}}]).rest == [{"$match": {}}]


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ({"$foo": 1}, 40324),
        ({"$out": "x"}, 40601),
        ({"$merge": {"into": "x"}}, 40601),
        ({"$match": {}, "$limit": 1}, 40323),
        ({"$match": 1}, 15959),
        ({"$limit": 0}, 15958),
        ({"$limit": "x"}, 5107201),
        ({"$skip": -1}, 5107200),
        ({"$skip": 1.3585853274560436e19}, 5107201),
        ({"$sort": {}}, 15976),
        ({"$sort": {"a": 2}}, 15975),
        ({"$count": ""}, 40156),
        ({"$group": {}}, 15955),
        ({"$group": {"_id": 1, "x": {"$foo": 1}}}, 15952),
        ({"$group": {"_id": 1, "x": 1}}, 40234),
        ({"$unwind": "tags"}, 28818),
        ({"$project": {}}, 51272),
        ({"$replaceRoot": {"newRoot": "$text"}}, 40228),
        ({"$lookup": {"from": "x", "as": "y"}}, 9),
        ({"$lookup": {"from": "x", "as": "y", "foo": 1}}, 9),
        ({"$facet": {"a": [{"$facet": {"b": []}}]}}, 40600),
        ({"$unset": []}, 31120),
        ({"$set": {"a": {"$foo": 1}}}, 168),
        ({"$set": {"a": "$$nobody"}}, 17276),
    ],
)
def test_malformed_stage_is_refused_with_its_code(stage: Document, code: int) -> None:
    with pytest.raises(StoreError) as caught:
        run([stage], WORDS)
    assert caught.value.code == code


@settings(max_examples=150)
@given(st.lists(VALUES, max_size=6), st.sampled_from([1, -1]), st.integers(1, 7))
def test_sort_with_limit_is_the_beginning_of_the_sorted_whole(
    values: list[Any], direction: int, limit: int
) -> None:
    documents = [{"_id": place, "a": value} for place, value in enumerate(values)]
    whole = run([{"$sort": {"a": direction}}], documents)
    some = run([{"$sort": {"a": direction}}, {"$limit": limit}], documents)
    # Places are compared: NaN differs from itself.
    assert [item["_id"] for item in some] == [item["_id"] for item in whole[:limit]]
    plain = [item["a"] for item in whole if not isinstance(item["a"], list)]
    for left, right in pairwise(plain):
        assert compare(left, right) * direction <= 0


@settings(max_examples=150)
@given(st.lists(NUMBERS | st.text(max_size=2), max_size=6))
def test_groups_are_the_classes_of_equal_values(values: list[Any]) -> None:
    groups = run(
        [{"$group": {"_id": "$a", "all": {"$push": "$a"}}}], [{"a": item} for item in values]
    )
    assert sum(len(group["all"]) for group in groups) == len(values)
    for group in groups:
        assert all(compare(group["_id"], item) == 0 for item in group["all"])
    for place, group in enumerate(groups):
        assert all(compare(group["_id"], other["_id"]) for other in groups[:place])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], 3),
        ([1, Int64(2)], Int64(3)),
        ([2**31 - 1, 1], Int64(2**31)),
        ([Int64(2**63 - 1), 1], float(2**63)),
        ([0.1] * 10, 1.0),
        ([1, 0.5, "x", None], 1.5),
        ([Decimal128("0.1"), 1], Decimal128("1.1")),
        ([], 0),
    ],
)
def test_sum_keeps_the_widest_type_and_compensates_rounding(
    values: list[Any], expected: Any
) -> None:
    documents = [{"v": value} for value in values] or [{}]
    (group,) = run([{"$group": {"_id": None, "sum": {"$sum": "$v"}}}], documents)
    assert encode_document({"v": group["sum"]}) == encode_document({"v": expected})


@settings(max_examples=100)
@given(VALUES)
def test_every_value_passes_a_pipeline_byte_for_byte(value: Any) -> None:
    raw = encode_document({"_id": 1, "a": value})
    stages = [
        {"$set": {"b": "$a"}},
        {"$group": {"_id": "$_id", "a": {"$first": "$b"}}},
        {"$lookup": {"from": "other", "localField": "_id", "foreignField": "_id", "as": "same"}},
        {"$unwind": "$same"},
        {"$replaceWith": "$same"},
    ]
    found = run(stages, [decode_document(raw)], other=[decode_document(raw)])
    assert [encode_document(item) for item in found] == [raw]
