"""Shorthand for tests of jobs: asking for them, and doing them with toy works."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bson import ObjectId

from documents.job import JobKind
from documents.library import LibraryDocument
from documents.unit_of_work import UnitOfWork, run_in_transaction
from resolvers.context import Context
from resolvers.jobs.queue import enqueue
from resolvers.jobs.run import JobRun, Work
from resolvers.jobs.runner import JobRunner

KIND = JobKind.REBUILD_INDEX


async def ask_for(context: Context, library: LibraryDocument, **options: Any) -> ObjectId:
    """Ask for a job in a transaction of its own."""

    async def work(unit: UnitOfWork) -> ObjectId:
        unit.noted = True
        return await enqueue(unit.session, KIND, library.id, **options)

    return (await run_in_transaction(context.services.client, library.id, work)).result


async def job(context: Context, job_id: ObjectId) -> dict[str, Any]:
    row = await context.services.database["jobs"].find_one({"_id": job_id})
    assert row is not None
    return row


async def make_due(context: Context) -> None:
    """Let the time come that jobs wait for, or in which their leases end."""
    now = {"$currentDate": {"due_at": True}}
    await context.services.database["jobs"].update_many({"due_at": {"$exists": True}}, now)


def runner(context: Context, work: Callable[[JobRun], Awaitable[dict[str, Any]]]) -> JobRunner:
    """A worker that does all jobs in one way."""
    return JobRunner(context.services, {KIND: Work(work)})


async def until_it_runs(context: Context, job_id: ObjectId) -> None:
    async def runs() -> bool:
        return bool((await job(context, job_id))["state"] == "running")

    await until(runs)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again, for half a minute."""
    for _ in range(600):
        if await holds():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError
