from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId, Regex, Timestamp
from bson.datetime_ms import DatetimeMS
from bson_strategies import VALUES
from hypothesis import given, settings

from infra.embedded.bson_types import decode_document, encode_document
from infra.embedded.errors import StoreError
from infra.embedded.matcher import compile_filter
from infra.embedded.update import compile_update

INT32_MAX, INT64_MAX = 2**31 - 1, 2**63 - 1


def updated(
    update: Any, document: dict[str, Any], filters: Any = (), place: int | None = None
) -> dict[str, Any]:
    return compile_update(update, filters).apply(document, place)


def upserted(update: Any, filter: dict[str, Any]) -> dict[str, Any]:
    return compile_update(update).upsert(compile_filter(filter).tree)


@pytest.mark.parametrize(
    ("update", "before", "after"),
    [
        ({"$set": {"a": 1}}, {}, {"a": 1}),
        ({"$set": {"a.b.c": 1}}, {"a": {"x": 0}}, {"a": {"x": 0, "b": {"c": 1}}}),
        ({"$set": {"a.1": 9}}, {"a": [1, 2, 3]}, {"a": [1, 9, 3]}),
        ([{"$replaceWith": "$a"}], {"_id": 1, "a": {"b": 2}}, {"_id": 1, "b": 2}),
        ([{"$unset": "_id"}], {"_id": 1, "a": 2}, {"_id": 1, "a": 2}),
        ({"$set": {"a.4": 9}}, {"a": [1]}, {"a": [1, None, None, None, 9]}),
        ({"$set": {"a.0.b": 9}}, {"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 9, "c": 2}]}),
        ({"$set": {"a.0": 9}}, {}, {"a": {"0": 9}}),
        (
            {"$set": {"z": 1, "b": 2, "x.10": 1, "x.9": 1}},
            {},
            {"b": 2, "x": {"9": 1, "10": 1}, "z": 1},
        ),
        ({"$set": {}}, {"a": 1}, {"a": 1}),
        ({"$unset": {"a": 1, "b.c": ""}}, {"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"d": 2}}),
        ({"$unset": {"a.1": 1}}, {"a": [1, 2, 3]}, {"a": [1, None, 3]}),
        ({"$unset": {"a.b.c": 1}}, {"a": 5}, {"a": 5}),
        ({"$inc": {"a": 1}}, {"a": 1}, {"a": 2}),
        ({"$inc": {"a": Int64(1)}}, {"a": 1}, {"a": Int64(2)}),
        ({"$inc": {"a": 1}}, {"a": INT32_MAX}, {"a": Int64(INT32_MAX + 1)}),
        ({"$inc": {"a": 0.5}}, {"a": 1}, {"a": 1.5}),
        ({"$inc": {"a": Decimal128("0.1")}}, {"a": 1}, {"a": Decimal128("1.1")}),
        ({"$inc": {"a.b": 5}}, {}, {"a": {"b": 5}}),
        ({"$mul": {"a": 3}}, {"a": 2}, {"a": 6}),
        ({"$mul": {"a": Int64(3)}}, {}, {"a": Int64(0)}),
        ({"$mul": {"a": 1.5}}, {}, {"a": 0.0}),
        ({"$min": {"a": 1}}, {"a": 2}, {"a": 1}),
        ({"$min": {"a": 3}}, {"a": 2}, {"a": 2}),
        ({"$max": {"a": "x"}}, {"a": 2}, {"a": "x"}),
        ({"$max": {"a": 2}}, {}, {"a": 2}),
        ({"$rename": {"a": "b.c"}}, {"a": 1}, {"b": {"c": 1}}),
        ({"$rename": {"a": "b"}}, {"a": 1, "b": 2}, {"b": 1}),
        ({"$rename": {"missing": "b"}}, {"b": 2}, {"b": 2}),
        ({"$setOnInsert": {"a": 1}}, {"b": 2}, {"b": 2}),
        ({"$push": {"a": 1}}, {}, {"a": [1]}),
        ({"$push": {"a": {"b": 1}}}, {"a": [0]}, {"a": [0, {"b": 1}]}),
        ({"$push": {"a": {"$each": [1, 2], "$position": 1}}}, {"a": [8, 9]}, {"a": [8, 1, 2, 9]}),
        ({"$push": {"a": {"$each": [1], "$position": -1}}}, {"a": [8, 9]}, {"a": [8, 1, 9]}),
        ({"$push": {"a": {"$each": [2, 1], "$sort": 1}}}, {"a": [3]}, {"a": [1, 2, 3]}),
        ({"$push": {"a": {"$each": [5], "$sort": -1, "$slice": 2}}}, {"a": [1, 7]}, {"a": [7, 5]}),
        ({"$push": {"a": {"$each": [], "$slice": -1}}}, {"a": [1, 7]}, {"a": [7]}),
        (
            {"$push": {"a": {"$each": [{"n": 1}], "$sort": {"n": 1}}}},
            {"a": [{"n": 2}]},
            {"a": [{"n": 1}, {"n": 2}]},
        ),
        ({"$addToSet": {"a": 1}}, {"a": [1.0]}, {"a": [1.0]}),
        ({"$addToSet": {"a": {"$each": [1, 2, 2]}}}, {"a": [1]}, {"a": [1, 2]}),
        ({"$addToSet": {"a": [1]}}, {"a": [1]}, {"a": [1, [1]]}),
        ({"$pull": {"a": 1}}, {"a": [1, 2, 1.0]}, {"a": [2]}),
        ({"$pull": {"a": {"$gte": 2}}}, {"a": [1, 2, 3]}, {"a": [1]}),
        ({"$pull": {"a": {"b": 1}}}, {"a": [{"b": 1, "c": 2}, {"b": 2}]}, {"a": [{"b": 2}]}),
        ({"$pull": {"a": Regex("^x")}}, {"a": ["xy", "y"]}, {"a": ["y"]}),
        ({"$pull": {"a": 1}}, {}, {}),
        ({"$pullAll": {"a": [1, 2]}}, {"a": [1, 2, 3]}, {"a": [3]}),
        ({"$pop": {"a": 1}}, {"a": [1, 2]}, {"a": [1]}),
        ({"$pop": {"a": -1}}, {"a": [1, 2]}, {"a": [2]}),
        ({"$bit": {"a": {"or": 6, "and": 3}}}, {"a": 1}, {"a": 3}),
        ({"$bit": {"a": {"xor": Int64(1)}}}, {}, {"a": Int64(1)}),
        ({"$set": {"a.$[].b": 1}}, {"a": [{"b": 0}, {}]}, {"a": [{"b": 1}, {"b": 1}]}),
        ({"$inc": {"a.$[]": 1}}, {"a": [1, 2]}, {"a": [2, 3]}),
        ([{"$set": {"c": "$a"}}, {"$unset": "a"}], {"a": 1}, {"c": 1}),
        ([{"$replaceWith": {"_id": "$_id", "n": "$a"}}], {"a": 1}, {"n": 1}),
        ({"x": 5}, {"a": 1}, {"x": 5}),
        ({}, {"a": 1}, {}),
    ],
)
def test_update_makes(update: Any, before: dict[str, Any], after: dict[str, Any]) -> None:
    before, after = {"_id": 7, **before}, {"_id": 7, **after}
    raw = encode_document(before)
    assert encode_document(updated(update, before)) == encode_document(after)
    assert encode_document(before) == raw, "the old document was changed"


def test_current_date_writes_the_time_in_the_type_asked() -> None:
    new = updated({"$currentDate": {"a": True, "b": {"$type": "timestamp"}}}, {"_id": 1})
    assert isinstance(new["a"], DatetimeMS)
    assert isinstance(new["b"], Timestamp)


def test_positional_operators_write_where_the_filter_matched() -> None:
    document = {"_id": 1, "a": [{"b": 1, "c": [1, 2]}, {"b": 2, "c": [3]}]}
    place = compile_filter({"a.b": 2}).place(document)
    assert updated({"$set": {"a.$.b": 9}}, document, place=place)["a"][1]["b"] == 9
    filters = [{"high.b": {"$gte": 2}}, {"$or": [{"low": 1}, {"low": 3}]}]
    update = {"$set": {"a.$[high].b": 0, "a.$[].c.$[low]": 0}}
    assert updated(update, document, filters)["a"] == [
        {"b": 1, "c": [0, 2]},
        {"b": 0, "c": [0]},
    ]


@pytest.mark.parametrize(
    ("update", "filters", "document", "code"),
    [
        ({"$foo": {"a": 1}}, (), {}, 9),
        ({"$set": 1}, (), {}, 9),
        ({"$set": {"a": 1, "a.b": 2}}, (), {}, 40),
        ({"$set": {"a": 1}, "$inc": {"a": 2}}, (), {}, 40),
        ({"$rename": {"a": "b"}, "$set": {"b.c": 2}}, (), {}, 40),
        ({"$set": {"_id": 2}}, (), {}, 66),
        ({"$set": {"_id": 1.0}}, (), {}, 66),
        ({"_id": 2}, (), {}, 66),
        ({"$unset": {"_id": 1}}, (), {}, 66),
        ({"$set": {"a.b": 1}}, (), {"a": 5}, 28),
        ({"$set": {"a.b": 1}}, (), {"a": [1]}, 28),
        ({"$set": {"": 1}}, (), {}, 56),
        ({"$set": {"a..b": 1}}, (), {}, 56),
        ({"$set": {"a.$x": 1}}, (), {}, 52),
        ({"a": 1, "$set": {}}, (), {}, 52),
        ({"$set": {"a.$": 1}}, (), {"a": [1]}, 2),
        ({"$set": {"$[].a": 1}}, (), {}, 2),
        ({"$set": {"a.$[].b": 1}}, (), {"a": 1}, 2),
        ({"$set": {"a.$[].b": 1}}, (), {}, 2),
        ({"$set": {"a.$[x]": 1}}, (), {}, 2),
        ({"$set": {"a": 1}}, [{"x": 1}], {}, 9),
        ({"$set": {"a.$[x]": 1}}, [{"x": 1}, {"x": 2}], {}, 9),
        ({"$set": {"a.$[x]": 1}}, [{"x": 1, "y": 2}], {}, 9),
        ({"$inc": {"a": "x"}}, (), {}, 14),
        ({"$inc": {"a": 1}}, (), {"a": "x"}, 14),
        ({"$inc": {"a": 1}}, (), {"a": None}, 14),
        ({"$inc": {"a": Int64(1)}}, (), {"a": Int64(INT64_MAX)}, 2),
        ({"$push": {"a": 1}}, (), {"a": 5}, 2),
        ({"$push": {"a": {"$each": 1}}}, (), {}, 2),
        ({"$push": {"a": {"$each": [], "$foo": 1}}}, (), {}, 2),
        ({"$addToSet": {"a": 1}}, (), {"a": 5}, 2),
        ({"$pull": {"a": 1}}, (), {"a": 5}, 2),
        ({"$pullAll": {"a": 1}}, (), {}, 2),
        ({"$pop": {"a": 2}}, (), {}, 9),
        ({"$pop": {"a": 1}}, (), {"a": 5}, 14),
        ({"$bit": {"a": {"not": 1}}}, (), {}, 2),
        ({"$currentDate": {"a": {"$type": "x"}}}, (), {}, 2),
        ({"$rename": {"a": 1}}, (), {}, 2),
        ({"$rename": {"a.0": "b"}}, (), {"a": [1]}, 2),
        ([{"$match": {}}], (), {}, 72),
        ([{"$replaceWith": 1}], (), {}, 40228),
    ],
)
def test_bad_update_is_refused_with_its_code(
    update: Any, filters: Any, document: dict[str, Any], code: int
) -> None:
    with pytest.raises(StoreError) as caught:
        updated(update, {"_id": 1, **document}, filters)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("update", "filter", "expected"),
    [
        ({"$set": {"a": 1}}, {"_id": 5, "b": 2}, {"_id": 5, "b": 2, "a": 1}),
        ({"$setOnInsert": {"_id": 5}}, {"b": {"$eq": 2}}, {"_id": 5, "b": 2}),
        ({"$inc": {"n": 1}}, {"_id": 5, "n": {"$gt": 3}}, {"_id": 5, "n": 1}),
        ({"$set": {"x": 1}}, {"_id": 5, "a.b": 2}, {"_id": 5, "a": {"b": 2}, "x": 1}),
        ({"$set": {"a.c": 1}}, {"_id": 5, "a.b": 2}, {"_id": 5, "a": {"b": 2, "c": 1}}),
        ({"$set": {"x": 1}}, {"_id": 5, "$or": [{"a": 1}, {"a": 2}]}, {"_id": 5, "x": 1}),
        (
            {"$set": {"x": 1}},
            {"$and": [{"_id": 5}, {"a": {"$in": [1]}}]},
            {"_id": 5, "a": 1, "x": 1},
        ),
        ({"x": 1}, {"_id": 5, "a": 2}, {"_id": 5, "x": 1}),
        ({"x": 1, "_id": 6}, {"a": 2}, {"_id": 6, "x": 1}),
        ([{"$set": {"b": "$a"}}], {"_id": 5, "a": 2}, {"_id": 5, "a": 2, "b": 2}),
    ],
)
def test_upsert_inserts(update: Any, filter: dict[str, Any], expected: dict[str, Any]) -> None:
    assert encode_document(upserted(update, filter)) == encode_document(expected)


def test_an_upsert_makes_an_id_and_stores_it_first() -> None:
    document = upserted({"$set": {"a": 1}}, {})
    assert list(document) == ["_id", "a"]
    assert isinstance(document["_id"], ObjectId)


def test_an_upsert_refuses_two_values_for_one_field() -> None:
    with pytest.raises(StoreError) as caught:
        upserted({"$set": {"x": 1}}, {"a": 1, "$and": [{"a": 2}]})
    assert caught.value.code == 54


def test_an_update_tells_which_fields_it_touches() -> None:
    assert compile_update({"$set": {"a.b": 1}, "$rename": {"c": "d"}}).fields == {"a", "c", "d"}
    assert compile_update({"a": 1}).fields is None


@settings(max_examples=200)
@given(VALUES, VALUES)
def test_every_value_passes_an_update_byte_for_byte(kept: Any, written: Any) -> None:
    document = decode_document(encode_document({"_id": 1, "keep": kept, "nested": {"keep": kept}}))
    new = updated({"$set": {"nested.new": written}, "$push": {"array": written}}, document)
    expected = {"_id": 1, "keep": kept, "nested": {"keep": kept, "new": written}}
    assert encode_document(new) == encode_document(expected | {"array": [written]})
