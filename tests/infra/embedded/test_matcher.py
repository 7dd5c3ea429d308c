from typing import Any

import pytest
from bson import Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex
from bson.datetime_ms import DatetimeMS
from bson_strategies import VALUES
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.embedded.bson_types import compare, type_order
from infra.embedded.errors import StoreError
from infra.embedded.matcher import compile_filter

NAN = float("nan")


def matches(filter: dict[str, Any], document: dict[str, Any]) -> bool:
    return compile_filter(filter).matches(document)


# The documents and answers of MongoDB's null_query_semantics.js, in our own table.
NULL_DOCUMENTS: dict[str, dict[str, Any]] = {
    "empty document": {"a": {}},
    "null": {"a": None},
    "number": {"a": 4},
    "b is text": {"a": {"b": "hi"}},
    "b is null": {"a": {"b": None}},
    "missing": {},
    "array in array": {"a": [[]]},
    "empty array": {"a": []},
    "all b null": {"a": [{"b": None}, {}]},
    "no b null": {"a": [{"b": 1}, {"b": "x"}]},
    "some b null": {"a": [{"b": None}, {"b": 3}]},
    "some b missing": {"a": [{"b": 3}, {}]},
    "nulls": {"a": [None, None]},
    "values": {"a": [1, "x"]},
    "values and null": {"a": [1, None]},
}
B_NULL = {"empty document", "null", "number", "b is null", "missing", "all b null"}
B_NULL |= {"some b null", "some b missing"}


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"a": None}, {"null", "missing", "nulls", "values and null"}),
        ({"a": {"$in": [None, 4]}}, {"null", "missing", "nulls", "values and null", "number"}),
        ({"a": {"$exists": False}}, {"missing"}),
        ({"a.b": None}, B_NULL),
        ({"a.b": {"$ne": None}}, set(NULL_DOCUMENTS) - B_NULL),
        ({"a.b": {"$gte": None}}, B_NULL),
        ({"a": {"$elemMatch": {"$eq": None}}}, {"nulls", "values and null"}),
        (
            {"a": {"$elemMatch": {"b": None}}},
            {"array in array", "all b null", "some b null", "some b missing"},
        ),
    ],
)
def test_null_matches_what_it_matches_in_mongodb(
    filter: dict[str, Any], expected: set[str]
) -> None:
    found = {name for name, document in NULL_DOCUMENTS.items() if matches(filter, document)}
    assert found == expected


