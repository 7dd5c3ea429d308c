"""A job: work that a request asks for, done by whichever worker takes it."""

from datetime import UTC, datetime
from typing import Any

from beanie import Document
from pydantic import BaseModel, ConfigDict, Field
from pymongo import ASCENDING, IndexModel

from documents.ids import DocumentId
from documents.vocabulary import DescribedEnum


class JobKind(DescribedEnum):
    """What a job does."""

    REBUILD_INDEX = "rebuild_index", "Makes the indexes of a library anew."
    REEMBED_LIBRARY = "reembed_library", "Embeds a library by another model."
    DROP_VECTORS = "drop_vectors", "Removes the vectors of models that a library has no more."


class JobState(DescribedEnum):
    """How far a job is."""

    WAITING = "waiting", "A worker takes it when its time has come."
    RUNNING = "running", "A worker is at it; if that one dies, another takes it."
    DONE = "done", "It is done; see its result."
    FAILED = "failed", "It is given up; see its error."
    CANCELLED = "cancelled", "Somebody cancelled it."

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobProgress(BaseModel):
    """How far a run is; `total` is None where nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    done: int = 0
    total: int | None = None
    message: str | None = None


class JobError(BaseModel):
    """Why a run failed, as clients may see it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    message: str


class JobDocument(Document):
    """One job. Times are UTC, by the clock of the worker that wrote them."""

    model_config = ConfigDict(extra="forbid")

    id: DocumentId = Field(default_factory=DocumentId)
    kind: JobKind
    library_id: DocumentId
    input: dict[str, Any] = Field(default_factory=dict)
    priority: int = 0
    state: JobState = JobState.WAITING
    attempts: int = Field(default=0, ge=0)
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    # When a worker may take it: its time, or the end of the lease of who is at it; None once it is
    # over.
    due_at: datetime | None = None
    # While it is open, it stands for all jobs that would do the same.
    slot: str | None = None
    # It was asked for again while it ran: it runs once more.
    is_wanted_again: bool | None = None
    is_cancel_requested: bool | None = None
    # Made for each run: who has another one has lost the job.
    lease: str | None = None
    heartbeat_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    progress: JobProgress | None = None
    result: dict[str, Any] | None = None
    error: JobError | None = None
    expires_at: datetime | None = None

    class Settings:
        name = "jobs"
        keep_nulls = False
        indexes = [
            IndexModel([("due_at", ASCENDING)], name="due", sparse=True),
            IndexModel([("slot", ASCENDING)], name="slot", unique=True, sparse=True),
            IndexModel([("library_id", ASCENDING), ("_id", ASCENDING)], name="library"),
            IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
        ]
