"""Tests on one value: what the operators of a filter ask of the values at a path.

Each function builds a `Predicate` from an operator's operand once; the matcher calls it for every
value. `MISSING` stands for a missing field. Comparisons stay inside a type's bracket: a string is
neither above nor below a number.
"""

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from bson import Int64, MaxKey, MinKey, ObjectId, Regex

from infra.embedded.bson_types import (
    MISSING,
    NUMBER_TYPES,
    ORDER_NUMBER,
    TYPE_NUMBERS,
    compare,
    equal,
    is_nan,
    is_null,
    is_number,
    python_number,
    regex_flags,
    regex_pattern,
    type_name,
    type_order,
)
from infra.embedded.errors import bad_value, failed_to_parse
from infra.embedded.keys import encode_value
from infra.embedded.patterns import compile_pattern

Predicate = Callable[[Any], bool]

_PLAIN_NUMBERS: Final = frozenset({int, float, Int64})
_SIGN_TESTS: Final[dict[str, Callable[[int], bool]]] = {
    "$gt": lambda sign: sign > 0,
    "$gte": lambda sign: sign >= 0,
    "$lt": lambda sign: sign < 0,
    "$lte": lambda sign: sign <= 0,
}
_NAME_OF_NUMBER: Final = {number: name for name, number in TYPE_NUMBERS.items()}


def equals(operand: Any) -> Predicate:
    """`$eq`."""
    if operand is None:
        return is_null
    kind = type(operand)
    if kind is str or kind is ObjectId or kind is bool:
        return lambda value: type(value) is kind and value == operand
    return lambda value: value is not MISSING and equal(value, operand)


def is_present(value: Any) -> bool:
    """`$exists: true`."""
    return value is not MISSING


def ordered(operator: str, operand: Any) -> Predicate:
    """`$gt`, `$gte`, `$lt` and `$lte`."""
    kind = type(operand)
    if kind is str:
        return _ordered_text(operator, operand)
    if kind in _PLAIN_NUMBERS and not is_nan(operand):
        return _ordered_number(operator, operand)
    if isinstance(operand, MinKey | MaxKey):
        return _beside_all(operator, operand)
    if operand is None:
        return is_null if operator in {"$gte", "$lte"} else _never
    if is_nan(operand):
        return is_nan if operator in {"$gte", "$lte"} else _never
    order, accepts = type_order(operand), _SIGN_TESTS[operator]
    return lambda value: (
        type_order(value) == order and not is_nan(value) and accepts(compare(value, operand))
    )


def _never(_: Any) -> bool:
    return False


def _beside_all(operator: str, operand: MinKey | MaxKey) -> Predicate:
    """Everything is above MinKey and below MaxKey, missing fields too."""
    upwards = operator in {"$gt", "$gte"}
    includes_itself = operator in {"$gte", "$lte"}
    all_others = upwards is isinstance(operand, MinKey)
    kind = type(operand)
    return lambda value: includes_itself if type(value) is kind else all_others


def _ordered_text(operator: str, operand: str) -> Predicate:
    tests: dict[str, Predicate] = {
        "$gt": lambda value: type(value) is str and value > operand,
        "$gte": lambda value: type(value) is str and value >= operand,
        "$lt": lambda value: type(value) is str and value < operand,
        "$lte": lambda value: type(value) is str and value <= operand,
    }
    return tests[operator]


def _ordered_number(operator: str, operand: float) -> Predicate:
    accepts = _SIGN_TESTS[operator]

    def test(value: Any) -> bool:
        if type(value) in _PLAIN_NUMBERS:
            # A NaN is on no side of anything.
            return value == value and accepts((value > operand) - (value < operand))
        return is_number(value) and not is_nan(value) and accepts(compare(value, operand))

    return test


