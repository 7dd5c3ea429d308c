"""Expressions that ask for a type, convert between types, or take a date apart (in UTC)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from infra.embedded.bson_types import (
    TYPE_NUMBERS,
    is_null,
    is_number,
    python_number,
    type_name,
)
from infra.embedded.conversion import CONVERSIONS, convert, to_moment
from infra.embedded.errors import StoreError, bad_value, location
from infra.embedded.expression_core import (
    Builder,
    Evaluate,
    Scope,
    Variables,
    function,
    named_arguments,
)

_CONVERSION_FAILURE: Final = 241
_UTC_NAMES: Final = frozenset({"UTC", "GMT", "Z", "Etc/UTC", "+00", "+00:00", "+0000"})
_ALIAS_OF: Final = {number: alias for alias, number in TYPE_NUMBERS.items()}
_ISO_FORMAT: Final = "%Y-%m-%dT%H:%M:%S.%LZ"
_FORMATS: Final[dict[str, Callable[[datetime], str]]] = {
    "Y": lambda moment: f"{moment.year:04d}",
    "m": lambda moment: f"{moment.month:02d}",
    "d": lambda moment: f"{moment.day:02d}",
    "H": lambda moment: f"{moment.hour:02d}",
    "M": lambda moment: f"{moment.minute:02d}",
    "S": lambda moment: f"{moment.second:02d}",
    "L": lambda moment: f"{moment.microsecond // 1000:03d}",
    "j": lambda moment: f"{moment.timetuple().tm_yday:03d}",
    "u": lambda moment: str(moment.isoweekday()),
    "w": lambda moment: str(moment.isoweekday() % 7 + 1),
    "G": lambda moment: f"{moment.isocalendar().year:04d}",
    "V": lambda moment: f"{moment.isocalendar().week:02d}",
    "z": lambda _: "+0000",
    "Z": lambda _: "0",
    "%": lambda _: "%",
}


def _short_form(alias: str) -> Callable[[Any], Any]:
    return lambda value: None if is_null(value) else convert(value, alias)


def _convert(operand: Any, scope: Scope) -> Evaluate:
    optional = ("onError", "onNull")
    named = named_arguments("$convert", operand, ("input", "to"), optional, 9)
    source, target = scope.compile(named["input"]), scope.compile(named["to"])
    on_null = scope.compile(named.get("onNull"))
    on_error = scope.compile(named["onError"]) if "onError" in named else None

    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        value, to = source(document, variables), target(document, variables)
        if is_null(value):
            return on_null(document, variables)
        if is_null(to):
            return None
        try:
            return convert(value, _target(to))
        except StoreError as error:
            if on_error is None or error.code != _CONVERSION_FAILURE:
                raise
            return on_error(document, variables)

    return evaluate


def _target(to: Any) -> str:
    alias = _ALIAS_OF.get(int(python_number(to))) if is_number(to) else to
    if alias not in CONVERSIONS:
        raise bad_value(f"Unknown type name: {to}")
    return str(alias)


def _date_part(name: str, part: Callable[[datetime], int]) -> dict[str, Builder]:
    def build(operand: Any, scope: Scope) -> Evaluate:
        if isinstance(operand, list) and len(operand) == 1:
            operand = operand[0]
        named = {"date": operand}
        if isinstance(operand, dict) and not any(key.startswith("$") for key in operand):
            named = named_arguments(name, operand, ("date",), ("timezone",), 40539)
        source, zone = scope.compile(named["date"]), scope.compile(named.get("timezone", "UTC"))

        def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
            value, where = source(document, variables), zone(document, variables)
            if is_null(value) or is_null(where):
                return None
            _require_utc(where)
            return part(to_moment(value))

        return evaluate

    return {name: build}


def _require_utc(zone: Any) -> None:
    if zone not in _UTC_NAMES:
        raise location(40485, f"time zones other than UTC are not supported: {zone}")


def _date_to_string(operand: Any, scope: Scope) -> Evaluate:
    optional = ("format", "timezone", "onNull")
    named = named_arguments("$dateToString", operand, ("date",), optional, 18534)
    source, on_null = scope.compile(named["date"]), scope.compile(named.get("onNull"))
    zone, layout = scope.compile(named.get("timezone", "UTC")), named.get("format", _ISO_FORMAT)
    if not isinstance(layout, str):
        raise location(18533, "$dateToString requires that 'format' be a string")
    write = _writer(layout)

    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        value, where = source(document, variables), zone(document, variables)
        if is_null(value):
            return on_null(document, variables)
        if is_null(where):
            return None
        _require_utc(where)
        return write(to_moment(value))

    return evaluate


def _writer(layout: str) -> Callable[[datetime], str]:
    """Compile a format once.

    Raises:
        StoreError: an unknown letter (18536), or a single percent sign at the end (18535).
    """
    first, *rest = layout.replace("%%", "%\0").split("%")
    parts: list[Callable[[datetime], str] | str] = [first]
    for piece in rest:
        if not piece:
            raise location(18535, "Unmatched '%' at end of format string")
        letter = "%" if piece[0] == "\0" else piece[0]
        if letter not in _FORMATS:
            raise location(18536, f"Invalid format character '%{letter}' in format string")
        parts += [_FORMATS[letter], piece[1:]]
    return lambda moment: "".join(part if isinstance(part, str) else part(moment) for part in parts)


OPERATORS: Final[dict[str, Builder]] = {
    **function("$type", type_name, 1),
    **function("$isNumber", is_number, 1),
    **function("$toString", _short_form("string"), 1),
    **function("$toInt", _short_form("int"), 1),
    **function("$toLong", _short_form("long"), 1),
    **function("$toDouble", _short_form("double"), 1),
    **function("$toDecimal", _short_form("decimal"), 1),
    **function("$toBool", _short_form("bool"), 1),
    **function("$toObjectId", _short_form("objectId"), 1),
    **function("$toDate", _short_form("date"), 1),
    "$convert": _convert,
    "$dateToString": _date_to_string,
    **_date_part("$year", lambda moment: moment.year),
    **_date_part("$month", lambda moment: moment.month),
    **_date_part("$dayOfMonth", lambda moment: moment.day),
    **_date_part("$dayOfYear", lambda moment: moment.timetuple().tm_yday),
    **_date_part("$dayOfWeek", lambda moment: moment.isoweekday() % 7 + 1),
    **_date_part("$hour", lambda moment: moment.hour),
    **_date_part("$minute", lambda moment: moment.minute),
    **_date_part("$second", lambda moment: moment.second),
    **_date_part("$millisecond", lambda moment: moment.microsecond // 1000),
}
