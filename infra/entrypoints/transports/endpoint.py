"""GraphQL over HTTP: one operation per request, answered the way its client accepts."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing
from hashlib import sha256

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp
from strawberry.types.graphql import OperationType

from infra.entrypoints.errors import ErrorResponse
from infra.entrypoints.transports.accept import (
    EVENT_STREAM,
    GRAPHQL_RESPONSE,
    MULTIPART,
    Reply,
    choose_reply,
)
from infra.entrypoints.transports.events import EventStream
from infra.entrypoints.transports.kind import Kind
from infra.entrypoints.transports.multipart import IncrementalParts, PartsOf2022, SubscriptionParts
from infra.entrypoints.transports.operations import Frame, Operations, frame_of_error
from infra.entrypoints.transports.origin import may_read_by_get
from infra.entrypoints.transports.refusal import RefusedError, method_not_allowed
from infra.entrypoints.transports.request import (
    JSON,
    OperationRequest,
    read_body,
    read_parameters,
    receive_body,
)
from infra.entrypoints.transports.stream import StreamResponse
from infra.entrypoints.transports.wire import Wire
from infra.errors import LexigraphError
from infra.settings import Settings

WIRES: Mapping[Reply, Callable[[], Wire]] = {
    Reply.EVENTS: EventStream,
    Reply.PARTS: IncrementalParts,
    Reply.PARTS_OF_2022: PartsOf2022,
    Reply.SUBSCRIPTION_PARTS: SubscriptionParts,
}
ACCEPT = {
    Kind.SINGLE: GRAPHQL_RESPONSE,
    Kind.DEFERRED: MULTIPART,
    Kind.STREAMED: MULTIPART,
    Kind.SUBSCRIPTION: f'{EVENT_STREAM}` or `{MULTIPART};subscriptionSpec="1.0"',
}
BY_GET = frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION})
BY_POST = frozenset(OperationType)


class Endpoint:
    """Answers GET and POST."""

    def __init__(self, operations: Operations, settings: Settings) -> None:
        self._operations = operations
        self._settings = settings

    async def answer(self, request: Request) -> ASGIApp:
        """What is sent for a request; every refusal has the shape of a GraphQL response."""
        if self._settings.graphiql and _is_person(request):
            return RedirectResponse("/")
        try:
            asked = await _read(request, self._settings.allowed_origins)
            return await self._run(request, asked)
        except RefusedError as error:
            return ErrorResponse(error.status, error.code, error.message, error.headers)

    async def _run(self, request: Request, asked: OperationRequest) -> ASGIApp:
        try:
            operation = await self._operations.prepare(asked)
        except LexigraphError as error:
            return _single(request, _choose(request, Kind.SINGLE), frame_of_error(error))
        request.state.operation_name = operation.name
        reply = _choose(request, operation.kind)
        allowed = BY_GET if request.method == "GET" else BY_POST
        if reply not in WIRES:
            frame = await self._operations.answer(operation, allowed)
            return _single(request, reply, frame, is_named=asked.query is None)
        frames = self._operations.run(operation, allowed)
        if operation.kind is Kind.SUBSCRIPTION:
            return self._stream(reply, frames, request.state.stopping)
        # Nothing is sent before it is known whether the operation may run.
        first = await anext(frames)
        return self._stream(reply, _with_first(first, frames), None)

    def _stream(
        self, reply: Reply, frames: AsyncGenerator[Frame, None], stopping: asyncio.Event | None
    ) -> ASGIApp:
        wire = WIRES[reply]()
        return StreamResponse(frames, wire, stopping, self._settings.send_timeout_seconds)


def _is_person(request: Request) -> bool:
    """Tell people from programs: only browsers ask for HTML by name."""
    if request.method != "GET":
        return False
    return "text/html" in request.headers.get("accept", "") and not request.url.query


async def _read(request: Request, allowed_origins: Collection[str]) -> OperationRequest:
    if request.method == "POST":
        body = await receive_body(request.receive)
        return read_body(request.headers.get("content-type", ""), body)
    if request.method != "GET":
        raise method_not_allowed("Send operations by POST, or queries by GET.")
    if not may_read_by_get(request.headers, allowed_origins):
        raise RefusedError(
            403,
            "FORBIDDEN_ORIGIN",
            "Pages of other origins must send the header `apollo-require-preflight: true`, and be "
            "allowed by LEXIGRAPH_ALLOWED_ORIGINS.",
        )
    return read_parameters(request.query_params)


def _choose(request: Request, kind: Kind) -> Reply:
    reply = choose_reply(request.headers.get("accept", ""), kind)
    if reply is None:
        raise RefusedError(406, "NOT_ACCEPTABLE", f"Send `Accept: {ACCEPT[kind]}`.")
    return reply


def _single(request: Request, reply: Reply, frame: Frame, *, is_named: bool = False) -> Response:
    """One answer; it has status 400 in the newer type, if the operation did not run."""
    media_type = GRAPHQL_RESPONSE if reply is Reply.GRAPHQL_RESPONSE else JSON
    body = orjson.dumps(frame)
    headers = {"content-type": f"{media_type}; charset=utf-8"}
    if request.method == "GET":
        headers |= {"vary": "Accept", "cache-control": "no-store"}
    if media_type == GRAPHQL_RESPONSE and "data" not in frame:
        return Response(body, 400, headers)
    if request.method == "GET" and is_named and "errors" not in frame:
        # May be kept, if it is asked each time whether it still holds.
        headers |= {"cache-control": "no-cache", "etag": f'"{sha256(body).hexdigest()[:32]}"'}
        if headers["etag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    return Response(body, 200, headers)


async def _with_first(
    first: Frame, others: AsyncGenerator[Frame, None]
) -> AsyncGenerator[Frame, None]:
    async with aclosing(others):
        yield first
        async for frame in others:
            yield frame
