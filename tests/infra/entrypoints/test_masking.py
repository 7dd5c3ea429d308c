"""Nothing of a fault leaves the server, wherever in an operation it happens."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from structlog.testing import capture_logs

from infra.entrypoints.errors import FAULT_MESSAGE, mask
from infra.errors import LexigraphError

HIDDEN = "hunter2"


class TalkativeError(Exception):
    """As some drivers raise them."""

    extensions = {"code": "TALKATIVE", "password": HIDDEN}


class ToldError(LexigraphError):
    code = "TOLD"


def refuse_to_serialise(_value: object) -> str:
    raise ValueError(HIDDEN)


class Secret:
    """Cannot be written or read."""


SECRET_SCALAR = strawberry.scalar(
    name="Secret", serialize=refuse_to_serialise, parse_value=refuse_to_serialise
)


@strawberry.type
class Item:
    @strawberry.field
    def broken(self) -> str | None:
        raise TalkativeError(HIDDEN)


@strawberry.type
class Query:
    @strawberry.field
    async def broken(self) -> str | None:
        raise TalkativeError(HIDDEN)

    @strawberry.field
    def items(self) -> list[Item]:
        return [Item() for _ in range(20)]

    @strawberry.field
    def wrong_number(self) -> int | None:
        return HIDDEN  # type: ignore[return-value]

    @strawberry.field
    def no_list(self) -> list[int] | None:
        return HIDDEN  # type: ignore[return-value]

    @strawberry.field
    def missing(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    def unserialisable(self) -> Secret | None:
        return Secret()

    @strawberry.field
    def take(self, value: Secret | None = None, number: int = 1) -> int | None:
        return number if value is None else 0

    @strawberry.field
    def bare(self) -> str | None:
        raise GraphQLError(HIDDEN)

    @strawberry.field
    def told(self) -> str | None:
        raise ToldError("Do this.")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def break_it(self) -> str | None:
        raise TalkativeError(HIDDEN)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[int]:
        yield 1
        raise TalkativeError(HIDDEN)


SCHEMA = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    config=StrawberryConfig(
        enable_experimental_incremental_execution=True,
        scalar_map={Secret: SECRET_SCALAR},
    ),
)


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with capture_logs() as entries:
        yield entries


async def errors_of(query: str, **variables: Any) -> list[Any]:
    """All errors of all frames, formatted as transports format them."""
    found = []
    async for result in await SCHEMA.stream(query, variable_values=variables):
        mask(result)
        parts = [result] if hasattr(result, "errors") else []
        parts += [*(getattr(result, "incremental", None) or ())]
        parts += [*(getattr(result, "completed", None) or ())]
        found += [each.formatted for part in parts for each in part.errors or ()]
    return found


@pytest.mark.parametrize(
    "query",
    [
        "{ broken }",
        "{ items { broken } }",
        "{ wrongNumber }",
        "{ noList }",
        "{ missing }",
        "{ unserialisable }",
        "{ bare }",
        '{ take(value: "x") }',
        "mutation { breakIt }",
        "subscription { ticks }",
        "{ told ... @defer { broken } }",
        "{ told ... @defer { missing } }",
        "{ items @stream(initialCount: 1) { broken } }",
    ],
)
async def test_a_fault_is_told_to_the_log_alone(logged, query):
    errors = [each for each in await errors_of(query) if each["extensions"]["code"] != "TOLD"]
    assert errors
    assert HIDDEN not in repr(errors)
    assert {each["message"] for each in errors} == {FAULT_MESSAGE}
    assert {each["extensions"]["code"] for each in errors} == {"INTERNAL"}
    assert all("correlationId" in each["extensions"] for each in errors)
    assert [each["event"] for each in logged] == ["fault"] * len(logged)


async def test_a_fault_of_many_items_is_logged_once(logged):
    assert len(await errors_of("{ items { broken } }")) == 20
    assert len(logged) == 1


async def test_what_is_meant_for_the_client_is_told(logged):
    (error,) = await errors_of("{ told }")
    assert (error["message"], error["extensions"]["code"]) == ("Do this.", "TOLD")
    assert (error["path"], error["locations"]) == (["told"], [{"line": 1, "column": 3}])
    assert logged == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Int!) { take(number: $n) }", "BAD_USER_INPUT"),
        ("query($n: Int = 1) { take(number: $n) }", "BAD_USER_INPUT"),
        ("fragment A on Query { told }", "BAD_REQUEST"),
    ],
)
async def test_errors_of_the_language_have_codes_and_are_no_faults(logged, query, code):
    variables = {"n": None} if "$n" in query else {}
    errors = await errors_of(query, **variables)
    assert [each["extensions"]["code"] for each in errors] == [code]
    assert logged == []


async def test_masking_twice_is_masking_once():
    result = await SCHEMA.execute("{ broken told }")
    mask(result)
    before = [error.formatted for error in result.errors or ()]
    mask(result)
    assert [error.formatted for error in result.errors or ()] == before
