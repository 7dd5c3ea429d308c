"""A backend of two fields and some faults, for tests of everything that stands around GraphQL."""

import asyncio
import itertools
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import strawberry
import structlog
import uvicorn
from graphql import GraphQLError
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError
from starlette.types import Receive, Scope, Send
from strawberry.schema.config import StrawberryConfig

from infra.cache import Cache
from infra.entrypoints.app import Backend, OpenBackend, create_app
from infra.entrypoints.graphiql import BUNDLE
from infra.entrypoints.health import Check
from infra.entrypoints.transports.application import GraphQLApplication
from infra.entrypoints.transports.operations import Operations
from infra.entrypoints.transports.persisted import PersistedDocuments
from infra.errors import LexigraphError
from infra.settings import Settings

Serving = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


# Those of `endless` that are there.
SUBSCRIBERS: list[int] = []


class ToyError(LexigraphError):
    code = "TOY_BROKEN"


@strawberry.type
class Item:
    name: str = "toy"

    @strawberry.field
    async def slow_name(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return self.name

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("hunter2 is the password")

    @strawberry.field
    def mandatory(self) -> str:
        raise RuntimeError("hunter2 is the password")


@strawberry.type
class Query:
    @strawberry.field
    def item(self) -> Item:
        return Item()

    @strawberry.field
    async def items(self) -> list[Item]:
        return [Item(), Item(), Item()]

    @strawberry.field
    def subscribers(self) -> int:
        return len(SUBSCRIBERS)

    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello, {name}!"

    @strawberry.field
    def number(self) -> int:
        return 42

    @strawberry.field
    async def slow(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"

    @strawberry.field
    def log(self) -> bool:
        structlog.get_logger("toy").info("inside")
        return True

    @strawberry.field
    def fault(self) -> str | None:
        raise RuntimeError("hunter2 is the password")

    @strawberry.field
    def broken(self) -> str | None:
        raise ToyError("The toy is broken; mend it.")

    @strawberry.field
    def refused(self) -> str | None:
        raise GraphQLError("not for you", extensions={"code": "FORBIDDEN"})

    @strawberry.field
    def store_full(self) -> str | None:
        raise OperationFailure("no room on /dev/secret", 14031)

    @strawberry.field
    def store_gone(self) -> str | None:
        raise ServerSelectionTimeoutError("db.internal:27017 refused")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def double(self, number: int) -> int:
        return number * 2


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int, pause_seconds: float = 0) -> AsyncGenerator[int, None]:
        for number in range(to):
            await asyncio.sleep(pause_seconds)
            yield number

    @strawberry.subscription
    async def breaks(self, at: int = 1) -> AsyncGenerator[int, None]:
        for number in range(at):
            yield number
        raise RuntimeError("hunter2 is the password")

    @strawberry.subscription
    async def endless(self) -> AsyncGenerator[int, None]:
        SUBSCRIBERS.append(1)
        try:
            for number in itertools.count():
                yield number
                await asyncio.sleep(0.05)
        finally:
            SUBSCRIBERS.pop()

    @strawberry.subscription
    async def heavy(self) -> AsyncGenerator[str, None]:
        while True:
            yield "x" * 100_000


SCHEMA = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    config=StrawberryConfig(enable_experimental_incremental_execution=True),
)


def toy(
    settings: Settings,
    checks: dict[str, Check] | None = None,
    trusted: Mapping[str, str] | None = None,
) -> Backend:
    documents = PersistedDocuments(
        Cache(None), trusted or {}, only_trusted=settings.only_trusted_documents
    )
    operations = Operations(SCHEMA, lambda: None, documents, settings)
    return Backend(graphql=GraphQLApplication(operations, settings), checks=checks or {})


@asynccontextmanager
async def open_toy(settings: Settings) -> AsyncIterator[Backend]:
    yield toy(settings)


async def prepare_nothing(_settings: Settings) -> None:
    pass


@asynccontextmanager
async def open_broken(_settings: Settings) -> AsyncIterator[Backend]:
    raise ToyError("The toy is broken; mend it.")
    yield


@asynccontextmanager
async def open_crashing(_settings: Settings) -> AsyncIterator[Backend]:
    async def crash(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("hunter2 is the password")

    yield Backend(graphql=crash, checks={})


@asynccontextmanager
async def serve_in_process(
    settings: Settings, open_backend: OpenBackend, page_bundle: Path = BUNDLE
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve on a free port, as uvicorn does in production, and give a client of it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stopping = asyncio.Event()
        app = create_app(settings, open_backend, page_bundle=page_bundle, stopping=stopping)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                lifespan="on",
                ws_max_size=settings.max_body_bytes,
                ws_per_message_deflate=False,
            )
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with asyncio.TaskGroup() as tasks:
            # Not `serve`, which would take the signal handlers of the test run.
            served = tasks.create_task(server._serve([listener]))
            try:
                async with httpx.AsyncClient(base_url=url, timeout=10) as client:
                    yield client
            finally:
                stopping.set()
                server.should_exit = True
                await served
