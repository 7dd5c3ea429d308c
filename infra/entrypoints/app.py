"""The web application: routes and middleware around one backend that lives as long as it does.

Correlation → AccessLog → Faults → CORS → BodyLimit → /graphql, /, /healthz, /readyz
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.entrypoints.errors import ErrorResponse
from infra.entrypoints.graphiql import BUNDLE, page_routes
from infra.entrypoints.health import Check, healthz, readyz
from infra.entrypoints.http import (
    REQUEST_ID_HEADER,
    AccessLog,
    BodyLimit,
    Correlation,
    Faults,
)
from infra.settings import Settings

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Backend:
    """What the routes need of everything behind them."""

    graphql: ASGIApp
    checks: Mapping[str, Check]


class State(TypedDict):
    """Shared by all requests of one worker, as `request.state`."""

    backend: Backend
    # Set when the server is told to end, while requests may still finish.
    stopping: asyncio.Event


# Opens what a worker needs and closes it when the worker ends.
OpenBackend = Callable[[Settings], AbstractAsyncContextManager[Backend]]


class GraphQLRoute:
    """Hands operations to the backend that the lifespan opened."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        backend: Backend = scope["state"]["backend"]
        await backend.graphql(scope, receive, send)


def create_app(
    settings: Settings,
    open_backend: OpenBackend,
    *,
    page_bundle: Path = BUNDLE,
    stopping: asyncio.Event | None = None,
) -> Starlette:
    """Build the application; nothing is opened before its lifespan starts."""
    stops = stopping or asyncio.Event()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[State]:
        async with open_backend(settings) as backend:
            logger.info("ready", url=base_url(settings), data_dir=str(settings.data_dir))
            yield State(backend=backend, stopping=stops)
        logger.info("stopped")

    return Starlette(
        routes=_routes(settings, page_bundle),
        lifespan=lifespan,
        middleware=[
            Middleware(Correlation),
            Middleware(AccessLog),
            Middleware(Faults),
            *_cors(settings),
            Middleware(BodyLimit, max_body_bytes=settings.max_body_bytes),
        ],
        exception_handlers={HTTPException: _http_error},
    )


def base_url(settings: Settings) -> str:
    """Where a browser on this machine finds the server."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/"


def _cors(settings: Settings) -> Sequence[Middleware]:
    """Let pages of allowed origins read the answers; without any, browsers let nobody."""
    if not settings.allowed_origins:
        return ()
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=("GET", "POST"),
            allow_headers=("*",),
            expose_headers=(REQUEST_ID_HEADER,),
        )
    ]


def _routes(settings: Settings, page_bundle: Path) -> Sequence[BaseRoute]:
    graphql = GraphQLRoute()
    return [
        Route("/graphql", graphql),
        WebSocketRoute("/graphql", graphql),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        *(page_routes(page_bundle) if settings.graphiql else ()),
    ]


async def _http_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 404:
        return ErrorResponse(404, "NOT_FOUND", "There is nothing here; operations go to /graphql.")
    code = "METHOD_NOT_ALLOWED" if error.status_code == 405 else "BAD_REQUEST"
    return ErrorResponse(error.status_code, code, error.detail, error.headers)