ACCEPTED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"a": 1}),
    ({"a": 1}, {"a": 1.0}),
    ({"a": 1}, {"a": [3, Int64(1)]}),
    ({"a": [1, 2]}, {"a": [1, 2]}),
    ({"a": [1, 2]}, {"a": [[1, 2]]}),
    ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 2}}),
    ({"a": NAN}, {"a": Decimal128("NaN")}),
    ({"a": {"$gte": NAN}}, {"a": NAN}),
    ({"a": {"$gt": 1, "$lt": 3}}, {"a": [0, 5]}),
    ({"a": {"$elemMatch": {"$gt": 1, "$lt": 3}}}, {"a": [0, 2]}),
    ({"a.b": {"$gt": 1}}, {"a": [{"b": 0}, {"b": 2}]}),
    ({"a.0": 1}, {"a": [1, 2]}),
    ({"a.1.b": 1}, {"a": [0, {"b": 1}]}),
    ({"a.b.0": 1}, {"a": {"b": [1]}}),
    ({"a": {"$gt": MinKey()}}, {}),
    ({"a": {"$lt": MaxKey()}}, {"a": "x"}),
    ({"a": {"$lt": DatetimeMS(5)}}, {"a": DatetimeMS(4)}),
    ({"a": {"$in": ["x", 2, None, Regex("^wa")]}}, {"a": "walk"}),
    ({"a": {"$in": [Int64(2)]}}, {"a": Decimal128("2.0")}),
    ({"a": {"$in": [[1]]}}, {"a": [1]}),
    ({"a": {"$nin": [1, 2]}}, {"a": 3}),
    ({"a": {"$ne": 1}}, {}),
    ({"a": {"$not": {"$gt": 1}}}, {"a": "x"}),
    ({"a": {"$not": Regex("x")}}, {"a": "y"}),
    ({"a": {"$type": "number"}}, {"a": Decimal128("1")}),
    ({"a": {"$type": ["string", 16]}}, {"a": 1}),
    ({"a": {"$type": "array"}}, {"a": []}),
    ({"a": {"$type": 18}}, {"a": Int64(1)}),
    ({"a": {"$mod": [4, -1]}}, {"a": -5.9}),
    ({"a": {"$regex": "^w.*k$", "$options": "i"}}, {"a": "WALK"}),
    ({"a": Regex("alk")}, {"a": ["x", "walk"]}),
    ({"a": Regex("alk", "i")}, {"a": Regex("alk", "i")}),
    ({"a": {"$size": 2}}, {"a": [1, 2]}),
    ({"a": {"$all": [1, 2]}}, {"a": [2, 1, 3]}),
    ({"a": {"$all": [{"$elemMatch": {"b": 1, "c": 2}}]}}, {"a": [{"b": 1, "c": 2}]}),
    ({"a": {"$all": [[1, 2]]}}, {"a": [1, 2]}),
    ({"$and": [{"a": 1}, {"b": 2}]}, {"a": 1, "b": 2}),
    ({"$or": [{"a": 1}, {"b": 2}]}, {"b": 2}),
    ({"$nor": [{"a": 1}, {"b": 2}]}, {"b": 3}),
    ({"$expr": {"$gt": ["$a", "$b"]}}, {"a": 2, "b": 1}),
    ({"a": {"$elemMatch": {"$or": [{"b": 1}, {"c": 1}]}}}, {"a": [{"c": 1}]}),
    ({"a": {"$elemMatch": {"0": 1}}}, {"a": [[1]]}),
    ({"link.$id": 7}, {"link": {"$ref": "words", "$id": 7}}),
    ({"link": {"$ref": "words", "$id": 7}}, {"link": {"$ref": "words", "$id": 7}}),
    ({"$comment": "x", "a": 1}, {"a": 1}),
]
REJECTED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"a": 1}, {"a": True}),
    ({"a": 1}, {"a": "1"}),
    ({"a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}}),
    ({"a": {"$lt": 5}}, {"a": NAN}),
    ({"a": {"$gt": 5}}, {"a": "x"}),
    ({"a": {"$gt": None}}, {"a": None}),
    ({"a.0": 1}, {"a": [[1]]}),
    ({"a": {"$ne": 1}}, {"a": [1, 2]}),
    ({"a": {"$in": [1]}}, {"a": True}),
    ({"a": {"$all": []}}, {"a": []}),
    ({"a": {"$eq": Regex("x")}}, {"a": "x"}),
    ({"a": {"$size": 1}}, {"a": [[1, 2], 3]}),
    ({"a": {"$not": {"$gt": 1}}}, {"a": [0, 2]}),
    ({"a": {"$gt": MaxKey()}}, {"a": 1}),
]


@pytest.mark.parametrize(("filter", "document"), ACCEPTED)
def test_filter_accepts(filter: dict[str, Any], document: dict[str, Any]) -> None:
    assert matches(filter, document)


@pytest.mark.parametrize(("filter", "document"), REJECTED)
def test_filter_rejects(filter: dict[str, Any], document: dict[str, Any]) -> None:
    assert not matches(filter, document)


@pytest.mark.parametrize(
    ("filter", "code", "message"),
    [
        ({"a": {"$foo": 1}}, 2, "unknown operator: $foo"),
        ({"a": {"$gt": 1, "b": 1}}, 2, "unknown operator: b"),
        ({"$where": "x"}, 2, "unknown top level operator: $where"),
        ({"$jsonSchema": {}}, 2, "unknown top level operator: $jsonSchema"),
        ({"$and": []}, 2, "must be a nonempty array"),
        ({"$or": 1}, 2, "$or must be an array"),
        ({"a": {"$in": 1}}, 2, "$in needs an array"),
        ({"a": {"$in": [{"$gt": 1}]}}, 2, "cannot nest $ under $in"),
        ({"a": {"$not": 1}}, 2, "$not needs a regex or a document"),
        ({"a": {"$type": "foo"}}, 2, "Unknown type name alias: foo"),
        ({"a": {"$mod": [0, 1]}}, 2, "divisor cannot be 0"),
        ({"a": {"$size": -1}}, 9, "Expected a non-negative number"),
        ({"a": {"$regex": "("}}, 51091, "Regular expression is invalid"),
        ({"a": {"$regex": "a", "$options": "q"}}, 51108, "invalid flag in regex options: q"),
        ({"$expr": {"$foo": 1}}, 168, "Unrecognized expression '$foo'"),
        ({"a": {"$elemMatch": 1}}, 2, "$elemMatch needs an Object"),
    ],
)
def test_malformed_filter_is_refused_by_name(
    filter: dict[str, Any], code: int, message: str
) -> None:
    with pytest.raises(StoreError) as caught:
        compile_filter(filter)
    assert caught.value.code == code
    assert message in caught.value.message


def test_deep_filters_are_refused_instead_of_overflowing_the_stack() -> None:
    nested: dict[str, Any] = {"a": 1}
    for _ in range(150):
        nested = {"$and": [nested]}
    with pytest.raises(StoreError, match="maximum query tree depth"):
        compile_filter(nested)


@pytest.mark.parametrize(
    ("filter", "document", "place"),
    [
        ({"a": 3}, {"a": [1, 3]}, 1),
        ({"a": 3}, {"a": 3}, None),
        ({"a.b": 3}, {"a": [{"b": 1}, {"b": [0, 3]}]}, 1),
        ({"a": {"$elemMatch": {"b": 1, "c": 2}}}, {"a": [{"b": 1}, {"b": 1, "c": 2}]}, 1),
        ({"a": 1, "b": 2}, {"a": [0, 1], "b": [2]}, 0),
        ({"$or": [{"a": 5}, {"a": 1}]}, {"a": [0, 1]}, 1),
        ({"a": {"$ne": 9}}, {"a": [1]}, None),
    ],
)
def test_the_positional_place_is_where_the_last_test_matched(
    filter: dict[str, Any], document: dict[str, Any], place: int | None
) -> None:
    assert compile_filter(filter).place(document) == place


OBJECT_ID = ObjectId()
FEW = st.one_of(
    st.integers(-2, 2), st.sampled_from([NAN, 1.0, None, "a", "b", True, OBJECT_ID, {"x": 1}, []])
)
FIELDS = FEW | st.lists(FEW, max_size=3) | VALUES


def reference(operator: str, operand: Any, document: dict[str, Any]) -> bool:
    """The manual's words, literally: some value of the field, in the bracket of the operand."""
    value = document.get("a")
    candidates = [*value, value] if isinstance(value, list) else [value]
    return any(holds(operator, item, operand) for item in candidates)


def holds(operator: str, value: Any, operand: Any) -> bool:
    if isinstance(operand, MinKey | MaxKey) and type(value) is not type(operand):
        return isinstance(operand, MinKey) == (operator in {"$gt", "$gte"}) and operator != "$eq"
    if type_order(value) != type_order(operand):
        return False
    difference = compare(value, operand)
    if compare(value, NAN) == 0 or compare(operand, NAN) == 0:
        return difference == 0 and operator in {"$eq", "$gte", "$lte"}
    return {
        "$eq": difference == 0,
        "$gt": difference > 0,
        "$gte": difference >= 0,
        "$lt": difference < 0,
        "$lte": difference <= 0,
    }[operator]


@settings(max_examples=400)
@given(FIELDS, FIELDS, st.booleans())
def test_comparisons_equal_the_naive_reference(value: Any, operand: Any, missing: bool) -> None:
    document = {} if missing else {"a": value}
    for operator in ("$eq", "$gt", "$gte", "$lt", "$lte"):
        if isinstance(operand, Regex) and operator != "$eq":
            continue
        expected = reference(operator, operand, document)
        assert matches({"a": {operator: operand}}, document) == expected, operator
    if not isinstance(operand, Regex):
        assert matches({"a": {"$ne": operand}}, document) != reference("$eq", operand, document)


@settings(max_examples=300)
@given(FIELDS, st.lists(FEW, max_size=4))
def test_in_means_equal_to_one_of_them(value: Any, operands: list[Any]) -> None:
    document = {"a": value}
    expected = any(matches({"a": {"$eq": operand}}, document) for operand in operands)
    assert matches({"a": {"$in": operands}}, document) == expected
