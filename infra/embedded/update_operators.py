"""Update operators on one value: from an operand to a function old value → new value.

Array operators are in `update_arrays`. `MISSING` stands for a missing field on both sides.
"""

from collections.abc import Callable
from typing import Any, Final

from bson import Int64, Timestamp
from bson.datetime_ms import DatetimeMS

from infra.embedded import arithmetic
from infra.embedded.bson_types import MISSING, compare, is_number, truthy, type_name
from infra.embedded.errors import bad_value, failed_to_parse, type_mismatch
from infra.embedded.update_paths import Change

# (path, operand) → change
BuildChange = Callable[[str, Any], Change]


def set_to(_: str, operand: Any) -> Change:
    """`$set`, and `$setOnInsert` for a document that is being inserted."""
    return Change(lambda _: operand)


def unset(_path: str, _operand: Any) -> Change:
    """`$unset`."""
    return Change(lambda _: MISSING, creates=False)


def increment(path: str, operand: Any) -> Change:
    """`$inc`."""
    if not is_number(operand):
        raise type_mismatch(f"Cannot increment with non-numeric argument: {{{path}: {operand!r}}}")
    return Change(_numeric("$inc", path, operand, arithmetic.add, missing=operand))


def multiply(path: str, operand: Any) -> Change:
    """`$mul`; a missing field becomes zero of the operand's type."""
    if not is_number(operand):
        raise type_mismatch(f"Cannot multiply with non-numeric argument: {{{path}: {operand!r}}}")
    zero = arithmetic.multiply(operand, 0) if not isinstance(operand, float) else 0.0
    return Change(_numeric("$mul", path, operand, arithmetic.multiply, missing=zero))


def _numeric(
    operator: str, path: str, operand: Any, combine: Callable[[Any, Any], Any], missing: Any
) -> Callable[[Any], Any]:
    def apply(old: Any) -> Any:
        if old is MISSING:
            return missing
        if not is_number(old):
            raise type_mismatch(
                f"Cannot apply {operator} to a value of non-numeric type. The document has the "
                f"field '{path}' of non-numeric type {type_name(old)}"
            )
        result = combine(old, operand)
        if (
            isinstance(result, float)
            and not isinstance(old, float)
            and not isinstance(operand, float)
        ):
            raise _overflow(operator, old)
        return result

    return apply


def _overflow(operator: str, old: Any) -> Exception:
    return bad_value(
        f"Failed to apply {operator} operations to current value ({type_name(old)}){old}"
    )


def least(_: str, operand: Any) -> Change:
    """`$min`."""
    return Change(lambda old: operand if old is MISSING or compare(operand, old) < 0 else old)


def greatest(_: str, operand: Any) -> Change:
    """`$max`."""
    return Change(lambda old: operand if old is MISSING or compare(operand, old) > 0 else old)


def current_date(path: str, operand: Any, now: DatetimeMS) -> Change:
    """`$currentDate` at a given time."""
    kind = operand.get("$type") if isinstance(operand, dict) and len(operand) == 1 else operand
    if kind is True or kind is False or kind == "date":
        value: Any = now
    elif kind == "timestamp":
        value = Timestamp(int(now) // 1000, int(now) % 1000 + 1)
    else:
        raise bad_value(f"The '$type' string field is required to be 'date' or 'timestamp': {path}")
    return Change(lambda _: value)


_BITWISE: Final[dict[str, Callable[[int, int], int]]] = {
    "and": lambda old, operand: old & operand,
    "or": lambda old, operand: old | operand,
    "xor": lambda old, operand: old ^ operand,
}


def bitwise(path: str, operand: Any) -> Change:
    """`$bit`."""
    if not isinstance(operand, dict) or not operand:
        raise bad_value(
            "The $bit modifier is not compatible with this argument. You must pass in an "
            f"embedded document: {{$bit: {{{path}: {{and/or/xor: #}}}}}}"
        )
    for name, number in operand.items():
        if name not in _BITWISE:
            raise bad_value(f"The $bit modifier only supports 'and', 'or', and 'xor', not '{name}'")
        if type(number) is not int and type(number) is not Int64:
            raise bad_value(f"The $bit modifier field must be an Integer(32/64 bit): {name}")

    def apply(old: Any) -> Any:
        value = 0 if old is MISSING else old
        if type(value) is not int and type(value) is not Int64:
            raise bad_value(
                f"Cannot apply $bit to a value of non-integral type. The document has the field "
                f"'{path}' of non-integer type {type_name(old)}"
            )
        for name, number in operand.items():
            long = arithmetic.is_long(value) or arithmetic.is_long(number)
            value = arithmetic.integer(_BITWISE[name](int(value), int(number)), long=long)
        return value

    return Change(apply)


OPERATORS: Final[dict[str, BuildChange]] = {
    "$set": set_to,
    "$setOnInsert": set_to,
    "$unset": unset,
    "$inc": increment,
    "$mul": multiply,
    "$min": least,
    "$max": greatest,
    "$bit": bitwise,
}


def is_flag(value: Any) -> bool:
    """Whether a number or bool is given and true, as options ask."""
    return (isinstance(value, bool) or is_number(value)) and truthy(value)


def require_document(operator: str, operand: Any) -> dict[str, Any]:
    """Check the operand of an update operator.

    Raises:
        StoreError: it is no document (9).
    """
    if not isinstance(operand, dict):
        raise failed_to_parse(
            f"Modifiers operate on fields but we found type {type_name(operand)} instead. For "
            f"example: {{$mod: {{<field>: ...}}}} not {{{operator}: {operand!r}}}"
        )
    return operand
