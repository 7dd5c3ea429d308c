"""Expressions on arrays: elements, slices, `$map`, `$filter`, `$reduce`, membership."""

from collections.abc import Mapping
from typing import Any, Final

from infra.embedded import arithmetic
from infra.embedded.bson_types import (
    MISSING,
    equal,
    is_null,
    is_number,
    python_number,
    truthy,
    type_name,
)
from infra.embedded.errors import location
from infra.embedded.expression_core import (
    Builder,
    Evaluate,
    Scope,
    Variables,
    function,
    named_arguments,
)
from infra.embedded.expression_logic import check_variable

_MAX_RANGE: Final = 1_000_000


def _size(value: Any) -> int:
    if type(value) is not list:
        raise location(
            17124, f"The argument to $size must be an array, but was of type: {type_name(value)}"
        )
    return len(value)


def _whole(value: Any, code: int, role: str) -> int:
    number = python_number(value) if is_number(value) else None
    if number is None or number != number or number not in arithmetic.INT32 or number % 1:
        raise location(code, f"{role} must be a 32-bit integer, but is {value!r}")
    return int(number)


def _require_array(value: Any, code: int, role: str) -> list[Any]:
    if type(value) is not list:
        raise location(code, f"{role} must be an array, but is {type_name(value)}")
    return value


def _element_at(array: Any, place: Any) -> Any:
    if is_null(array) or is_null(place):
        return None
    _require_array(array, 28689, "$arrayElemAt's first argument")
    index = _whole(place, 28691, "$arrayElemAt's second argument")
    return array[index] if -len(array) <= index < len(array) else MISSING


def _first(array: Any) -> Any:
    return _element_at(array, 0)


def _last(array: Any) -> Any:
    return _element_at(array, -1)


def _slice(array: Any, *limits: Any) -> Any:
    if is_null(array) or any(map(is_null, limits)):
        return None
    _require_array(array, 28724, "First argument to $slice")
    if len(limits) == 1:
        count = _whole(limits[0], 28725, "Second argument to $slice")
        return array[:count] if count >= 0 else array[count:]
    position = _whole(limits[0], 28725, "Second argument to $slice")
    count = _whole(limits[1], 28727, "Third argument to $slice")
    if count <= 0:
        raise location(28729, f"Third argument to $slice must be positive: {count}")
    start = max(0, len(array) + position) if position < 0 else position
    return array[start : start + count]


def _concatenate(*arrays: Any) -> Any:
    if any(map(is_null, arrays)):
        return None
    for array in arrays:
        if type(array) is not list:
            raise location(28664, f"$concatArrays only supports arrays, not {type_name(array)}")
    return [element for array in arrays for element in array]


def _contains(value: Any, array: Any) -> bool:
    if type(array) is not list:
        raise location(
            40081, f"$in requires an array as a second argument, found: {type_name(array)}"
        )
    return any(equal(value, element) for element in array)


def _index_of(array: Any, value: Any, start: Any = 0, end: Any = None) -> Any:
    if is_null(array):
        return None
    _require_array(array, 40090, "$indexOfArray's first argument")
    first = _whole(start, 40096, "$indexOfArray's starting index")
    last = len(array) if end is None else _whole(end, 40096, "$indexOfArray's ending index")
    if first < 0 or last < 0:
        raise location(40097, "$indexOfArray requires nonnegative indexes")
    places = range(first, min(last, len(array)))
    return next((place for place in places if equal(array[place], value)), -1)


def _reverse(array: Any) -> Any:
    if is_null(array):
        return None
    return _require_array(array, 34435, "The argument to $reverseArray")[::-1]


def _range(start: Any, end: Any, step: Any = 1) -> list[int]:
    first = _whole(start, 34444, "$range's starting value")
    last = _whole(end, 34446, "$range's ending value")
    by = _whole(step, 34448, "$range's step value")
    if by == 0:
        raise location(34449, "$range requires a non-zero step value")
    numbers = range(first, last, by)
    if len(numbers) > _MAX_RANGE:
        raise location(34448, f"$range would produce more than {_MAX_RANGE} numbers")
    return list(numbers)


def _filter(operand: Any, scope: Scope) -> Evaluate:
    named = named_arguments("$filter", operand, ("input", "cond"), ("as", "limit"), 28647)
    name = check_variable(named.get("as", "this"))
    source = scope.compile(named["input"])
    condition = scope.binding(name).compile(named["cond"])
    limit = scope.compile(named.get("limit"))

    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        array, most = source(document, variables), limit(document, variables)
        if is_null(array):
            return None
        _require_array(array, 28651, "input to $filter")
        if not is_null(most):
            most = _whole(most, 327391, "$filter's limit")
            if most < 1:
                raise location(327392, "$filter: limit must be greater than 0")
        kept = (
            element
            for element in array
            if truthy(condition(document, {**variables, name: element}))
        )
        return list(kept)[: None if is_null(most) else most]

    return evaluate


def _map(operand: Any, scope: Scope) -> Evaluate:
    named = named_arguments("$map", operand, ("input", "in"), ("as",), 16879)
    name = check_variable(named.get("as", "this"))
    source = scope.compile(named["input"])
    inside = scope.binding(name).compile(named["in"])

    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        array = source(document, variables)
        if is_null(array):
            return None
        _require_array(array, 16883, "input to $map")
        made = (inside(document, {**variables, name: element}) for element in array)
        return [None if value is MISSING else value for value in made]

    return evaluate


def _reduce(operand: Any, scope: Scope) -> Evaluate:
    named = named_arguments("$reduce", operand, ("input", "initialValue", "in"), (), 40075)
    source, initial = scope.compile(named["input"]), scope.compile(named["initialValue"])
    inside = scope.binding("this", "value").compile(named["in"])

    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        array = source(document, variables)
        if is_null(array):
            return None
        _require_array(array, 40080, "input to $reduce")
        value = initial(document, variables)
        for element in array:
            value = inside(document, {**variables, "this": element, "value": value})
        return value

    return evaluate


OPERATORS: Final[dict[str, Builder]] = {
    **function("$size", _size, 1),
    **function("$arrayElemAt", _element_at, 2),
    **function("$first", _first, 1),
    **function("$last", _last, 1),
    **function("$slice", _slice, 2, 3),
    **function("$concatArrays", _concatenate, 0, 1000),
    **function("$in", _contains, 2),
    **function("$indexOfArray", _index_of, 2, 4),
    **function("$isArray", lambda value: type(value) is list, 1),
    **function("$reverseArray", _reverse, 1),
    **function("$range", _range, 2, 3),
    "$filter": _filter,
    "$map": _map,
    "$reduce": _reduce,
}
