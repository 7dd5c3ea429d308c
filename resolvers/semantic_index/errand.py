"""Work that goes on when nobody waits for it any more."""

import asyncio
from collections.abc import Callable, Coroutine

import structlog

logger = structlog.get_logger(__name__)


class Errand:
    """Runs one piece of work at a time; whoever starts it while it runs gets the run under way."""

    def __init__(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        self._work = work
        self._run: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        """The run under way, or a new one; its failure is raised to those who wait for it."""
        if self._run is None or self._run.done():
            # Several may wait for it, or nobody: `end` sees to it that it does not outlive us.
            self._run = asyncio.create_task(self._work())  # noqa: TID251
            self._run.add_done_callback(_note_failure)
        return self._run

    def cancel(self) -> None:
        """Let it stop soon."""
        if self._run:
            self._run.cancel()

    async def end(self) -> None:
        """Stop it, and wait until it has stopped."""
        self.cancel()
        if self._run:
            await asyncio.wait({self._run})


def _note_failure(run: asyncio.Task[None]) -> None:
    error = None if run.cancelled() else run.exception()
    if error:
        logger.warning("an index could not be brought up to date", reason=repr(error))
