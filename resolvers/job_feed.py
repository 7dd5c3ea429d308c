"""Following jobs: what is new of each, read for all followers of a process by one command."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import structlog
from bson import ObjectId
from pymongo.errors import ConnectionFailure

from documents.database import Database, Row
from documents.errors import NotFoundError
from documents.job import JobState
from resolvers.following import FollowerPlaces
from resolvers.semantic_index.joining import JoiningLoader

PAUSE_SECONDS = 0.25
PAUSE_WITHOUT_STORE_SECONDS = 1.0
# What is told when it changes; a heartbeat alone is no news.
FACE = ("state", "attempts", "progress", "is_cancel_requested")

logger = structlog.get_logger(__name__)


class JobFeed:
    """The followers of one process; nothing runs while there are none."""

    def __init__(self, database: Database, places: FollowerPlaces) -> None:
        self._database = database
        self._places = places
        self._jobs = JoiningLoader[ObjectId, Row | None](self._look)

    async def follow(self, job_id: ObjectId) -> AsyncGenerator[Row, None]:
        """A job as it is, then whenever there is news of it, until it is over.

        Raises:
            NotFoundError: there is no such job, or it went with its library.
            TooManySubscriptionsError: this process has as many followers as it may.
        """
        with self._places.taken():
            (job,) = await self._find([job_id])
            seen = None
            while job is not None:
                face = [job.get(name) for name in FACE]
                if face != seen:
                    seen = face
                    yield job
                if JobState(job["state"]).is_over:
                    return
                job = await self._next(job_id)
            raise NotFoundError("There is no such job; jobs go with their libraries.")

    async def _next(self, job_id: ObjectId) -> Row | None:
        """The job after a pause."""
        while True:
            try:
                return await self._jobs.load(job_id)
            except ConnectionFailure as error:
                # Nothing is lost by waiting for the store to come back.
                logger.warning("jobs cannot be read", error=type(error).__name__)
                await asyncio.sleep(PAUSE_WITHOUT_STORE_SECONDS)

    async def _look(self, ids: Sequence[ObjectId]) -> list[Row | None]:
        await asyncio.sleep(PAUSE_SECONDS)
        return await self._find(ids)

    async def _find(self, ids: Sequence[ObjectId]) -> list[Row | None]:
        found = self._database["jobs"].find({"_id": {"$in": list(set(ids))}})
        jobs = {row["_id"]: row async for row in found}
        return [jobs.get(job_id) for job_id in ids]
