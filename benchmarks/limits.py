"""What the limits cost a warm query, through the whole ASGI application.

taskset -c 0 .venv/bin/python -m benchmarks.limits

Two applications that differ in one thing answer in turn: one holds operations to all limits and
tells their price, the other remembers parsed and validated documents and does nothing else. Both
execute them in the same way. What is measured is this process's own time: a store that waits its
turn would hide the difference.
"""

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

import orjson
import strawberry
from graphql import GraphQLSchema, OperationType, parse
from starlette.types import ASGIApp, Message
from strawberry.schema.schema import validate_document
from typing_extensions import override

from infra.entrypoints.app import Backend, create_app
from infra.entrypoints.sample import SAMPLE_LIBRARY, sample_file
from infra.entrypoints.services import open_services
from infra.entrypoints.transports.application import GraphQLApplication
from infra.entrypoints.transports.operations import Operations
from infra.entrypoints.transports.persisted import PersistedDocuments
from infra.logs import configure_logging
from infra.settings import Settings
from resolvers.context import Context, Services
from resolvers.transfer.run import import_file
from schema.preparation import Preparation, Prepared, Rules, Ticket
from schema.pricing import Price
from schema.schema import make_schema

ROUNDS = 200
BATCH = 10

VARIABLES = {"library": SAMPLE_LIBRARY, "first": 10}
WORDS = """query Words($library: String!, $first: Int) { words(library: $library, first: $first) {
    nodes { text definitions(first: 3) { nodes { text } } } } }"""
QUERIES = {
    "{ __typename }": ("{ __typename }", {}),
    "libraries": ("{ libraries { nodes { key name } } }", {}),
    "words and definitions": (WORDS, VARIABLES),
}


class Unpriced(NamedTuple):
    """All that an operation's way through the schema asks of its price."""

    kind: OperationType
    repeats: bool = False


class Admitted(Ticket):
    """A ticket that says nothing of costs."""

    @override
    def extensions(self, data: Mapping[str, Any] | None) -> dict[str, Any]:
        return {}


class Unlimited(Preparation):
    """Documents parsed and validated once, without limits and prices."""

    @override
    def _prepare(self, schema: GraphQLSchema, rules: Rules, text: str) -> Prepared:
        document = parse(text)
        return Prepared(document, validate_document(schema, document, rules))

    @override
    def admit(self, prepared: Prepared, name: str | None, variables: dict[str, Any]) -> Ticket:
        return Admitted(prepared.document, [], cast("Price", Unpriced(OperationType.QUERY)))


def without_limits(settings: Settings) -> strawberry.Schema:
    """The same schema; only what prepares its documents is another."""
    schema = make_schema(settings)
    schema._preparation = Unlimited(settings)
    return schema


def application(schema: strawberry.Schema, services: Services) -> GraphQLApplication:
    settings = services.settings
    documents = PersistedDocuments(services.cache, {}, only_trusted=False)
    operations = Operations(schema, lambda: Context(services), documents, settings)
    return GraphQLApplication(operations, settings)


@asynccontextmanager
async def unopened(_settings: Settings) -> AsyncIterator[Backend]:
    raise NotImplementedError
    yield


async def ask(app: ASGIApp, backend: Backend, body: bytes) -> bytes:
    """One request, as a server hands it on."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"accept", b"application/json")],
        "state": {"backend": backend},
    }
    answer = b""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal answer
        answer += message.get("body", b"")

    await app(scope, receive, send)
    return answer


async def main() -> None:
    configure_logging("critical", "json")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(data_dir=Path(folder), embedding_provider="hashing")
        async with open_services(settings) as services:
            with sample_file() as path:
                await import_file(Context(services), path, SAMPLE_LIBRARY)
            await measure(settings, services)


async def measure(settings: Settings, services: Services) -> None:
    app = create_app(settings, unopened)
    backends = [
        Backend(application(schema, services), {})
        for schema in (without_limits(settings), make_schema(settings))
    ]
    print(f"medians of {ROUNDS} rounds of {BATCH}, in turn, one process")
    for name, (query, variables) in QUERIES.items():
        body = orjson.dumps({"query": query, "variables": variables})
        for backend in backends:
            if b'"errors"' in (answer := await ask(app, backend, body)):
                raise SystemExit(answer.decode())
        bare, limited = await medians(app, backends, body)
        print(
            f"{name:22}  without {bare * 1e6:8.1f} µs   with {limited * 1e6:8.1f} µs"
            f"   {limited / bare - 1:+6.1%}"
        )


async def medians(app: ASGIApp, backends: list[Backend], body: bytes) -> list[float]:
    taken: list[list[float]] = [[] for _ in backends]
    gc.collect()
    gc.disable()
    for round_number in range(ROUNDS):
        order = list(range(len(backends)))
        for each in order[:: 1 if round_number % 2 else -1]:
            started = time.process_time()
            for _ in range(BATCH):
                await ask(app, backends[each], body)
            taken[each].append((time.process_time() - started) / BATCH)
    gc.enable()
    return [statistics.median(each) for each in taken]


if __name__ == "__main__":
    asyncio.run(main())
