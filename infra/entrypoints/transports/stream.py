"""A response that is written while its operation runs."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog
from starlette.types import Receive, Scope, Send

from infra.entrypoints.transports.operations import Frame, frame_of_error
from infra.entrypoints.transports.patience import SlowConsumerError, patient, race
from infra.entrypoints.transports.refusal import RefusedError
from infra.entrypoints.transports.wire import Wire

BEAT_SECONDS = 12.0

logger = structlog.get_logger(__name__)


class StreamResponse:
    """Writes frames as they come, until the client leaves.

    Args:
        frames: what is written.
        wire: how it is written.
        stopping: interrupts the stream when it is set; None if it ends by itself.
        send_seconds: how long the client may take for one frame.
    """

    def __init__(
        self,
        frames: AsyncGenerator[Frame, None],
        wire: Wire,
        stopping: asyncio.Event | None,
        send_seconds: float,
    ) -> None:
        self._frames = frames
        self._wire = wire
        self._stopping = stopping
        self._send_seconds = send_seconds

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        in_time = patient(send, self._send_seconds)
        headers = [(name.encode(), value.encode()) for name, value in self._wire.headers.items()]
        await in_time({"type": "http.response.start", "status": 200, "headers": headers})
        await _write(in_time, self._wire.begin)
        works = [self._pump(in_time), self._beat(in_time), _left(receive)]
        if self._stopping is not None:
            works.append(self._stop(in_time, self._stopping))
        try:
            async with aclosing(self._frames):
                await race(*works)
        except SlowConsumerError as error:
            logger.warning("a slow client is dropped")
            await self._drop(in_time, error)

    async def _pump(self, send: Send) -> None:
        try:
            async for frame in self._frames:
                await _write(send, self._wire.write(frame))
        except RefusedError as error:
            await _write(send, self._wire.write({"errors": [error.formatted]}))
        except SlowConsumerError:
            raise
        except Exception as error:  # noqa: BLE001 - masked like every other
            await _write(send, self._wire.write(frame_of_error(error)))
        await _write(send, self._wire.end, last=True)

    async def _beat(self, send: Send) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await _write(send, self._wire.beat)

    async def _stop(self, send: Send, stopping: asyncio.Event) -> None:
        await stopping.wait()
        await _write(send, self._wire.interruption, last=True)

    async def _drop(self, send: Send, error: SlowConsumerError) -> None:
        """Tell why, if it reads on meanwhile."""
        try:
            frame = self._wire.write({"errors": [error.formatted]})
            await _write(send, frame + self._wire.end, last=True)
        except SlowConsumerError:
            return


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(send: Send, data: bytes, *, last: bool = False) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": not last})
