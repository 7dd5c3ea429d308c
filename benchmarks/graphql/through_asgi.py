"""A trivial query through the whole application, beside a bare route that returns the same bytes.

Both are asked in turn, in one process, as a server would ask them. All that a request passes is on:
limits, prices, correlation, and a line of the access log, which is written to nowhere.
"""

import asyncio
import gc
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from benchmarks.limits import application, unopened
from infra.entrypoints.app import Backend, create_app
from infra.entrypoints.services import open_services
from infra.logs import configure_logging
from infra.settings import Settings
from schema.schema import make_schema

TURNS = 200
REQUESTS = 20
WARM_UPS = 300
BODY = b'{"query":"{ __typename }"}'
HEADERS = [
    (b"host", b"127.0.0.1:8000"),
    (b"content-type", b"application/json"),
    (b"accept", b"application/json"),
    (b"content-length", str(len(BODY)).encode()),
]


def measure(core: int) -> dict[str, float]:
    """Seconds of CPU time for one answer: of `this`, and of the `bare` route."""
    os.sched_setaffinity(0, {core})
    with Path(os.devnull).open("w") as nowhere, tempfile.TemporaryDirectory() as folder:
        configure_logging("info", "json", nowhere)
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> dict[str, float]:
    settings = Settings(data_dir=folder, embedding_provider="hashing")
    async with open_services(settings) as services:
        state = {"backend": Backend(application(make_schema(settings), services), {})}
        this = create_app(settings, unopened)
        answer = await _ask(this, state)
        return await _medians({"this": (this, state), "bare": (_bare(answer), {})})


def _bare(answer: bytes) -> ASGIApp:
    async def route(request: Request) -> Response:
        await request.body()
        return Response(answer, media_type="application/json")

    return Starlette(routes=[Route("/graphql", route, methods=["POST"])])


async def _medians(apps: dict[str, tuple[ASGIApp, dict[str, Any]]]) -> dict[str, float]:
    for app, state in apps.values():
        for _ in range(WARM_UPS):
            await _ask(app, state)
    # As the server does when it has started.
    gc.collect()
    gc.freeze()
    taken: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(TURNS):
        for name, (app, state) in apps.items():
            started = time.process_time()
            for _ in range(REQUESTS):
                await _ask(app, state)
            taken[name].append((time.process_time() - started) / REQUESTS)
    return {name: statistics.median(each) for name, each in taken.items()}


async def _ask(app: ASGIApp, state: dict[str, Any]) -> bytes:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "headers": HEADERS,
        "state": dict(state),
    }
    answer = b""

    async def receive() -> Message:
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal answer
        answer += message.get("body", b"")

    await app(scope, receive, send)
    return answer
