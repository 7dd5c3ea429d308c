"""A backend of two fields and some faults, for tests of everything that stands around GraphQL."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import strawberry
import structlog
import uvicorn
from graphql import GraphQLError
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError
from starlette.types import Receive, Scope, Send

from infra.entrypoints.app import Backend, OpenBackend, create_app
from infra.entrypoints.graphiql import BUNDLE
from infra.entrypoints.graphql import GraphQLView
from infra.entrypoints.health import Check
from infra.errors import LexigraphError
from infra.settings import Settings

Serving = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


class ToyError(LexigraphError):
    code = "TOY_BROKEN"


@strawberry.type
class Query:
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


SCHEMA = strawberry.Schema(Query, Mutation)


def toy(settings: Settings, checks: dict[str, Check] | None = None) -> Backend:
    view = GraphQLView(SCHEMA, lambda _request: None, page=settings.graphiql)
    return Backend(graphql=view, checks=checks or {})


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
        app = create_app(settings, open_backend, page_bundle=page_bundle)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with asyncio.TaskGroup() as tasks:
            # Not `serve`, which would take the signal handlers of the test run.
            served = tasks.create_task(server._serve([listener]))
            try:
                async with httpx.AsyncClient(base_url=url, timeout=10) as client:
                    yield client
            finally:
                server.should_exit = True
                await served
