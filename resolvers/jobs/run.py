"""What the work of a job is given, and what it may say."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession

from documents.job import JobDocument, JobKind, JobProgress
from resolvers.context import Context
from resolvers.jobs.lease import Lease


@dataclass(slots=True)
class JobRun:
    """One attempt at a job. It is cancelled as a task is, at any `await`.

    Attributes:
        context: an operation of its own.
        lease: holds the job.
        progress: as last reported; others see it within about a second.
    """

    context: Context
    lease: Lease
    progress: JobProgress | None = None

    @property
    def job(self) -> JobDocument:
        """As it was taken."""
        return self.lease.job

    def report(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Say how far the work is."""
        self.progress = JobProgress(done=done, total=total, message=message)

    async def confirm(self, session: AsyncClientSession) -> None:
        """For the transaction that a job exists for: it fails if another worker took over.

        Raises:
            LeaseLostError: nothing of the transaction may stay.
        """
        await self.lease.confirm(session)


@dataclass(frozen=True, slots=True)
class Work:
    """How jobs of a kind are done.

    Attributes:
        do: does a job and gives its result, as the store and GraphQL can hold it. It may be run
            again after it was cut off anywhere, or beside a run that does not know yet that it lost
            its lease. Errors that users can act upon (`LexigraphError`) end the job, all others are
            tried again.
        undo: takes back what should not stay of a job that was begun and is given up: it failed for
            good, or was cancelled. May be run again, too.
    """

    do: Callable[[JobRun], Awaitable[dict[str, Any]]]
    undo: Callable[[JobRun], Awaitable[None]] | None = None


Works = Mapping[JobKind, Work]
