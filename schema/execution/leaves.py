"""Scalars and enums on their way into the answer."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from graphql import GraphQLLeafType, Undefined
from graphql.pyutils import inspect, is_awaitable

Convert = Callable[[Any], Any]

# Values of these classes are not awaited.
PLAIN = frozenset({type(None), bool, int, float, str, bytes, list, tuple, dict, set, frozenset})
PLAIN_LEAVES = PLAIN | {date, datetime, time, Decimal, UUID}


class UnusualError(Exception):
    """A value that those do not handle who handle the usual ones alone."""


def converter(leaf: GraphQLLeafType) -> Convert:
    """What makes the public value of one that is not null.

    Raises whatever the type raises, TypeError where it makes a null.
    """
    coerce = leaf.coerce_output_value

    def convert(value: Any) -> Any:
        coerced = coerce(value)
        if coerced is Undefined or coerced is None:
            raise TypeError(
                f"Expected `{inspect(leaf)}.coerce_output_value({inspect(value)})` to return "
                f"non-nullable value, returned: {inspect(coerced)}"
            )
        return coerced

    return convert


def strict(convert: Convert) -> Convert:
    """Converts values that are there.

    Raises UnusualError for a null, an error and what has to be awaited.
    """

    def convert_strictly(value: Any) -> Any:
        if value is None or value is Undefined:
            raise UnusualError
        if value.__class__ in PLAIN_LEAVES:
            return convert(value)
        if isinstance(value, Exception) or is_awaitable(value):
            raise UnusualError
        return convert(value)

    return convert_strictly


def convert_all(convert: Convert, *, is_nullable: bool) -> Callable[[Any], list[Any]]:
    """Converts lists of values that are there, or may be null."""
    convert = strict(convert)
    if is_nullable:
        return lambda values: [None if each is None else convert(each) for each in values]
    return lambda values: [convert(each) for each in values]


class EnumNames(dict[Any, str]):
    """The public names of an enum's values, remembered as they come."""

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, value: Any) -> str:
        name: str = self._convert(value)
        # Only those that equal nothing of another type: 1 and True are one key.
        if value.__class__ is str or isinstance(value, Enum):
            self[value] = name
        return name
