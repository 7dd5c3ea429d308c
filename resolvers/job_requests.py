"""What clients may ask of jobs: to begin one, and to call one off."""

from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from documents.base import EntityKind
from documents.errors import NotFoundError
from documents.job import JobKind
from documents.unit_of_work import UnitOfWork, run_in_transaction
from resolvers.context import Context
from resolvers.errors import UserError, UserErrorCode
from resolvers.jobs.queue import cancel, enqueue
from resolvers.writing.checks import Spot, reference
from resolvers.writing.items import Reference
from resolvers.writing.lookup import find_library


@dataclass(frozen=True, slots=True)
class JobRequest:
    """Which job it is about, or why it is about none."""

    job_id: ObjectId | None = None
    errors: tuple[UserError, ...] = ()


async def request_job(
    context: Context, kind: JobKind, library_key: str, job_input: dict[str, Any] | None = None
) -> JobRequest:
    """Ask for a job on a library; see `resolvers.jobs.queue.enqueue`."""

    async def work(unit: UnitOfWork) -> ObjectId:
        unit.noted = True
        return await enqueue(unit.session, kind, unit.library.id, job_input)

    library = await find_library(library_key)
    if library is None:
        return no_library(library_key)
    try:
        asked = await run_in_transaction(context.services.client, library.id, work)
    except NotFoundError:
        return no_library(library_key)
    context.loaders.clear()
    return JobRequest(asked.result)


async def cancel_job(context: Context, job: Reference) -> JobRequest:
    """Call a job off; one that is over stays as it is."""
    errors: list[UserError] = []
    spot = Spot(errors, ("id",))
    reference(EntityKind.JOB)(spot, job)
    jobs = context.services.database["jobs"]
    if not errors and await jobs.find_one({"_id": job.id}, {"_id": 1}) is None:
        spot.refuse(UserErrorCode.NOT_FOUND, "There is no such job; jobs go with their libraries.")
    if errors or job.id is None:
        return JobRequest(None, tuple(errors))
    await cancel(context.services.database, job.id)
    context.loaders.clear()
    return JobRequest(job.id)


def no_library(key: str) -> JobRequest:
    """What is answered where there is no such library."""
    message = f"There is no library {key!a}: check its key."
    return JobRequest(None, (UserError(UserErrorCode.NOT_FOUND, message, ("library",)),))
