"""Expressions on numbers, and the accumulators that work as expressions (`$sum`, `$max` …)."""

import math
import random
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from bson import Decimal128, Int64
from bson.datetime_ms import DatetimeMS

from infra.embedded import arithmetic
from infra.embedded.accumulators import accumulator
from infra.embedded.bson_types import is_nan, is_null, is_number, python_number, type_name
from infra.embedded.errors import bad_value, location, type_mismatch
from infra.embedded.expression_core import (
    Builder,
    Evaluate,
    Scope,
    Variables,
    function,
    wrong_type,
)

_LEAST_LONG: Final = -(2**63)
_PLACES: Final = range(-20, 101)


def _add(*values: Any) -> Any:
    if any(is_null(value) for value in values):
        return None
    dates = [value for value in values if isinstance(value, DatetimeMS)]
    if len(dates) > 1:
        raise bad_value("only one date allowed in an $add expression")
    total: Any = 0
    for value in values:
        if isinstance(value, DatetimeMS):
            continue
        if not is_number(value):
            raise type_mismatch(f"$add only supports numeric or date types, not {type_name(value)}")
        total = arithmetic.add(total, value)
    return _shifted(dates[0], total) if dates else total


def _shifted(date: DatetimeMS, by: Any) -> DatetimeMS:
    number = python_number(by)
    if not math.isfinite(number):
        raise bad_value("date overflow in $add")
    moved = int(date) + round(number)
    if moved not in arithmetic.INT64:
        raise bad_value("date overflow in $add")
    return DatetimeMS(moved)


def _subtract(left: Any, right: Any) -> Any:
    if is_null(left) or is_null(right):
        return None
    if isinstance(left, DatetimeMS):
        if isinstance(right, DatetimeMS):
            return Int64(int(left) - int(right))
        if is_number(right):
            return _shifted(left, arithmetic.multiply(right, -1))
    if is_number(left) and is_number(right):
        return arithmetic.subtract(left, right)
    raise type_mismatch(f"can't $subtract {type_name(right)} from {type_name(left)}")


def _multiply(*values: Any) -> Any:
    if any(is_null(value) for value in values):
        return None
    product: Any = 1
    for value in values:
        if not is_number(value):
            raise type_mismatch(f"$multiply only supports numeric types, not {type_name(value)}")
        product = arithmetic.multiply(product, value)
    return product


def _quotient(
    name: str, divide: Callable[[Any, Any], Any], zero_code: int, type_code: int
) -> Callable[[Any, Any], Any]:
    def call(left: Any, right: Any) -> Any:
        if is_null(left) or is_null(right):
            return None
        if not (is_number(left) and is_number(right)):
            both = f"{type_name(left)} and {type_name(right)}"
            raise location(type_code, f"{name} only supports numeric types, not {both}")
        try:
            return divide(left, right)
        except ZeroDivisionError:
            raise location(zero_code, f"can't {name} by zero") from None

    return call


def _on_number(name: str, call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of one number, null for null."""

    def checked(value: Any) -> Any:
        if is_null(value):
            return None
        if not is_number(value):
            raise wrong_type(28765, name, "numeric", type_name(value))
        return call(value)

    return checked


def _absolute(value: Any) -> Any:
    if isinstance(value, Decimal128):
        return Decimal128(value.to_decimal().copy_abs())
    if isinstance(value, float):
        return abs(value)
    if value == _LEAST_LONG:
        raise location(28680, "can't take $abs of long long min")
    return arithmetic.integer(abs(int(value)), long=arithmetic.is_long(value))


def _square_root(value: Any) -> Any:
    if not is_nan(value) and python_number(value) < 0:
        raise location(28714, "$sqrt's argument must be greater than or equal to 0")
    if isinstance(value, Decimal128):
        return Decimal128(arithmetic.decimal_context().sqrt(value.to_decimal()))
    return math.sqrt(value)


def _rounding(name: str, mode: str) -> Callable[..., Any]:
    """`$round`, `$trunc`, `$ceil` and `$floor`, by the rounding mode of decimals."""

    def call(value: Any, place: Any = 0) -> Any:
        if is_null(value) or is_null(place):
            return None
        if not is_number(value):
            raise wrong_type(51081, name, "numeric", type_name(value))
        if not is_number(place) or python_number(place) not in _PLACES:
            raise location(51083, f"cannot apply {name} with precision value {place!r}")
        return _rounded(value, int(python_number(place)), mode)

    return call


def _rounded(value: Any, place: int, mode: str) -> Any:
    if isinstance(value, Decimal128):
        number = value.to_decimal()
        return Decimal128(_quantized(number, place, mode)) if number.is_finite() else value
    if isinstance(value, float):
        return float(_quantized(Decimal(value), place, mode)) if math.isfinite(value) else value
    if place >= 0:
        return value
    number = _quantized(Decimal(int(value)), place, mode)
    return arithmetic.integer(int(number), long=arithmetic.is_long(value))


def _quantized(number: Decimal, place: int, mode: str) -> Decimal:
    # 400 digits hold every double down to the hundredth decimal exactly.
    context = arithmetic.decimal_context()
    context.prec, context.Emax, context.Emin = 450, 10_000, -10_000
    return number.quantize(Decimal(1).scaleb(-place), rounding=mode, context=context)


def _accumulating(name: str) -> Builder:
    """An accumulator over the elements of one array, or over several operands."""
    start = accumulator(name)

    def build(operand: Any, scope: Scope) -> Evaluate:
        several = isinstance(operand, list) and len(operand) != 1
        parts = [
            scope.compile(part) for part in (operand if isinstance(operand, list) else [operand])
        ]

        def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
            values = [part(document, variables) for part in parts]
            state = start()
            for value in values if several or type(values[0]) is not list else values[0]:
                state.add(value)
            return state.result()

        return evaluate

    return build


def _rand(operand: Any, _: Scope) -> Evaluate:
    if operand not in ({}, []):
        raise location(3040501, "$rand does not currently accept arguments")
    return lambda _document, _variables: random.random()  # noqa: S311  # no secret


OPERATORS: Final[dict[str, Builder]] = {
    **function("$add", _add, 0, 1000),
    **function("$subtract", _subtract, 2),
    **function("$multiply", _multiply, 0, 1000),
    **function("$divide", _quotient("$divide", arithmetic.divide, 2, 14), 2),
    **function("$mod", _quotient("$mod", arithmetic.remainder, 16610, 16611), 2),
    **function("$abs", _on_number("$abs", _absolute), 1),
    **function("$sqrt", _on_number("$sqrt", _square_root), 1),
    **function("$ceil", _rounding("$ceil", ROUND_CEILING), 1),
    **function("$floor", _rounding("$floor", ROUND_FLOOR), 1),
    **function("$round", _rounding("$round", ROUND_HALF_EVEN), 1, 2),
    **function("$trunc", _rounding("$trunc", ROUND_DOWN), 1, 2),
    "$rand": _rand,
    **{name: _accumulating(name) for name in ("$sum", "$avg", "$min", "$max")},
}
