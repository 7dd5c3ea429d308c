"""Sending to clients that may stop reading."""

import asyncio
from collections.abc import Coroutine

from starlette.types import Message, Send

from infra.entrypoints.errors import formatted_error


class SlowConsumerError(Exception):
    """The client took nothing for too long."""

    code = "SLOW_CONSUMER"
    message = "What was sent was not read in time: go on after the last sequence that you have."

    @property
    def formatted(self) -> dict[str, object]:
        """What the client gets, if it reads on."""
        return formatted_error(self.code, self.message)


def patient(send: Send, seconds: float) -> Send:
    """Let each message take so long at most.

    The server's own buffer takes the first kilobytes; from then on a message waits until the client
    has read. Nothing else is kept for it, so that a slow client costs no memory.
    """

    async def send_in_time(message: Message) -> None:
        try:
            async with asyncio.timeout(seconds):
                await send(message)
        except TimeoutError as error:
            raise SlowConsumerError from error

    return send_in_time


async def race(*works: Coroutine[object, object, object]) -> None:
    """Run all until the first ends; the others are cancelled.

    Raises:
        Exception: what the first that failed raised.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(work) for work in works]
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in running:
                task.cancel()
    except ExceptionGroup as group:
        raise group.exceptions[0] from group
