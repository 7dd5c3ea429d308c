"""Expressions on strings and regular expressions. Positions count code points.

`$toLower`, `$toUpper` and `$strcasecmp` change ASCII letters alone, as MongoDB's do.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import regex
from bson import Regex

from infra.embedded.bson_types import (
    is_null,
    is_number,
    python_number,
    regex_flags,
    regex_pattern,
    type_name,
)
from infra.embedded.conversion import to_text
from infra.embedded.errors import StoreError, location
from infra.embedded.expression_core import (
    Builder,
    Evaluate,
    Scope,
    Variables,
    function,
    named_arguments,
)
from infra.embedded.patterns import Pattern, compile_pattern

_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UPPER: Final = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
# What $trim takes for white space.
_SPACES: Final = "\0\t\n\v\f\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))


def _concatenate(*values: Any) -> Any:
    if any(map(is_null, values)):
        return None
    for value in values:
        if type(value) is not str:
            raise location(16702, f"$concat only supports strings, not {type_name(value)}")
    return "".join(values)


def _text(value: Any) -> str:
    """A value as these operators read it: null is the empty string."""
    if is_null(value):
        return ""
    try:
        return to_text(value)
    except StoreError as error:
        message = f"can't convert from BSON type {type_name(value)} to String"
        raise location(16007, message) from error


def _compare_ignoring_case(left: Any, right: Any) -> int:
    one, other = _text(left).translate(_UPPER), _text(right).translate(_UPPER)
    return (one > other) - (one < other)


def _length(name: str, code: int, measure: Callable[[str], int]) -> Callable[[Any], int]:
    def call(value: Any) -> int:
        if type(value) is not str:
            raise location(code, f"{name} requires a string argument, found: {type_name(value)}")
        return measure(value)

    return call


def _count(value: Any, code: int, role: str) -> int:
    number = python_number(value) if is_number(value) else None
    if number is None or number != number or number % 1:
        raise location(code, f"{role} must be an integer, found: {type_name(value)}")
    if number < 0:
        raise location(code + 1, f"{role} must be nonnegative")
    return int(number)


def _substring(value: Any, start: Any, length: Any) -> str:
    text = _text(value)
    first = _count(start, 34450, "$substrCP: starting index")
    return text[first : first + _count(length, 34452, "$substrCP: length")]


def _split(value: Any, delimiter: Any) -> Any:
    if is_null(value) or is_null(delimiter):
        return None
    if type(value) is not str:
        raise location(
            40085, f"$split requires a string as first argument, found: {type_name(value)}"
        )
    if type(delimiter) is not str:
        raise location(
            40086, f"$split requires a string as second argument, found: {type_name(delimiter)}"
        )
    if not delimiter:
        raise location(40087, "$split requires a non-empty separator")
    return value.split(delimiter)


def _index_of(text: Any, part: Any, start: Any = 0, end: Any = None) -> Any:
    if is_null(text):
        return None
    if type(text) is not str or type(part) is not str:
        raise location(40093, "$indexOfCP requires a string as first and second argument")
    first = _count(start, 40096, "$indexOfCP: starting index")
    last = len(text) if end is None else _count(end, 40096, "$indexOfCP: ending index")
    return -1 if first > len(text) else text.find(part, first, last)


def _trim(name: str, cut: Callable[[str, str], str]) -> dict[str, Builder]:
    def build(operand: Any, scope: Scope) -> Evaluate:
        named = named_arguments(name, operand, ("input",), ("chars",), 50694)
        source, letters = scope.compile(named["input"]), scope.compile(named.get("chars", _SPACES))

        def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
            text, chars = source(document, variables), letters(document, variables)
            if is_null(text) or is_null(chars):
                return None
            if type(text) is not str:
                raise location(
                    50699, f"{name} requires its input to be a string, got {type_name(text)}"
                )
            if type(chars) is not str:
                raise location(
                    50700, f"{name} requires 'chars' to be a string, got {type_name(chars)}"
                )
            return cut(text, chars)

        return evaluate

    return {name: build}


def _replace(name: str, count: int) -> dict[str, Builder]:
    def build(operand: Any, scope: Scope) -> Evaluate:
        keys = ("input", "find", "replacement")
        named = named_arguments(name, operand, keys, (), 51751)
        parts = [scope.compile(named[key]) for key in keys]

        def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
            values = [part(document, variables) for part in parts]
            for key, value, code in zip(keys, values, (51746, 51745, 51744), strict=True):
                if not is_null(value) and type(value) is not str:
                    raise location(code, f"{name} requires that '{key}' be a string")
            if any(map(is_null, values)):
                return None
            return values[0].replace(values[1], values[2], count)

        return evaluate

    return {name: build}


def _searching(name: str, answer: Callable[[Pattern | None, str], Any]) -> dict[str, Builder]:
    """A regular expression operator; it is given no pattern where an operand is null."""

    def build(operand: Any, scope: Scope) -> Evaluate:
        named = named_arguments(name, operand, ("input", "regex"), ("options",), 31022)
        source, pattern = scope.compile(named["input"]), scope.compile(named["regex"])
        options = scope.compile(named.get("options"))

        def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
            text = source(document, variables)
            compiled = _pattern(name, pattern(document, variables), options(document, variables))
            if not is_null(text) and type(text) is not str:
                raise location(51104, f"{name} needs 'input' to be of type string")
            return answer(None if is_null(text) else compiled, "" if is_null(text) else text)

        return evaluate

    return {name: build}


def _pattern(name: str, pattern: Any, options: Any) -> Pattern | None:
    if is_null(pattern):
        return None
    given = "" if is_null(options) else options
    if type(given) is not str:
        raise location(51106, f"{name} needs 'options' to be of type string")
    if isinstance(pattern, Regex):
        flags = regex_flags(pattern)
        if flags and given:
            raise location(51107, f"{name}: found regex options in both 'regex' and 'options'")
        return compile_pattern(regex_pattern(pattern), flags or given)
    if type(pattern) is not str:
        raise location(51105, f"{name} needs 'regex' to be of type string or regex")
    return compile_pattern(pattern, given)


def _found(match: "regex.Match[str]") -> dict[str, Any]:
    return {"match": match.group(), "idx": match.start(), "captures": list(match.groups())}


def _find(pattern: Pattern | None, text: str) -> Any:
    match = pattern.find(text) if pattern is not None else None
    return None if match is None else _found(match)


def _find_all(pattern: Pattern | None, text: str) -> list[Any]:
    found: list[Any] = []
    place = 0
    while pattern is not None and place <= len(text):
        match = pattern.find(text, place)
        if match is None:
            break
        found.append(_found(match))
        # An empty match must not be found again at its place.
        place = match.end() + (not match.group())
    return found


OPERATORS: Final[dict[str, Builder]] = {
    **function("$concat", _concatenate, 0, 1000),
    **function("$toLower", lambda value: _text(value).translate(_LOWER), 1),
    **function("$toUpper", lambda value: _text(value).translate(_UPPER), 1),
    **function("$strcasecmp", _compare_ignoring_case, 2),
    **function("$strLenCP", _length("$strLenCP", 34471, len), 1),
    **function("$strLenBytes", _length("$strLenBytes", 34473, lambda text: len(text.encode())), 1),
    **function("$substrCP", _substring, 3),
    **function("$split", _split, 2),
    **function("$indexOfCP", _index_of, 2, 4),
    **_trim("$trim", str.strip),
    **_trim("$ltrim", str.lstrip),
    **_trim("$rtrim", str.rstrip),
    **_replace("$replaceOne", 1),
    **_replace("$replaceAll", -1),
    **_searching("$regexMatch", lambda pattern, text: pattern is not None and pattern.search(text)),
    **_searching("$regexFind", _find),
    **_searching("$regexFindAll", _find_all),
}
