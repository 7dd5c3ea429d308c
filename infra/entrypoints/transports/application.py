"""The ASGI application behind `/graphql`: HTTP requests and WebSockets."""

from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from infra.entrypoints.errors import ErrorResponse
from infra.entrypoints.transports.endpoint import Endpoint
from infra.entrypoints.transports.messages import PROTOCOL, CloseCode
from infra.entrypoints.transports.operations import Operations
from infra.entrypoints.transports.origin import is_allowed
from infra.entrypoints.transports.socket import Connection
from infra.settings import Settings


class GraphQLApplication:
    """Serves one schema over all transports."""

    def __init__(self, operations: Operations, settings: Settings) -> None:
        self._operations = operations
        self._settings = settings
        self._endpoint = Endpoint(operations, settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one connection."""
        if scope["type"] == "websocket":
            await self._connect(WebSocket(scope, receive, send))
            return
        response = await self._endpoint.answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _connect(self, websocket: WebSocket) -> None:
        if not is_allowed(websocket.headers, self._settings.allowed_origins):
            message = "Pages of this origin may not connect: see LEXIGRAPH_ALLOWED_ORIGINS."
            await websocket.send_denial_response(ErrorResponse(403, "FORBIDDEN_ORIGIN", message))
            return
        if PROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(CloseCode.UNKNOWN_PROTOCOL, f"Speak {PROTOCOL}")
            return
        await websocket.accept(PROTOCOL)
        await Connection(websocket, self._operations, self._settings.send_timeout_seconds).serve()
