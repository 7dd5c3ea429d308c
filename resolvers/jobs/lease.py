"""Holding a job: it is taken for a time that its holder keeps extending.

Every write of a holder names the lease, so that one who lost it, because it stood still for too
long, changes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from documents.database import Database, Row
from documents.job import JobDocument, JobKind, JobProgress, JobState
from resolvers.jobs.queue import REQUESTS, ending


class LeaseLostError(Exception):
    """The job is somebody else's now, or gone: stop, and write nothing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A job as it was when it was taken, and the right to go on with it."""

    database: Database
    job: JobDocument
    seconds: float

    @classmethod
    async def take(
        cls, database: Database, kinds: Collection[JobKind], seconds: float
    ) -> Self | None:
        """The next job that is due: of the highest priority, of these the one that waits longest.

        Args:
            database: holds the queue.
            kinds: that the caller can do.
            seconds: until somebody else may take it, unless it is renewed.
        """
        now = datetime.now(UTC)
        due: Row = {"due_at": {"$lte": now}, "kind": {"$in": list(kinds)}}
        jobs = database["jobs"]
        # Looking disturbs nobody; a write would have to wait for its turn.
        if await jobs.find_one(due, {"_id": 1}) is None:
            return None
        held = {"state": JobState.RUNNING, "lease": uuid4().hex, "started_at": now}
        row = await jobs.find_one_and_update(
            due,
            {
                "$set": {**held, **_until(now, seconds)},
                "$inc": {"attempts": 1},
                "$unset": {"is_wanted_again": 1},
            },
            sort=[("priority", DESCENDING), ("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return cls(database, JobDocument.model_validate(row), seconds) if row else None

    async def renew(self, progress: JobProgress | None) -> bool:
        """Hold the job for another while; returns whether somebody wants it cancelled.

        Raises:
            LeaseLostError: it is not ours any more.
        """
        told = {"progress": progress.model_dump(exclude_none=True)} if progress else {}
        row = await self.database["jobs"].find_one_and_update(
            self._held,
            {"$set": {**told, **_until(datetime.now(UTC), self.seconds)}},
            {"is_cancel_requested": 1},
        )
        if row is None:
            raise LeaseLostError
        return bool(row.get("is_cancel_requested"))

    async def confirm(self, session: AsyncClientSession) -> None:
        """Let the open transaction be committed only if the job is still ours.

        Raises:
            LeaseLostError: it is not.
        """
        now = datetime.now(UTC)
        held = {"$set": _until(now, self.seconds)}
        jobs = JobDocument.get_pymongo_collection()
        outcome = await jobs.update_one(self._held, held, session=session)
        if not outcome.matched_count:
            raise LeaseLostError

    async def end(self, state: JobState, **values: object) -> None:
        """Note what came of it; where it was asked for again meanwhile, it waits once more."""
        unwanted = {**self._held, "is_wanted_again": {"$exists": False}}
        outcome = await self.database["jobs"].update_one(unwanted, ending(state, **values))
        if not outcome.matched_count:
            await self._put_back(0, attempts=0)

    async def retry(self, seconds: float, **values: object) -> None:
        """Let somebody try again in a while."""
        await self._put_back(seconds, **values)

    async def release(self) -> None:
        """Let somebody else begin at once, as if this run had not been."""
        await self._put_back(0, attempts=self.job.attempts - 1)

    async def _put_back(self, seconds: float, **values: object) -> None:
        due = datetime.now(UTC) + timedelta(seconds=seconds)
        await self.database["jobs"].update_one(
            self._held,
            {
                "$set": {"state": JobState.WAITING, "due_at": due, **values},
                "$unset": dict.fromkeys(("lease", *REQUESTS), 1),
            },
        )

    @property
    def _held(self) -> Row:
        return {"_id": self.job.id, "lease": self.job.lease}


def _until(now: datetime, seconds: float) -> Row:
    return {"heartbeat_at": now, "due_at": now + timedelta(seconds=seconds)}
