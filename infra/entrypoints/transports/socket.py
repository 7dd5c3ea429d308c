"""One WebSocket connection of the graphql-transport-ws protocol.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

import asyncio
from contextlib import aclosing

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from infra.entrypoints.errors import formatted_error
from infra.entrypoints.transports.messages import CloseCode, Closing, id_of, read_message
from infra.entrypoints.transports.operations import Frame, Operations, frame_of_error
from infra.entrypoints.transports.patience import SlowConsumerError, patient
from infra.entrypoints.transports.refusal import RefusedError
from infra.entrypoints.transports.request import request_of

INITIALISATION_SECONDS = 10.0
MOST_OPERATIONS = 100

logger = structlog.get_logger(__name__)


class Connection:
    """Runs the operations of one client, each with a context of its own."""

    def __init__(
        self,
        websocket: WebSocket,
        operations: Operations,
        send_seconds: float,
        initialisation_seconds: float = INITIALISATION_SECONDS,
    ) -> None:
        self._websocket = websocket
        self._operations = operations
        self._initialisation_seconds = initialisation_seconds
        self._send_now = patient(websocket.send, send_seconds)
        self._is_initialised = False
        self._running: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Answer until the client leaves or has to be left."""
        try:
            async with asyncio.TaskGroup() as tasks:
                timer = tasks.create_task(self._expect_initialisation())
                try:
                    await self._listen(tasks, timer)
                finally:
                    for task in (timer, *self._running.values()):
                        task.cancel()
        except* Closing as closings:
            await self._close(closings)
        except* WebSocketDisconnect:
            pass  # while something was sent

    async def _listen(self, tasks: asyncio.TaskGroup, timer: asyncio.Task[None]) -> None:
        while (received := await self._websocket.receive())["type"] != "websocket.disconnect":
            message = read_message(received.get("text"))
            match message["type"]:
                case "connection_init":
                    timer.cancel()
                    await self._initialise(message)
                case "ping":
                    await self._pong(message)
                case "pong":
                    pass
                case "subscribe":
                    await self._subscribe(tasks, message)
                case "complete":
                    self._complete(id_of(message))
                case other:
                    raise Closing(CloseCode.BAD_MESSAGE, f"Unknown type {other}")

    async def _expect_initialisation(self) -> None:
        await asyncio.sleep(self._initialisation_seconds)
        raise Closing(CloseCode.INITIALISATION_TIMEOUT, "Connection initialisation timeout")

    async def _initialise(self, message: dict[str, object]) -> None:
        if self._is_initialised:
            raise Closing(CloseCode.INITIALISED_TWICE, "Too many initialisation requests")
        if not isinstance(message.get("payload", {}), dict | None):
            raise Closing(CloseCode.BAD_MESSAGE, "The payload must be an object")
        self._is_initialised = True
        await self._send({"type": "connection_ack"})

    async def _pong(self, message: dict[str, object]) -> None:
        payload = {"payload": message["payload"]} if "payload" in message else {}
        await self._send({"type": "pong", **payload})

    async def _subscribe(self, tasks: asyncio.TaskGroup, message: dict[str, object]) -> None:
        operation_id = id_of(message)
        if not self._is_initialised:
            raise Closing(CloseCode.NOT_INITIALISED, "Unauthorized")
        if operation_id in self._running:
            raise Closing(CloseCode.ID_IN_USE, f"Subscriber for {operation_id} already exists")
        if len(self._running) >= MOST_OPERATIONS:
            refusal = f"At most {MOST_OPERATIONS} operations at once on one connection."
            error = _error([formatted_error("LIMIT_EXCEEDED", refusal)])
            await self._send({"id": operation_id, **error})
            return
        task = tasks.create_task(self._run(operation_id, message.get("payload")))
        self._running[operation_id] = task

    def _complete(self, operation_id: str) -> None:
        task = self._running.pop(operation_id, None)
        if task is not None:
            task.cancel()

    async def _run(self, operation_id: str, payload: object) -> None:
        try:
            last = await self._answer(operation_id, payload)
        except RefusedError as error:
            last = _error([error.formatted])
        except (Closing, WebSocketDisconnect):
            raise
        except Exception as error:  # noqa: BLE001 - masked like every other
            last = _error(frame_of_error(error)["errors"])
        # The id is free as soon as the client knows that it is.
        self._running.pop(operation_id, None)
        await self._send({"id": operation_id, **last})

    async def _answer(self, operation_id: str, payload: object) -> Frame:
        """Send all answers of an operation; gives the message that ends it."""
        operation = await self._operations.prepare(request_of(payload))
        async with aclosing(self._operations.run(operation)) as frames:
            async for frame in frames:
                if "data" not in frame and "hasNext" not in frame:
                    return _error(frame["errors"])
                await self._send({"id": operation_id, "type": "next", "payload": frame})
        return {"type": "complete"}

    async def _send(self, message: Frame) -> None:
        text = orjson.dumps(message).decode()
        try:
            await self._send_now({"type": "websocket.send", "text": text})
        except SlowConsumerError as error:
            logger.warning("a slow client is dropped")
            raise Closing(CloseCode.TRY_AGAIN_LATER, error.code) from error

    async def _close(self, closings: ExceptionGroup[Closing]) -> None:
        closing = closings.exceptions[0]
        if not isinstance(closing, Closing):
            raise closings
        try:
            await self._send_now(
                {"type": "websocket.close", "code": closing.code, "reason": closing.reason}
            )
        except (SlowConsumerError, WebSocketDisconnect):
            return  # it does not read on, or has left


def _error(errors: object) -> Frame:
    return {"type": "error", "payload": errors}
