"""Jobs on the terminal: done here, or watched while a server does them."""

import asyncio

import typer
from bson import ObjectId

from documents.job import JobState
from infra.entrypoints.cli.console import messages
from infra.entrypoints.cli.progress import progress_bar
from resolvers.context import Context
from resolvers.job_requests import JobRequest
from resolvers.job_works import WORKS
from resolvers.jobs.runner import JobRunner


async def see_through(context: Context, asked: JobRequest) -> str | None:
    """Do the job here, or watch a server do it; gives what went wrong, or why there is none."""
    if asked.job_id is None:
        return asked.errors[0].message
    return await _do(context, asked.job_id)


def leave_if_failed(failure: str | None, what: str) -> None:
    """End the command where a job failed.

    Raises:
        Exit: it did.
    """
    if failure:
        messages.print(f"{what}: {failure}", markup=False)
        raise typer.Exit(1)


async def _do(context: Context, job_id: ObjectId) -> str | None:
    failure = None
    with progress_bar() as bar:
        task = bar.add_task("waiting for the job", total=None)
        async with asyncio.TaskGroup() as tasks:
            runner = tasks.create_task(JobRunner(context.services, WORKS).keep())
            async for job in context.services.job_feed.follow(job_id):
                if progress := job.get("progress"):
                    done, total = progress["done"], progress.get("total")
                    message = progress.get("message", "")
                    bar.update(task, completed=done, total=total, description=message)
                if JobState(job["state"]) in (JobState.FAILED, JobState.CANCELLED):
                    failure = job.get("error", {}).get("message", "the job was cancelled.")
            runner.cancel()
    return failure
