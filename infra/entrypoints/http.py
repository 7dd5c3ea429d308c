"""What every request passes before it reaches a route: pure ASGI, one concern a class.

Order, outermost first: Correlation → AccessLog → Faults → BodyLimit → routes.
"""

import re
import time
from secrets import token_hex

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.entrypoints.errors import FAULT_MESSAGE, ErrorResponse

REQUEST_ID_HEADER = "x-request-id"
# As they are sent.
REQUEST_ID = REQUEST_ID_HEADER.encode()
NO_SNIFFING = (b"x-content-type-options", b"nosniff")
SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
# The messages that begin an answer, with its headers.
STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
SWITCHED = 101
# Asked often and of little interest: logged at debug level.
QUIET_PATHS = ("/healthz", "/readyz", "/graphiql/")

logger = structlog.get_logger("infra.access")


class Correlation:
    """Gives each request an id that is in all its log lines, its errors and its response.

    A client or proxy may name the id in `X-Request-ID`; one that could break a log line or a
    header is replaced.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Bind the id for as long as the request lasts."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        given = header_of(scope, REQUEST_ID)
        correlation_id = given if SANE_REQUEST_ID.fullmatch(given) else token_hex(16)
        own_headers = ((REQUEST_ID, correlation_id.encode()), NO_SNIFFING)

        async def send_with_id(message: Message) -> None:
            if message["type"] in STARTS:
                message["headers"] = [*message.get("headers", ()), *own_headers]
            await send(message)

        bound = structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            structlog.contextvars.reset_contextvars(**bound)


class AccessLog:
    """Writes one line per request: method, path, status, milliseconds, operation name.

    A WebSocket gives one, too, when it is closed.

    The query string is left out: it may hold what people look for.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time the request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        state = scope.setdefault("state", {})
        status: int | None = None

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] in STARTS:
                status = message.get("status", SWITCHED)
            await send(message)

        try:
            await self.app(scope, receive, note_status)
        finally:
            log = logger.debug if scope["path"].startswith(QUIET_PATHS) else logger.info
            log(
                "request",
                method=scope.get("method", "WEBSOCKET"),
                path=scope["path"],
                status=status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
                operation=state.get("operation_name"),
            )


class Faults:
    """Answers what nobody handled with a masked error; the traceback goes to the log alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let everything but faults pass."""
        started = False

        async def note_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, note_start)
        except ClientDisconnect:
            logger.debug("the client has left")
        except Exception:
            if scope["type"] != "http" or started:
                raise
            logger.exception("fault")
            await ErrorResponse(500, "INTERNAL", FAULT_MESSAGE)(scope, receive, send)


class BodyLimit:
    """Refuses bodies over a limit, by their declared length or while they arrive in chunks."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the body while the application reads it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if int(header_of(scope, b"content-length") or "0") > self.max_body_bytes:
            await self._refuse(scope, receive, send)
            return
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_body_bytes:
                raise _BodyTooLargeError
            return message

        try:
            await self.app(scope, count, send)
        except _BodyTooLargeError:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = (
            f"The request body is larger than {self.max_body_bytes} bytes, the limit of this "
            "server (LEXIGRAPH_MAX_BODY_BYTES); send less at once."
        )
        # uvicorn reads on and drops what still arrives: a client in full flow gets the answer too.
        await ErrorResponse(413, "BODY_TOO_LARGE", message)(scope, receive, send)


def header_of(scope: Scope, name: bytes) -> str:
    """The first header of a name in small letters; empty if there is none."""
    for each, value in scope["headers"]:
        if each == name:
            text: str = value.decode("latin-1")
            return text
    return ""


class _BodyTooLargeError(Exception):
    """More bytes arrived than are allowed."""
