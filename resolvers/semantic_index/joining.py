"""A DataLoader across requests: what arrives while a batch runs forms the next batch."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class JoiningLoader(Generic[Key, Value]):
    """Joins concurrent loads into one call.

    An idle loader starts at once: nobody waits for company. Only one batch runs at a time, so
    `run` needs no lock.
    """

    def __init__(self, run: Callable[[Sequence[Key]], Awaitable[Sequence[Value]]]) -> None:
        self._run = run
        self._waiting: list[tuple[Key, asyncio.Future[Value]]] = []
        self._turn = asyncio.Lock()

    async def load(self, key: Key) -> Value:
        """The value of one key; an error of its batch is raised to each caller in it."""
        future: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, future))
        try:
            async with self._turn:
                if not future.done():
                    await self._run_waiting()
        except BaseException:
            future.cancel()
            raise
        return future.result()

    async def _run_waiting(self) -> None:
        batch = [(key, future) for key, future in self._waiting if not future.done()]
        self._waiting = []
        try:
            values = await self._run([key for key, _ in batch])
        except asyncio.CancelledError:
            # Only the caller that leads was cancelled: the others lead next.
            self._waiting = [*batch, *self._waiting]
            raise
        except Exception as error:  # noqa: BLE001 - handed to every caller of the batch
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), value in zip(batch, values, strict=True):
            if not future.done():
                future.set_result(value)
