"""Expressions on arrays as sets, and on documents.

Results of set operators are in the order of the values, so that they are the same each time.
"""

from collections.abc import Mapping
from functools import reduce
from typing import Any, Final

from infra.embedded.bson_types import MISSING, is_null, truthy, type_name
from infra.embedded.errors import location
from infra.embedded.expression_core import (
    Builder,
    Evaluate,
    Scope,
    Variables,
    function,
    named_arguments,
)
from infra.embedded.keys import encode_value


def _members(array: Any, name: str, code: int) -> dict[bytes, Any]:
    if type(array) is not list:
        raise location(
            code,
            f"All operands of {name} must be arrays. One argument is of type: {type_name(array)}",
        )
    return {encode_value(value): value for value in reversed(array)}


def _sorted(members: Mapping[bytes, Any]) -> list[Any]:
    return [members[key] for key in sorted(members)]


def _union(*arrays: Any) -> Any:
    if any(map(is_null, arrays)):
        return None
    found: dict[bytes, Any] = {}
    for array in arrays:
        found = _members(array, "$setUnion", 17043) | found
    return _sorted(found)


def _intersection(*arrays: Any) -> Any:
    if any(map(is_null, arrays)):
        return None
    sets = [_members(array, "$setIntersection", 17047) for array in arrays]
    if not sets:
        return []
    common = set.intersection(*map(set, sets))
    return _sorted({key: sets[0][key] for key in common})


def _difference(left: Any, right: Any) -> Any:
    if is_null(left) or is_null(right):
        return None
    removed = set(_members(right, "$setDifference", 17049))
    kept = _members(left, "$setDifference", 17048)
    order = dict.fromkeys(map(encode_value, left))
    return [kept[key] for key in order if key not in removed]


def _equals(*arrays: Any) -> bool:
    first, *others = (set(_members(array, "$setEquals", 17044)) for array in arrays)
    return all(other == first for other in others)


def _is_subset(left: Any, right: Any) -> bool:
    return set(_members(left, "$setIsSubset", 17046)) <= set(_members(right, "$setIsSubset", 17310))


def _any_true(array: Any) -> bool:
    if type(array) is not list:
        raise location(
            17041, f"$anyElementTrue's argument must be an array, but is {type_name(array)}"
        )
    return any(map(truthy, array))


def _all_true(array: Any) -> bool:
    if type(array) is not list:
        raise location(
            17040, f"$allElementsTrue's argument must be an array, but is {type_name(array)}"
        )
    return all(map(truthy, array))


def _merge(*values: Any) -> dict[str, Any]:
    for value in values:
        if not is_null(value) and type(value) is not dict:
            raise location(
                40400,
                f"$mergeObjects requires object inputs, but input is of type {type_name(value)}",
            )
    return reduce(lambda one, other: {**one, **(other or {})}, map(_no_null, values), {})


def _no_null(value: Any) -> dict[str, Any]:
    return {} if is_null(value) else value


def _to_array(value: Any) -> Any:
    if is_null(value):
        return None
    if type(value) is not dict:
        raise location(
            40390, f"$objectToArray requires a document input, found: {type_name(value)}"
        )
    return [{"k": name, "v": part} for name, part in value.items()]


def _to_object(array: Any) -> Any:
    if is_null(array):
        return None
    if type(array) is not list:
        raise location(40386, f"$arrayToObject requires an array input, found: {type_name(array)}")
    pairs = [_pair(item) for item in array]
    if array and len({type(item) for item in array}) > 1:
        raise location(40391, "$arrayToObject requires a consistent input format")
    return dict(pairs)


def _pair(item: Any) -> tuple[str, Any]:
    if type(item) is list and len(item) == 2:
        name, value = item
    elif type(item) is dict and set(item) == {"k", "v"}:
        name, value = item["k"], item["v"]
    else:
        raise location(
            40392, "$arrayToObject requires an array of [key, value] or {k: …, v: …} elements"
        )
    if type(name) is not str or "\0" in name:
        raise location(40395, "$arrayToObject requires keys that are strings without NUL")
    return name, value


def _get_field(operand: Any, scope: Scope) -> Evaluate:
    if not (isinstance(operand, dict) and "field" in operand):
        operand = {"field": operand, "input": "$$CURRENT"}
    named = named_arguments("$getField", operand, ("field", "input"), (), 3041701)
    field, source = _field_name("$getField", named["field"], 3041704), scope.compile(named["input"])

    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        value = source(document, variables)
        if is_null(value):
            return value
        return value.get(field, MISSING) if isinstance(value, dict) else MISSING

    return evaluate


def _field_name(operator: str, field: Any, code: int) -> str:
    """The name of a field, dots and dollar signs allowed; a text with `$` must be a `$literal`."""
    is_literal = isinstance(field, dict) and set(field) == {"$literal"}
    name = field["$literal"] if is_literal else field
    if not isinstance(name, str) or (name.startswith("$") and not is_literal):
        raise location(code, f"{operator} requires 'field' to be a constant string")
    return name


def _set_field(operand: Any, scope: Scope) -> Evaluate:
    named = named_arguments("$setField", operand, ("field", "input", "value"), (), 4161100)
    return _change_field("$setField", named, scope.compile(named["value"]), scope)


def _unset_field(operand: Any, scope: Scope) -> Evaluate:
    named = named_arguments("$unsetField", operand, ("field", "input"), (), 4161110)
    return _change_field("$unsetField", named, lambda _document, _variables: MISSING, scope)


def _change_field(name: str, named: dict[str, Any], made: Evaluate, scope: Scope) -> Evaluate:
    field, source = _field_name(name, named["field"], 4161106), scope.compile(named["input"])

    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        value = source(document, variables)
        if is_null(value):
            return None
        if not isinstance(value, dict):
            raise location(4161105, f"{name} requires 'input' to evaluate to type Object")
        new = made(document, variables)
        if new is MISSING:
            return {key: part for key, part in value.items() if key != field}
        return {**value, field: new}

    return evaluate


OPERATORS: Final[dict[str, Builder]] = {
    **function("$setUnion", _union, 0, 1000),
    **function("$setIntersection", _intersection, 0, 1000),
    **function("$setDifference", _difference, 2),
    **function("$setEquals", _equals, 2, 1000),
    **function("$setIsSubset", _is_subset, 2),
    **function("$anyElementTrue", _any_true, 1),
    **function("$allElementsTrue", _all_true, 1),
    **function("$mergeObjects", _merge, 0, 1000),
    **function("$objectToArray", _to_array, 1),
    **function("$arrayToObject", _to_object, 1),
    "$getField": _get_field,
    "$setField": _set_field,
    "$unsetField": _unset_field,
}