def one_of(operands: Iterable[Any]) -> Predicate:
    """`$in`: constant time a value, whatever the number of operands."""
    exact: dict[type, set[Any]] = {str: set(), ObjectId: set(), bool: set()}
    numbers: set[int | float | Decimal] = set()
    keys: set[bytes] = set()
    tests: list[Predicate] = []
    has_null = False
    for operand in operands:
        if isinstance(operand, Regex):
            tests.append(matches_pattern(regex_pattern(operand), regex_flags(operand)))
        elif operand is None:
            has_null = True
        elif type(operand) in exact:
            exact[type(operand)].add(operand)
        elif is_number(operand) and not is_nan(operand):
            numbers.add(python_number(operand))
        else:
            keys.add(encode_value(operand))

    def test(value: Any) -> bool:
        known = exact.get(type(value))
        if known is not None:
            found = value in known
        elif is_null(value):
            found = has_null
        elif type_order(value) == ORDER_NUMBER and not is_nan(value):
            found = python_number(value) in numbers
        else:
            found = bool(keys) and encode_value(value) in keys
        return found or any(accepts(value) for accepts in tests)

    return test


def matches_pattern(pattern: str, options: str) -> Predicate:
    """`$regex`: strings that hold the expression, or the same expression as a value."""
    search = compile_pattern(pattern, options).search
    flags = "".join(sorted(set(options)))

    def test(value: Any) -> bool:
        if type(value) is str:
            return search(value)
        return (
            isinstance(value, Regex)
            and regex_pattern(value) == pattern
            and regex_flags(value) == flags
        )

    return test


def of_types(operand: Any) -> Predicate:
    """`$type`: an alias, a number, or a list of them.

    Raises:
        StoreError: there is no such type (2).
    """
    operands = operand if isinstance(operand, list) else [operand]
    if not operands:
        raise failed_to_parse("$type must match at least one type")
    names = frozenset().union(*(_type_names(item) for item in operands))
    return lambda value: type_name(value) in names


def _type_names(operand: Any) -> frozenset[str]:
    if isinstance(operand, str):
        if operand != "number" and operand not in TYPE_NUMBERS:
            raise bad_value(f"Unknown type name alias: {operand}")
        return NUMBER_TYPES if operand == "number" else frozenset({operand})
    if not is_number(operand):
        raise failed_to_parse("type must be represented as a number or a string")
    number = python_number(operand)
    if number not in _NAME_OF_NUMBER:
        raise bad_value(f"Invalid numerical type code: {operand}")
    return frozenset({_NAME_OF_NUMBER[int(number)]})


def remainder_is(operand: Any) -> Predicate:
    """`$mod: [divisor, remainder]`; both are cut to integers, as are the values.

    Raises:
        StoreError: not two numbers, or a divisor of zero (2).
    """
    if not isinstance(operand, list):
        raise bad_value("malformed mod, needs to be an array")
    if len(operand) != 2:
        fault = "not enough elements" if len(operand) < 2 else "too many elements"
        raise bad_value(f"malformed mod, {fault}")
    divisor, remainder = _whole(operand[0], "divisor"), _whole(operand[1], "remainder")
    if divisor == 0:
        raise bad_value("divisor cannot be 0")

    def test(value: Any) -> bool:
        if not is_number(value):
            return False
        number = python_number(value)
        return math.isfinite(number) and _remainder(int(number), divisor) == remainder

    return test


def _whole(value: Any, role: str) -> int:
    if not is_number(value):
        raise bad_value(f"malformed mod, {role} not a number")
    number = python_number(value)
    if not math.isfinite(number):
        raise bad_value(
            f"malformed mod, {role} value is invalid :: caused by :: not a whole number"
        )
    return int(number)


def _remainder(number: int, divisor: int) -> int:
    """The remainder with the sign of the number, as in C."""
    rest = abs(number) % abs(divisor)
    return rest if number >= 0 else -rest


def has_size(operand: Any) -> Predicate:
    """`$size`.

    Raises:
        StoreError: the operand is no whole number of at least zero (9).
    """
    number = python_number(operand) if is_number(operand) else math.nan
    if not math.isfinite(number) or number != int(number):
        raise failed_to_parse(f"Failed to parse $size. Expected a number in: $size: {operand!r}")
    size = int(number)
    if size < 0:
        raise failed_to_parse(
            f"Failed to parse $size. Expected a non-negative number in: $size: {size}"
        )
    return lambda value: type(value) is list and len(value) == size
