"""Update operators on arrays: `$push`, `$addToSet`, `$pull`, `$pullAll`, `$pop`."""

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any, Final

from bson import Regex

from infra.embedded.bson_types import MISSING, compare, equal, is_number, python_number, type_name
from infra.embedded.errors import bad_value, failed_to_parse, type_mismatch
from infra.embedded.filters import is_operators
from infra.embedded.keys import encode_value
from infra.embedded.matcher import Match, compile_filter
from infra.embedded.paths import compile_sort
from infra.embedded.update_paths import Change

_PUSH_MODIFIERS: Final = frozenset({"$each", "$slice", "$sort", "$position"})
_TOP: Final = "element"


def push(path: str, operand: Any) -> Change:
    """`$push`, with `$each`, `$position`, `$sort` and `$slice`, done in this order."""
    modifiers = _push_modifiers(operand)
    added = modifiers["$each"]
    position = _whole(modifiers, "$position")
    cut = _whole(modifiers, "$slice")
    sort = _sorter(modifiers["$sort"]) if "$sort" in modifiers else None

    def apply(old: Any) -> Any:
        array = [] if old is MISSING else old
        if type(array) is not list:
            raise bad_value(
                f"The field '{path}' must be an array but is of type {type_name(old)} in document"
            )
        place = len(array) if position is None else position
        joined = [*array[:place], *added, *array[place:]]
        if sort is not None:
            joined = sort(joined)
        if cut is not None:
            joined = joined[:cut] if cut >= 0 else joined[cut:]
        return joined

    return Change(apply)


def _push_modifiers(operand: Any) -> dict[str, Any]:
    if not isinstance(operand, dict) or "$each" not in operand:
        return {"$each": [operand]}
    for name in operand:
        if name not in _PUSH_MODIFIERS:
            raise bad_value(f"Unrecognized clause in $push: {name}")
    if not isinstance(operand["$each"], list):
        raise bad_value(
            "The argument to $each in $push must be an array but it was of type: "
            + type_name(operand["$each"])
        )
    return operand


def _whole(modifiers: dict[str, Any], name: str) -> int | None:
    if name not in modifiers:
        return None
    value = modifiers[name]
    if not is_number(value) or python_number(value) != int(python_number(value)):
        raise bad_value(
            f"The value for {name} must be an integer value but was given type: {type_name(value)}"
        )
    return int(python_number(value))


def _sorter(order: Any) -> Callable[[list[Any]], list[Any]]:
    """Sort elements as whole values (1, -1), or documents by a pattern of their fields."""
    if is_number(order) and abs(python_number(order)) == 1:
        return lambda array: sorted(
            array, key=cmp_to_key(compare), reverse=python_number(order) < 0
        )
    if not isinstance(order, dict) or not order:
        raise bad_value("The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1}")
    if any(not is_number(part) or abs(python_number(part)) != 1 for part in order.values()):
        raise bad_value("The $sort element value must be either 1 or -1")
    key = compile_sort({name: int(python_number(part)) for name, part in order.items()})
    return lambda array: sorted(array, key=lambda item: key(item if type(item) is dict else {}))


def add_to_set(path: str, operand: Any) -> Change:
    """`$addToSet`, with `$each`."""
    added = [operand]
    if isinstance(operand, dict) and next(iter(operand), None) == "$each":
        if len(operand) > 1:
            raise bad_value("Found unexpected fields after $each in $addToSet")
        if not isinstance(operand["$each"], list):
            raise type_mismatch("The argument to $each in $addToSet must be an array")
        added = operand["$each"]

    def apply(old: Any) -> Any:
        if old is not MISSING and type(old) is not list:
            raise bad_value(
                f"Cannot apply $addToSet to non-array field. Field named '{path}' has non-array "
                f"type {type_name(old)}"
            )
        array = [] if old is MISSING else old
        known = {encode_value(item) for item in array}
        new = []
        for item in added:
            key = encode_value(item)
            if key not in known:
                known.add(key)
                new.append(item)
        return [*array, *new]

    return Change(apply)


def pull(_: str, operand: Any) -> Change:
    """`$pull`: elements that equal a value or match a condition."""
    return _removing(_pull_test(operand), "Cannot apply $pull to a non-array value")


def pull_all(_: str, operand: Any) -> Change:
    """`$pullAll`: elements that equal one of the values."""
    if not isinstance(operand, list):
        raise bad_value(f"$pullAll requires an array argument but was given a {type_name(operand)}")
    keys = {encode_value(item) for item in operand}
    return _removing(
        lambda element: encode_value(element) in keys,
        "Cannot apply $pullAll to a non-array value",
    )


def _pull_test(operand: Any) -> Match:
    if isinstance(operand, Regex) or is_operators(operand):
        matches = compile_filter({_TOP: operand}).matches
        return lambda element: matches({_TOP: element})
    if isinstance(operand, dict):
        matches = compile_filter(operand).matches
        return lambda element: type(element) is dict and matches(element)
    return lambda element: equal(element, operand)


def _removing(test: Match, message: str) -> Change:
    def apply(old: Any) -> Any:
        if old is MISSING:
            return MISSING
        if type(old) is not list:
            raise bad_value(message)
        return [element for element in old if not test(element)]

    return Change(apply, creates=False)


def pop(path: str, operand: Any) -> Change:
    """`$pop`: 1 removes the last element, -1 the first."""
    if not is_number(operand) or python_number(operand) not in {1, -1}:
        raise failed_to_parse(f"$pop expects 1 or -1, found: {operand!r}")
    first = python_number(operand) < 0

    def apply(old: Any) -> Any:
        if old is MISSING:
            return MISSING
        if type(old) is not list:
            raise type_mismatch(
                f"Path '{path}' contains an element of non-array type '{type_name(old)}'"
            )
        return old[1:] if first else old[:-1]

    return Change(apply, creates=False)


OPERATORS: Final[dict[str, Callable[[str, Any], Change]]] = {
    "$push": push,
    "$addToSet": add_to_set,
    "$pull": pull,
    "$pullAll": pull_all,
    "$pop": pop,
}
