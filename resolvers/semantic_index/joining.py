"""A DataLoader across requests: what arrives while a batch runs forms the next batch."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

# Longest that a load waits for a batch that runs, where another one may run beside it.
PATIENCE_SECONDS = 0.002


class JoiningLoader(Generic[Key, Value]):
    """Joins concurrent loads into one call.

    An idle loader starts at once: nobody waits for company. With one lane only one batch runs at a
    time, so `run` needs no lock; with more, nobody waits long while a lane is free.
    """

    def __init__(
        self, run: Callable[[Sequence[Key]], Awaitable[Sequence[Value]]], lanes: int = 1
    ) -> None:
        """Begin idle.

        Args:
            run: gives the values of keys, in their order.
            lanes: how many batches may run at once.
        """
        self._run = run
        self._lanes = lanes
        self._running = 0
        self._waiting: dict[asyncio.Future[Value], Key] = {}
        # Done when a batch has ended.
        self._chance: asyncio.Future[None] | None = None

    async def load(self, key: Key) -> Value:
        """The value of one key; an error of its batch is raised to each caller in it."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Value] = loop.create_future()
        self._waiting[future] = key
        patient_until = loop.time() + PATIENCE_SECONDS
        try:
            while not future.done():
                patience = patient_until - loop.time()
                if future in self._waiting and self._has_lane(is_patient=patience > 0):
                    await self._run_waiting()
                else:
                    await self._wait(future, patience)
        except BaseException:
            future.cancel()
            raise
        return future.result()

    def _has_lane(self, *, is_patient: bool) -> bool:
        return self._running == 0 or (not is_patient and self._running < self._lanes)

    async def _wait(self, future: asyncio.Future[Value], patience: float) -> None:
        """Wait for the value, or for a chance to lead a batch."""
        if self._chance is None or self._chance.done():
            self._chance = asyncio.get_running_loop().create_future()
        has_use = patience > 0 and self._running < self._lanes
        either: set[asyncio.Future[Any]] = {future, self._chance}
        timeout = patience if has_use else None
        await asyncio.wait(either, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)

    async def _run_waiting(self) -> None:
        batch = {future: key for future, key in self._waiting.items() if not future.done()}
        self._waiting = {}
        self._running += 1
        try:
            values = await self._run(list(batch.values()))
        except asyncio.CancelledError:
            # Only the caller that leads was cancelled: the others lead next.
            self._waiting = batch | self._waiting
            raise
        except Exception as error:  # noqa: BLE001 - handed to every caller of the batch
            for future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        finally:
            self._running -= 1
            if self._chance and not self._chance.done():
                self._chance.set_result(None)
        for future, value in zip(batch, values, strict=True):
            if not future.done():
                future.set_result(value)
