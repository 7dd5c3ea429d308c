"""Arithmetic on BSON numbers: which type a result has, and what overflows.

The wider type wins: decimal, double, int64, int32. An int32 result that does not fit becomes an
int64; one that does not fit 64 bits becomes a double in expressions and an error in updates,
which is for the caller to decide (`Integers beyond 64 bits come back as floats`).
"""

import math
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any, Final

from bson import Decimal128, Int64
from bson.decimal128 import create_decimal128_context

INT32: Final = range(-(2**31), 2**31)
INT64: Final = range(-(2**63), 2**63)
_DECIMAL: Final = create_decimal128_context()


def is_long(value: Any) -> bool:
    """Whether an integer is an int64: by its type, or because it needs one."""
    return type(value) is Int64 or value not in INT32


def integer(value: int, *, long: bool) -> int | float:
    """An integer of the narrowest type allowed: int32 unless `long`, else int64, else double."""
    if not long and value in INT32:
        return int(value)
    return Int64(value) if value in INT64 else float(value)


def to_decimal(value: Any) -> Decimal:
    """A number as a decimal; a double keeps 15 digits, as in MongoDB."""
    if type(value) is Decimal128:
        return value.to_decimal()
    if type(value) is float:
        return Decimal(f"{value:.14e}") if math.isfinite(value) else Decimal(value)
    return Decimal(int(value))


def decimal_context() -> Context:
    """A fresh context with the precision and range of decimal128, which traps nothing."""
    return _DECIMAL.copy()


def _combine(
    left: Any,
    right: Any,
    decimals: Callable[[Context, Decimal, Decimal], Decimal],
    plain: Callable[[Any, Any], Any],
) -> Any:
    if type(left) is Decimal128 or type(right) is Decimal128:
        return Decimal128(decimals(decimal_context(), to_decimal(left), to_decimal(right)))
    if type(left) is float or type(right) is float:
        return float(plain(float(left), float(right)))
    return integer(plain(int(left), int(right)), long=is_long(left) or is_long(right))


def add(left: Any, right: Any) -> Any:
    """The sum of two numbers."""
    return _combine(left, right, Context.add, lambda one, other: one + other)


def subtract(left: Any, right: Any) -> Any:
    """The difference of two numbers."""
    return _combine(left, right, Context.subtract, lambda one, other: one - other)


def multiply(left: Any, right: Any) -> Any:
    """The product of two numbers."""
    return _combine(left, right, Context.multiply, lambda one, other: one * other)


def divide(left: Any, right: Any) -> Any:
    """The quotient: a double, or a decimal when one side is.

    Raises:
        ZeroDivisionError: `right` is zero.
    """
    if type(left) is Decimal128 or type(right) is Decimal128:
        divisor = to_decimal(right)
        if divisor == 0:
            raise ZeroDivisionError
        return Decimal128(decimal_context().divide(to_decimal(left), divisor))
    return float(left) / float(right)


def remainder(left: Any, right: Any) -> Any:
    """The remainder with the sign of `left`.

    Raises:
        ZeroDivisionError: `right` is zero.
    """
    if type(left) is Decimal128 or type(right) is Decimal128:
        divisor = to_decimal(right)
        if divisor == 0:
            raise ZeroDivisionError
        return Decimal128(decimal_context().remainder(to_decimal(left), divisor))
    if type(left) is float or type(right) is float:
        if float(right) == 0:
            raise ZeroDivisionError
        return math.fmod(left, right) if math.isfinite(left) else math.nan
    rest = abs(left) % abs(right)
    return integer(rest if left >= 0 else -rest, long=is_long(left) or is_long(right))
