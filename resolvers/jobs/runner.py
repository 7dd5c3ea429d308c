"""Doing jobs: one at a time in each process, for as long as it lives."""

import asyncio
import time
from random import SystemRandom
from typing import Any, Final

import structlog
from pymongo.errors import PyMongoError

from documents.job import JobError, JobProgress, JobState
from infra.errors import LexigraphError
from resolvers.context import Context, Services
from resolvers.jobs.lease import Lease, LeaseLostError
from resolvers.jobs.run import JobRun, Works

MAX_ATTEMPTS: Final = 5
# Between two looks for a job, and between two heartbeats.
LOOK_SECONDS: Final = 1.0
FIRST_PAUSE_SECONDS: Final = 2.0
LONGEST_PAUSE_SECONDS: Final = 300.0

FAULT: Final = LexigraphError("It failed; the server's log says why.")

Result = dict[str, Any]

logger = structlog.get_logger(__name__)


class JobAbandonedError(LexigraphError):
    """The job was begun as often as may be, and never ended."""

    code = "JOB_ABANDONED"


class JobCancelledError(Exception):
    """Somebody wants the job cancelled."""


class JobRunner:
    """Takes jobs from the queue; what it was at when the process ends, others do."""

    def __init__(self, services: Services, works: Works) -> None:
        self._services = services
        self._works = works
        self._lease_seconds = services.settings.job_lease_seconds

    async def keep(self) -> None:
        """Do whatever is due, until cancelled."""
        while True:
            try:
                while await self.run_next():
                    pass
            except PyMongoError as error:
                logger.warning("jobs cannot be done", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def run_next(self) -> bool:
        """Do the job that is due first; returns whether there was one."""
        kinds = self._works.keys()
        lease = await Lease.take(self._services.database, kinds, self._lease_seconds)
        if lease is None:
            return False
        job = lease.job
        run = JobRun(Context(self._services), lease)
        with structlog.contextvars.bound_contextvars(job=str(job.id), job_kind=job.kind.value):
            try:
                if job.is_cancel_requested:
                    await self._cancel(run)
                elif job.attempts > MAX_ATTEMPTS:
                    reason = f"{MAX_ATTEMPTS} workers died at it, or lost it."
                    await self._fail(run, JobAbandonedError(reason))
                else:
                    await self._run(run)
            except LeaseLostError:
                logger.warning("job lost")
        return True

    async def _run(self, run: JobRun) -> None:
        try:
            result = await self._work(run)
        except JobCancelledError:
            await self._cancel(run)
        except asyncio.CancelledError:
            await run.lease.release()
            raise
        except LexigraphError as error:
            await self._fail(run, error)
        except LeaseLostError:
            raise
        except Exception:
            logger.exception("job failed", attempt=run.job.attempts)
            await self._retry(run)
        else:
            await run.lease.end(JobState.DONE, result=result, **_shown(run.progress))
            logger.info("job done")

    async def _work(self, run: JobRun) -> Result:
        """Run the work beside its heartbeat; what comes first decides."""
        async with asyncio.TaskGroup() as tasks:
            work = tasks.create_task(self._attempt(run))
            beat = tasks.create_task(_keep_lease(run))
            await asyncio.wait({work, beat}, return_when=asyncio.FIRST_COMPLETED)
            work.cancel()
            beat.cancel()
        outcome = beat.result() if work.cancelled() else work.result()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _attempt(self, run: JobRun) -> Result | Exception:
        try:
            return await self._works[run.job.kind].do(run)
        except Exception as error:  # noqa: BLE001 - `_run` tells them apart
            return error

    async def _retry(self, run: JobRun) -> None:
        if run.job.attempts >= MAX_ATTEMPTS:
            await self._fail(run, FAULT)
            return
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (run.job.attempts - 1), LONGEST_PAUSE_SECONDS)
        # Those that failed together do not come back together.
        await run.lease.retry(pause * SystemRandom().uniform(0.5, 1), error=_told(FAULT))

    async def _fail(self, run: JobRun, error: LexigraphError) -> None:
        logger.warning("job given up", code=error.code)
        await self._undo(run)
        await run.lease.end(JobState.FAILED, error=_told(error), **_shown(run.progress))

    async def _cancel(self, run: JobRun) -> None:
        await self._undo(run)
        await run.lease.end(JobState.CANCELLED, **_shown(run.progress))

    async def _undo(self, run: JobRun) -> None:
        if undo := self._works[run.job.kind].undo:
            await undo(run)


async def _keep_lease(run: JobRun) -> Exception:
    """Hold the job; returns why its work has to stop."""
    seconds = run.lease.seconds
    held_until = time.monotonic() + seconds
    while time.monotonic() < held_until:
        await asyncio.sleep(min(LOOK_SECONDS, seconds / 3))
        try:
            if await run.lease.renew(run.progress):
                return JobCancelledError()
            held_until = time.monotonic() + seconds
        except LeaseLostError as error:
            return error
        except PyMongoError as error:
            logger.warning("job not confirmed", error=type(error).__name__)
    return LeaseLostError()


def _told(error: LexigraphError) -> dict[str, str]:
    return JobError(code=error.code, message=error.message).model_dump()


def _shown(progress: JobProgress | None) -> dict[str, object]:
    return {"progress": progress.model_dump(exclude_none=True)} if progress else {}
