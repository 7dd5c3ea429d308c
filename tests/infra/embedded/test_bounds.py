from typing import Any

import pytest
from bson import Regex
from bson_strategies import NUMBERS
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.embedded.bounds import IndexBounds, analyse, index_bounds
from infra.embedded.keys import encode_key, encode_value
from infra.embedded.matcher import compile_filter
from infra.embedded.paths import index_entries, split_path
from infra.embedded.ranges import scan_ranges

DIRECTIONS = [1, -1, 1]


def bounds_of(filter: dict[str, Any], paths: list[str], *, multikey: int) -> IndexBounds:
    return index_bounds(analyse(compile_filter(filter).tree), paths, multikey=multikey)


ITEM = st.one_of(
    st.integers(0, 3), st.sampled_from(["a", "ab", "b", None, True, 1.5, float("nan")]), NUMBERS
)
LEAF = ITEM | st.lists(ITEM, max_size=3) | st.just({"x": 1})
PAIR = st.fixed_dictionaries({}, optional={"x": LEAF, "y": ITEM})
DOCUMENT = st.fixed_dictionaries(
    {}, optional={"a": LEAF | PAIR | st.lists(PAIR, max_size=3), "b": ITEM, "c": ITEM}
)
OPERATORS = st.one_of(
    st.tuples(st.sampled_from(["$eq", "$gt", "$gte", "$lt", "$lte"]), LEAF),
    st.tuples(st.just("$in"), st.lists(LEAF | st.just(Regex("^a")), max_size=3)),
    st.tuples(st.just("$regex"), st.sampled_from(["^a", "^ab.*", "b", "^a|b", "^ab*"])),
    st.tuples(st.just("$exists"), st.booleans()),
    st.tuples(st.just("$ne"), ITEM),
    st.tuples(st.just("$all"), st.lists(ITEM, min_size=1, max_size=2)),
)
OPERAND = st.lists(OPERATORS, min_size=1, max_size=2).map(dict)
WITH_ELEMENTS = OPERAND | OPERAND.map(lambda inner: {"$elemMatch": inner})
FIELD = st.sampled_from(["a", "a.x", "a.y", "a.0", "b", "c"])
SIMPLE = st.dictionaries(FIELD, WITH_ELEMENTS, max_size=3)
FILTER = st.one_of(
    SIMPLE,
    st.lists(SIMPLE, min_size=1, max_size=2).map(lambda branches: {"$or": branches}),
    st.tuples(SIMPLE, SIMPLE).map(lambda pair: {"$and": list(pair)}),
    st.dictionaries(st.sampled_from(["x", "y"]), OPERAND, min_size=1).map(
        lambda inner: {"a": {"$elemMatch": inner}}
    ),
)
INDEXES = st.sampled_from([["a"], ["b", "c"], ["a", "b"], ["a.x", "a.y"], ["a.x", "b"], ["c", "a"]])


@settings(max_examples=500)
@given(FILTER, DOCUMENT, INDEXES, st.integers(0, 3))
def test_bounds_lose_no_match_and_exact_bounds_let_nothing_else_in(
    filter: dict[str, Any], document: dict[str, Any], paths: list[str], others: int
) -> None:
    entries = index_entries(document, [split_path(path) for path in paths])
    # The bits are the index's: other documents may have set them.
    found = bounds_of(filter, paths, multikey=entries.multikey | others)
    ranges = scan_ranges(found.parts, DIRECTIONS)
    keys = [encode_key(values, DIRECTIONS) for values in entries.values]
    inside = any(low <= key < high for key in keys for low, high, _ in ranges)
    if compile_filter(filter).matches(document):
        assert inside
        sparse = index_entries(document, [split_path(path) for path in paths], sparse=True)
        assert not found.present or sparse.values
    else:
        assert not (inside and found.exact)


@pytest.mark.parametrize(
    ("filter", "paths", "parts", "exact"),
    [
        ({"b": 1, "c": {"$gt": 2}}, ["b", "c"], 2, True),
        ({"b": {"$gt": 1}, "c": 2}, ["b", "c"], 1, False),
        ({"c": 1}, ["b", "c"], 0, False),
        ({"b": {"$in": [1, 2, 3]}, "c": 4}, ["b", "c"], 2, True),
        ({"b": Regex("^ab")}, ["b"], 1, True),
        ({"b": Regex("^ab", "i")}, ["b"], 1, False),
        ({"$or": [{"b": 1}, {"b": 2}]}, ["b"], 1, True),
        ({"$or": [{"b": {"$gt": 1, "$lt": 3}}, {"b": 7}]}, ["b"], 1, True),
        ({"$or": [{"b": 1, "c": 2}, {"b": 2}]}, ["b"], 1, False),
        ({"b": {"$ne": 1}}, ["b"], 0, False),
        ({"b": None}, ["b"], 1, False),
        ({"b": 1, "$expr": True}, ["b"], 1, False),
    ],
)
def test_leading_equalities_and_one_range_narrow_the_scan(
    filter: dict[str, Any], paths: list[str], parts: int, exact: bool
) -> None:
    found = bounds_of(filter, paths, multikey=0)
    assert (len(found.parts), found.exact) == (parts, exact)


def test_elements_of_one_array_are_not_combined_across_a_multikey_index() -> None:
    found = bounds_of({"a.x": 1, "a.y": 2}, ["a.x", "a.y"], multikey=3)
    assert len(found.parts) == 1
    assert not found.exact


def test_a_path_without_arrays_is_narrowed_on_both_sides_beside_one_with_arrays() -> None:
    query = {"a": {"$in": [1, 2]}, "b": {"$gte": 3, "$lt": 5}}
    found = bounds_of(query, ["a", "b"], multikey=1)
    assert found.exact
    assert len(found.parts[1]) == 1
    assert found.parts[1][0].high == encode_value(5)
