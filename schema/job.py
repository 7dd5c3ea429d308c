"""A job: work that goes on after the request that asked for it."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from documents.base import EntityKind
from documents.database import Row
from documents.job import JobKind, JobState
from schema.enums import described
from schema.fields import Info, Objects, batched, derived, stored
from schema.links import LazyLibrary, follow
from schema.node import Node, global_id

described(JobKind, "What a job does.")
described(JobState, "How far a job is.")


@strawberry.type(description="How far the work of a job is.")
class JobProgress:
    """The stored sub-document as a row."""

    row: strawberry.Private[Row]
    done: int = stored("done", "How much is done.")
    total: int | None = stored("total", "Of how much; null where nobody knows.")
    message: str | None = stored("message", "What is being done, for people.")


@strawberry.type(description="Why a job failed.")
class JobError:
    """The stored sub-document as a row."""

    row: strawberry.Private[Row]
    code: str = stored("code", "Stable; for programs.")
    message: str = stored("message", "For people.")


@strawberry.type(description="Work that goes on after the request that asked for it.")
class Job(Node):
    """One job."""

    id: strawberry.ID = global_id(EntityKind.JOB)
    kind: JobKind = stored("kind", "What it does.")
    state: JobState = stored("state", "How far it is.")
    progress: JobProgress | None = stored(
        "progress",
        "How far its work is; null before it says so.",
        convert=lambda value: JobProgress(row=value),
    )
    result: JSON | None = stored("result", "What came of it, once it is done.")
    error: JobError | None = stored(
        "error",
        "Why it failed; while it waits, why it did the last time.",
        convert=lambda value: JobError(row=value),
    )
    priority: int = stored("priority", "Higher ones are taken first.", default=0)
    attempts: int = stored("attempts", "How often a worker began it.", default=0)
    is_cancel_requested: bool = stored(
        "is_cancel_requested", "Whether it runs, and is to stop soon.", default=False
    )
    created_at: datetime = stored("created_at", "When it was asked for first.")
    due_at: datetime | None = derived(
        ("due_at", "state"),
        lambda row: row.get("due_at") if row["state"] == JobState.WAITING else None,
        "Not before that a worker takes it; null unless it waits.",
    )
    started_at: datetime | None = stored("started_at", "When its last run began.")
    heartbeat_at: datetime | None = stored("heartbeat_at", "When it was last seen to run.")
    finished_at: datetime | None = stored("finished_at", "When it was over.")

    @batched("The library that it is about.", reads=("library_id",))
    @staticmethod
    async def library(jobs: Objects, info: Info) -> list[LazyLibrary]:
        """One trip for all jobs of a level."""
        return await follow(info, "libraries", jobs, "library_id")
