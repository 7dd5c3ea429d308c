"""Answers of compiled and of usual execution, compared."""

from typing import Any

import orjson
from graphql import GraphQLError
from strawberry.types import ExecutionResult

# graphql-core leaves coroutines behind where a null ends what was not begun; plans must not.
LEFT_BEHIND = "ignore:coroutine '(GraphQLCoreConverter|Executor).*never awaited:RuntimeWarning"

Path = tuple[str | int, ...]


def written(data: Any) -> bytes:
    """The bytes of an answer; what is no JSON is compared as Python shows it."""
    try:
        return orjson.dumps(data)
    except TypeError:
        return repr(data).encode("utf-8", "surrogatepass")


def described(error: GraphQLError) -> str:
    """Everything about an error that somebody could see or log."""
    return repr((error.formatted, type(error.original_error), str(error.original_error)))


def assert_same(usual: ExecutionResult, compiled: ExecutionResult, *, awaits: bool) -> None:
    """The same bytes, the same errors.

    Where something is awaited, which of several errors comes first is a matter of time: of those
    that put a null further up, one is told, whichever.
    """
    assert written(compiled.data) == written(usual.data)
    if not awaits:
        assert list(map(described, compiled.errors or ())) == list(
            map(described, usual.errors or ())
        )
        return
    assert certain(compiled) == certain(usual)


def certain(result: ExecutionResult) -> tuple[list[str], set[Path | None]]:
    """Errors whose place has a null of its own; and places whose null came from below."""
    own, above = [], set()
    for error in result.errors or ():
        if error.path is None:
            own.append(described(error))
            continue
        place = nulled(result.data, tuple(error.path))
        if place == tuple(error.path):
            own.append(described(error))
        else:
            above.add(place)
    return sorted(own), above


def nulled(data: Any, path: Path) -> Path | None:
    """Where on the way to an error the null stands; None if there is nothing at all."""
    if data is None:
        return None
    for length, step in enumerate(path, 1):
        data = data[step]
        if data is None:
            return path[:length]
    raise AssertionError(f"an error at {path}, and a value")
