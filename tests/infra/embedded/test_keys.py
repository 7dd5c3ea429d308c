from typing import Any

import pytest
from bson import Decimal128, Int64, MaxKey, MinKey
from bson_strategies import NUMBERS, TEXT, VALUES
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.embedded.bson_types import MISSING, compare, equal, type_order
from infra.embedded.keys import encode_key, encode_value, key_after
from infra.embedded.ranges import (
    EVERYTHING,
    KeyRange,
    above,
    below,
    intersection,
    point,
    scan_ranges,
    starting,
    union,
)

CLOSE = st.tuples(NUMBERS, NUMBERS) | st.tuples(TEXT, TEXT) | st.tuples(VALUES, VALUES)


def sign(number: int) -> int:
    return (number > 0) - (number < 0)


def order_of(left: bytes, right: bytes) -> int:
    return (left > right) - (left < right)


@settings(max_examples=600)
@given(CLOSE)
def test_keys_are_ordered_as_compare_orders_values(pair: tuple[Any, Any]) -> None:
    left, right = pair
    expected = sign(compare(left, right))
    assert sign(compare(right, left)) == -expected
    assert equal(left, right) == (expected == 0)
    assert order_of(encode_value(left), encode_value(right)) == expected


@settings(max_examples=300)
@given(VALUES)
def test_a_value_equals_itself_and_its_key_begins_no_other_key(value: Any) -> None:
    assert equal(value, value)
    assert not encode_value([value]).startswith(encode_value(value))


@settings(max_examples=300)
@given(CLOSE, CLOSE, st.sampled_from([1, -1]), st.sampled_from([1, -1]))
def test_compound_keys_order_by_each_part_in_its_direction(
    first: tuple[Any, Any], second: tuple[Any, Any], one: int, other: int
) -> None:
    left, right = (first[0], second[0]), (first[1], second[1])
    expected = sign(compare(left[0], right[0])) * one or sign(compare(left[1], right[1])) * other
    keys = [encode_key(values, [one, other]) for values in (left, right)]
    assert order_of(*keys) == expected


@settings(max_examples=300)
@given(VALUES, VALUES, st.sampled_from([1, -1]), st.booleans())
def test_ranges_hold_exactly_the_values_of_the_bracket_on_their_side(
    limit: Any, value: Any, direction: int, inclusive: bool
) -> None:
    def holds(item: KeyRange) -> bool:
        key = encode_key([5, value, "x"], [1, direction, 1])
        ranges = scan_ranges([[point(5)], [item]], [1, direction, 1])
        return any(part.low <= key < part.high for part in ranges)

    difference = compare(value, limit)
    assert holds(point(limit)) == (difference == 0)
    assert holds(EVERYTHING)
    if isinstance(limit, MinKey | MaxKey) or type_order(limit) != type_order(value):
        return
    if is_nan(limit) or is_nan(value):
        assert holds(above(limit, inclusive=inclusive)) == (inclusive and difference == 0)
        return
    assert holds(above(limit, inclusive=inclusive)) == (
        difference > 0 or (inclusive and not difference)
    )
    assert holds(below(limit, inclusive=inclusive)) == (
        difference < 0 or (inclusive and not difference)
    )


def is_nan(value: Any) -> bool:
    return encode_value(value) == encode_value(float("nan"))


@pytest.mark.parametrize(
    ("equal_values"),
    [
        [1, Int64(1), 1.0, Decimal128("1.00")],
        [0.0, -0.0, 0, Decimal128("-0E5")],
        [float("nan"), Decimal128("NaN")],
        [None, MISSING],
    ],
)
def test_equal_values_of_different_types_share_one_key(equal_values: list[Any]) -> None:
    assert len({encode_value(value) for value in equal_values}) == 1


def test_the_decimal_tenth_lies_below_the_double_tenth() -> None:
    assert encode_value(Decimal128("0.1")) < encode_value(0.1)


def test_minkey_and_maxkey_limits_take_in_every_type() -> None:
    for value in (None, 1, "a", MaxKey()):
        key = encode_value(value)
        low, high, _ = above(MinKey(), inclusive=False)
        assert low <= key < high
    assert below(MinKey(), inclusive=False).low == below(MinKey(), inclusive=False).high


def test_strings_are_found_by_their_beginning() -> None:
    low, high, _ = starting("ab")
    assert low <= encode_value("ab") < encode_value("abz\uffff") < high
    assert not low <= encode_value("ac") < high
    assert not low <= encode_value("a") < high


def test_key_after_passes_over_bytes_that_cannot_be_raised() -> None:
    assert key_after(b"a\xff\xff") == b"b"
    assert key_after(b"\xff") > b"\xff\xfe"


@settings(max_examples=100)
@given(st.lists(NUMBERS, max_size=5), st.lists(NUMBERS, max_size=5), NUMBERS)
def test_union_and_intersection_of_ranges_are_those_of_sets(
    left: list[Any], right: list[Any], value: Any
) -> None:
    one, other = union(map(point, left)), union(above(item, inclusive=True) for item in right)
    key = encode_value(value)

    def holds(ranges: list[KeyRange]) -> bool:
        return any(low <= key < high for low, high, _ in ranges)

    assert holds(union([*one, *other])) == (holds(one) or holds(other))
    assert holds(intersection(one, other)) == (holds(one) and holds(other))
