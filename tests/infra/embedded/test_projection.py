from typing import Any

import pytest
from bson_strategies import DOCUMENTS, VALUES
from hypothesis import given, settings

from infra.embedded.bson_types import decode_document, encode_document
from infra.embedded.errors import StoreError
from infra.embedded.projection import (
    compile_project,
    compile_projection,
    compile_set,
    compile_unset,
)

WORD = {"_id": 1, "a": {"x": 1, "y": 2}, "b": [{"x": 1, "y": 2}, 3, [{"x": 4}]], "c": [1, 2, 3, 4]}


@pytest.mark.parametrize(
    ("specification", "expected"),
    [
        ({}, WORD),
        ({"a": 1}, {"_id": 1, "a": {"x": 1, "y": 2}}),
        ({"c": True, "_id": 0}, {"c": [1, 2, 3, 4]}),
        ({"_id": 1}, {"_id": 1}),
        ({"a.x": 1}, {"_id": 1, "a": {"x": 1}}),
        ({"a": {"x": 1}}, {"_id": 1, "a": {"x": 1}}),
        ({"b.x": 1}, {"_id": 1, "b": [{"x": 1}, [{"x": 4}]]}),
        ({"c.x": 1}, {"_id": 1, "c": []}),
        ({"missing": 1}, {"_id": 1}),
        ({"a": 0, "b": 0}, {"_id": 1, "c": [1, 2, 3, 4]}),
        ({"_id": 0, "b": 0, "c": 0}, {"a": {"x": 1, "y": 2}}),
        ({"_id": 1, "b": 0, "c": 0}, {"_id": 1, "a": {"x": 1, "y": 2}}),
        ({"b.x": 0, "a": 0, "c": 0}, {"_id": 1, "b": [{"y": 2}, 3, [{}]]}),
        ({"c": {"$slice": 2}, "a": 0, "b": 0}, {"_id": 1, "c": [1, 2]}),
        ({"c": {"$slice": -2}, "_id": 1}, {"_id": 1, "c": [3, 4]}),
        ({"c": {"$slice": [-3, 2]}, "a.x": 1}, {"_id": 1, "a": {"x": 1}, "c": [2, 3]}),
        ({"c": {"$slice": [1, 9]}, "_id": 1}, {"_id": 1, "c": [2, 3, 4]}),
        ({"b": {"$elemMatch": {"x": 1}}}, {"_id": 1, "b": [{"x": 1, "y": 2}]}),
        ({"c": {"$elemMatch": {"$gt": 2}}}, {"_id": 1, "c": [3]}),
        ({"c": {"$elemMatch": {"$gt": 9}}}, {"_id": 1}),
        ({"sum": {"$literal": 5}, "a.x": 1}, {"_id": 1, "a": {"x": 1}, "sum": 5}),
        ({"copy": "$a.y"}, {"_id": 1, "copy": 2}),
        ({"label": "text"}, {"_id": 1, "label": "text"}),
        ({"a": {"$slice": ["$c", 1]}}, {"_id": 1, "a": [1]}),
        (
            {"b": {"$elemMatch": {"x": 1}}, "c": {"$slice": 1}, "_id": 1},
            {"_id": 1, "c": [1], "b": [{"x": 1, "y": 2}]},
        ),
    ],
)
def test_find_projection_gives(specification: dict[str, Any], expected: dict[str, Any]) -> None:
    found = compile_projection(specification).apply(WORD)
    assert encode_document(found) == encode_document(expected)


def test_positional_projection_keeps_the_element_that_matched() -> None:
    assert compile_projection({"c.$": 1}).apply(WORD, 2) == {"_id": 1, "c": [3]}
    assert compile_projection({"b.y.$": 1}).apply(WORD, 0) == {"_id": 1, "b": [{"y": 2}]}
    with pytest.raises(StoreError, match="positional operator"):
        compile_projection({"c.$": 1}).apply(WORD, None)
    assert WORD["c"] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("specification", "code"),
    [
        ({"a": 1, "b": 0}, 31254),
        ({"a": 0, "b": 1}, 31253),
        ({"a": 0, "b": "$x"}, 31252),
        ({"a": 1, "a.x": 1}, 31249),
        ({"a.x": 1, "a": 1}, 31250),
        ({"a": {}}, 51270),
        ({"a.": 1}, 40353),
        ({"a..b": 1}, 15998),
        ({"$a": 1}, 16410),
        ({"a.$": 1, "b.$": 1}, 31276),
        ({"a": {"$meta": "textScore"}}, 2),
        ({"a": {"$foo": 1}}, 168),
        ({"c": {"$slice": [1, 0]}}, 28724),
        ({"c": {"$slice": "x"}}, 28667),
        ({"a.b": {"$elemMatch": {"x": 1}}}, 31275),
    ],
)
def test_malformed_projection_is_refused_with_its_code(
    specification: dict[str, Any], code: int
) -> None:
    with pytest.raises(StoreError) as caught:
        compile_projection(specification).apply(WORD)
    assert caught.value.code == code


def test_an_inclusion_tells_which_fields_it_reads() -> None:
    assert compile_projection({"a.x": 1, "c": 1}).fields == {"_id", "a", "c"}
    assert compile_projection({"a": 0}).fields is None
    assert compile_projection({"a": 1, "b": "$c"}).fields is None


def test_set_replaces_in_place_and_enters_arrays() -> None:
    tree = compile_set({"a.x": "$c", "b.z": 1, "new.deep": 2, "_id": "$missing"})
    assert tree.apply({"_id": 1, "a": {"x": 1, "y": 2}, "b": [{"x": 1}, 5], "c": 9}, {}) == {
        "a": {"x": 9, "y": 2},
        "b": [{"x": 1, "z": 1}, {"z": 1}],
        "c": 9,
        "new": {"deep": 2},
    }


def test_unset_removes_paths_inside_arrays() -> None:
    assert compile_unset(["a.x", "b.x"]).apply(WORD, {}) == {
        "_id": 1,
        "a": {"y": 2},
        "b": [{"y": 2}, 3, [{}]],
        "c": [1, 2, 3, 4],
    }


def test_project_computes_beside_inclusion() -> None:
    found = compile_project({"_id": 0, "a.x": 1, "a.z": "$c", "n": {"m": "$a.y"}}).apply(WORD)
    assert found == {"a": {"x": 1, "z": [1, 2, 3, 4]}, "n": {"m": 2}}


@settings(max_examples=200)
@given(VALUES, DOCUMENTS)
def test_every_value_passes_a_projection_byte_for_byte(value: Any, other: dict[str, Any]) -> None:
    raw = encode_document({"_id": 1, "keep": value, "nested": {"keep": value}, "drop": other})
    kept = encode_document({"_id": 1, "keep": value, "nested": {"keep": value}})
    document = decode_document(raw)
    for specification in ({"keep": 1, "nested.keep": 1}, {"drop": 0}):
        assert encode_document(compile_projection(specification).apply(document)) == kept


def test_a_dbref_keeps_the_order_of_its_fields() -> None:
    raw = encode_document({"link": {"$ref": "words", "note": 1, "$id": 7, "$db": "x"}})
    assert encode_document(compile_projection({"other": 0}).apply(decode_document(raw))) == raw
