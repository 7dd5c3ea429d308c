"""Asking for jobs, and calling them off.

A job is asked for in the transaction that makes it needed, so it is there exactly if what it is
needed for is. For each kind and library at most one job is open: who asks while it waits gets that
one; who asks while it runs has it run once more.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from documents.database import Database, Row
from documents.ids import DocumentId
from documents.job import JobDocument, JobKind, JobState
from documents.unit_of_work import stored

# How long one that is over can be looked at.
KEPT_DAYS: Final = 7
# What may be asked of a job while it is open.
REQUESTS: Final = ("is_wanted_again", "is_cancel_requested")


async def enqueue(
    session: AsyncClientSession,
    kind: JobKind,
    library_id: ObjectId,
    job_input: dict[str, Any] | None = None,
    *,
    priority: int = 0,
) -> ObjectId:
    """Ask for a job; gives its id.

    Args:
        session: with the open transaction that makes it needed.
        kind: what to do.
        library_id: for which library; the job goes with it.
        job_input: what the work is told, as the store can hold it; the last one counts.
        priority: higher ones are taken first.
    """
    jobs = JobDocument.get_pymongo_collection()
    slot = _slot(kind, library_id)
    asked = {"is_wanted_again": True, "input": job_input or {}, "priority": priority}
    found = await jobs.find_one_and_update({"slot": slot}, {"$set": asked}, session=session)
    if found is not None:
        open_id: ObjectId = found["_id"]
        return open_id
    job = JobDocument(
        kind=kind,
        library_id=DocumentId(library_id),
        input=job_input or {},
        priority=priority,
        due_at=datetime.now(UTC),
        slot=slot,
    )
    await jobs.insert_one(stored(job), session=session)
    return job.id


async def open_job(
    session: AsyncClientSession, kind: JobKind, library_id: ObjectId
) -> JobDocument | None:
    """The job of a kind that is not over yet, as an open transaction sees it."""
    return await JobDocument.find_one({"slot": _slot(kind, library_id)}, session=session)


async def cancel(database: Database, job_id: ObjectId) -> None:
    """Call a job off: at once if nobody began it, within about a second if somebody did.

    One that is over stays as it is.
    """
    jobs = database["jobs"]
    unbegun = {"_id": job_id, "state": JobState.WAITING, "started_at": None}
    outcome = await jobs.update_one(unbegun, ending(JobState.CANCELLED))
    if outcome.matched_count:
        return
    asked = {"$set": {"is_cancel_requested": True}, "$unset": {"is_wanted_again": 1}}
    running = {"_id": job_id, "state": JobState.RUNNING}
    await jobs.update_one(running, asked)
    # What was begun is taken back by a worker, at once.
    waiting = {"_id": job_id, "state": JobState.WAITING}
    await jobs.update_one(waiting, asked | {"$currentDate": {"due_at": True}})


def _slot(kind: JobKind, library_id: ObjectId) -> str:
    return f"{kind}:{library_id}"


def ending(state: JobState, **values: object) -> Row:
    """The update after which nothing more happens to a job; the store forgets it in time."""
    now = datetime.now(UTC)
    times = {"finished_at": now, "expires_at": now + timedelta(days=KEPT_DAYS)}
    # What went wrong before counts no more.
    gone = {"due_at", "slot", "lease", "error", *REQUESTS} - values.keys()
    return {
        "$set": {"state": state, **times, **values},
        "$unset": dict.fromkeys(sorted(gone), 1),
    }
