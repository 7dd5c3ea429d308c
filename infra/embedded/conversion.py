"""Conversions between BSON types, as `$convert` and its short forms make them.

convert(value, "int")       fails with 241 ConversionFailure when the value does not fit
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from bson import Decimal128, Int64, ObjectId, Timestamp
from bson.datetime_ms import DatetimeMS
from bson.errors import InvalidId

from infra.embedded import arithmetic
from infra.embedded.bson_types import is_number, python_number, truthy, type_name
from infra.embedded.errors import StoreError, conversion_failure, location

_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def convert(value: Any, to: str) -> Any:
    """Convert a value that is not null.

    Args:
        value: of any type.
        to: an alias of `CONVERSIONS`.

    Raises:
        StoreError: no such conversion, or a value that does not fit (241).
    """
    return CONVERSIONS[to](value)


def _unsupported(value: Any, to: str) -> StoreError:
    return conversion_failure(
        f"Unsupported conversion from {type_name(value)} to {to} in $convert with no onError value"
    )


def _failed(value: Any, to: str, reason: str) -> StoreError:
    return conversion_failure(
        f"Failed to parse {to} '{value}' in $convert with no onError value: {reason}"
    )


def to_text(value: Any) -> str:
    """A scalar as text."""
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is float:
        return _double_text(value)
    if is_number(value) or isinstance(value, ObjectId):
        return str(value)
    if isinstance(value, DatetimeMS):
        moment = to_moment(value)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    raise _unsupported(value, "string")


def _double_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value).removesuffix(".0")


def to_moment(value: Any) -> datetime:
    """The time of a date, timestamp or ObjectId, in UTC.

    Raises:
        StoreError: another type (16006), or a year that Python does not know (2).
    """
    if isinstance(value, ObjectId):
        return value.generation_time
    if isinstance(value, Timestamp):
        return value.as_datetime()
    if not isinstance(value, DatetimeMS):
        raise location(16006, f"can't convert from BSON type {type_name(value)} to Date")
    try:
        return _EPOCH + timedelta(milliseconds=int(value))
    except OverflowError:
        raise conversion_failure(f"the date {int(value)} is outside the years 1 to 9999") from None


def _to_integer(to: str, limits: range) -> Callable[[Any], Any]:
    def call(value: Any) -> Any:
        if type(value) is str:
            number = _parse_integer(value, to)
        elif type(value) is bool:
            number = int(value)
        elif is_number(value):
            exact = python_number(value)
            if not math.isfinite(exact):
                raise conversion_failure(f"Attempt to convert {value} to integer value in $convert")
            number = int(exact)
        elif isinstance(value, DatetimeMS) and to == "long":
            number = int(value)
        else:
            raise _unsupported(value, to)
        if number not in limits:
            raise conversion_failure(
                f"Conversion would overflow target type in $convert with no onError value: {value}"
            )
        return Int64(number) if to == "long" else number

    return call


def _parse_integer(text: str, to: str) -> int:
    digits = text.removeprefix("-") if text.startswith("-") else text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise _failed(text, "number", f"not the {to} form")
    return int(text)


def _to_double(value: Any) -> float:
    if type(value) is str:
        try:
            return float(_number_text(value))
        except ValueError:
            raise _failed(value, "number", "not a number") from None
    if isinstance(value, DatetimeMS):
        return float(int(value))
    if type(value) is bool or is_number(value):
        number = float(python_number(value))
        if math.isinf(number) and number != python_number(value):
            raise conversion_failure("Conversion would overflow target type in $convert")
        return number
    raise _unsupported(value, "double")


def _number_text(text: str) -> str:
    if text != text.strip() or "_" in text:
        raise ValueError(text)
    return text


def _to_decimal(value: Any) -> Decimal128:
    if type(value) is str:
        try:
            return Decimal128(arithmetic.decimal_context().create_decimal(_number_text(value)))
        except (ValueError, InvalidOperation):
            raise _failed(value, "number", "not a decimal") from None
    if isinstance(value, DatetimeMS):
        return Decimal128(Decimal(int(value)))
    if type(value) is bool or is_number(value):
        return Decimal128(arithmetic.to_decimal(value))
    raise _unsupported(value, "decimal")


def _to_object_id(value: Any) -> ObjectId:
    if isinstance(value, ObjectId):
        return value
    if type(value) is not str:
        raise _unsupported(value, "objectId")
    try:
        return ObjectId(value)
    except InvalidId:
        raise _failed(value, "objectId", "24 hexadecimal digits are needed") from None


def _to_date(value: Any) -> DatetimeMS:
    if isinstance(value, DatetimeMS):
        return value
    if isinstance(value, ObjectId | Timestamp):
        return DatetimeMS(int(to_moment(value).timestamp()) * 1000)
    if type(value) is str:
        return _parse_date(value)
    if is_number(value) and type(value) is not int:
        number = python_number(value)
        if math.isfinite(number) and int(number) in arithmetic.INT64:
            return DatetimeMS(int(number))
    raise _unsupported(value, "date")


def _parse_date(text: str) -> DatetimeMS:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _failed(text, "date", "an ISO 8601 date is needed") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return DatetimeMS(moment)


CONVERSIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "double": _to_double,
    "string": to_text,
    "objectId": _to_object_id,
    "bool": truthy,
    "date": _to_date,
    "int": _to_integer("int", arithmetic.INT32),
    "long": _to_integer("long", arithmetic.INT64),
    "decimal": _to_decimal,
}
