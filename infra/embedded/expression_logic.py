"""Expressions that compare and decide: `$eq` … `$cmp`, `$and`, `$cond`, `$switch`, `$let`."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from infra.embedded.bson_types import compare, is_null, truthy
from infra.embedded.errors import location
from infra.embedded.expression_core import (
    Builder,
    Evaluate,
    Scope,
    Variables,
    arguments,
    constant,
    function,
    named_arguments,
)


def _comparison(accepts: Callable[[int], bool]) -> Callable[[Any, Any], bool]:
    return lambda left, right: accepts(compare(left, right))


def _sign(left: Any, right: Any) -> int:
    difference = compare(left, right)
    return (difference > 0) - (difference < 0)


def _and(operand: Any, scope: Scope) -> Evaluate:
    parts = _operands(operand, scope)
    return lambda document, variables: all(truthy(part(document, variables)) for part in parts)


def _or(operand: Any, scope: Scope) -> Evaluate:
    parts = _operands(operand, scope)
    return lambda document, variables: any(truthy(part(document, variables)) for part in parts)


def _operands(operand: Any, scope: Scope) -> list[Evaluate]:
    return [scope.compile(part) for part in (operand if isinstance(operand, list) else [operand])]


def _if_null(operand: Any, scope: Scope) -> Evaluate:
    given = arguments("$ifNull", operand, 2, 1000)
    *parts, fallback = (scope.compile(part) for part in given)

    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        for part in parts:
            value = part(document, variables)
            if not is_null(value):
                return value
        return fallback(document, variables)

    return evaluate


def _cond(operand: Any, scope: Scope) -> Evaluate:
    if isinstance(operand, dict):
        named = named_arguments("$cond", operand, ("if", "then", "else"), (), 17083)
        operand = [named["if"], named["then"], named["else"]]
    test, then, otherwise = (scope.compile(part) for part in arguments("$cond", operand, 3, 3))
    return lambda document, variables: (
        then(document, variables)
        if truthy(test(document, variables))
        else otherwise(document, variables)
    )


def _switch(operand: Any, scope: Scope) -> Evaluate:
    named = named_arguments("$switch", operand, ("branches",), ("default",), 40067)
    if not isinstance(named["branches"], list) or not named["branches"]:
        raise location(40068, "$switch requires at least one branch.")
    branches = [_branch(branch, scope) for branch in named["branches"]]
    default = scope.compile(named["default"]) if "default" in named else None

    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        for case, then in branches:
            if truthy(case(document, variables)):
                return then(document, variables)
        if default is None:
            raise location(
                40066,
                "$switch could not find a matching branch for an input, and no default was "
                "specified.",
            )
        return default(document, variables)

    return evaluate


def _branch(branch: Any, scope: Scope) -> tuple[Evaluate, Evaluate]:
    named = named_arguments("$switch", branch, ("case", "then"), (), 40064)
    return scope.compile(named["case"]), scope.compile(named["then"])


def _let(operand: Any, scope: Scope) -> Evaluate:
    named = named_arguments("$let", operand, ("vars", "in"), (), 16875)
    if not isinstance(named["vars"], dict):
        raise location(16876, "invalid parameter: expected an object (vars)")
    bound = {check_variable(name): scope.compile(part) for name, part in named["vars"].items()}
    inside = scope.binding(*bound).compile(named["in"])

    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        values = {name: part(document, variables) for name, part in bound.items()}
        return inside(document, {**variables, **values})

    return evaluate


def check_variable(name: str) -> str:
    """Check the name of a variable that a client defines.

    Raises:
        StoreError: it does not begin with a lower-case letter, or is not made of letters,
            digits and underscores (16867, 16868).
    """
    if not name or not (name[0].islower() or not name[0].isascii()):
        raise location(16867, f"'{name}' starts with an invalid character for a user variable name")
    if not all(letter.isalnum() or letter == "_" or not letter.isascii() for letter in name):
        raise location(16868, f"'{name}' contains an invalid character for a variable name")
    return name


def _literal(operand: Any, _: Scope) -> Evaluate:
    return constant(operand)


OPERATORS: Final[dict[str, Builder]] = {
    **function("$eq", _comparison(lambda sign: sign == 0), 2),
    **function("$ne", _comparison(lambda sign: sign != 0), 2),
    **function("$gt", _comparison(lambda sign: sign > 0), 2),
    **function("$gte", _comparison(lambda sign: sign >= 0), 2),
    **function("$lt", _comparison(lambda sign: sign < 0), 2),
    **function("$lte", _comparison(lambda sign: sign <= 0), 2),
    **function("$cmp", _sign, 2),
    **function("$not", lambda value: not truthy(value), 1),
    "$and": _and,
    "$or": _or,
    "$ifNull": _if_null,
    "$cond": _cond,
    "$switch": _switch,
    "$let": _let,
    "$literal": _literal,
    "$const": _literal,
}
