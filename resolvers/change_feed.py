"""Following a library's change log without missing anything, for many followers in one process.

Followers pull: each reads the log from its own place, so a slow one keeps nothing in memory and
costs the others nothing. Those that wait are answered by one command together, and those that read
on from the same place by one read.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import structlog
from bson import ObjectId
from pymongo.errors import ConnectionFailure

from documents.database import Database, Row
from documents.errors import NotFoundError
from documents.library import LibraryState
from resolvers.errors import ChangesGoneError, LibraryDeletedError, RequestError
from resolvers.following import FollowerPlaces
from resolvers.semantic_index.joining import JoiningLoader

# A change holds what one transaction did, up to some thousand entries.
CHANGES_AT_ONCE = 10
# Between two looks at the sequences; a follower may just have missed one, so it waits two at most.
SHORTEST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 0.4
PAUSE_WITHOUT_STORE_SECONDS = 1.0

Place = tuple[ObjectId, int]

logger = structlog.get_logger(__name__)


class ChangeFeed:
    """The followers of one process; nothing runs while there are none."""

    def __init__(self, database: Database, places: FollowerPlaces) -> None:
        self._database = database
        self._places = places
        self._pause_seconds = SHORTEST_PAUSE_SECONDS
        self._sequences = JoiningLoader[Place, int | None](self._look)
        self._pages = JoiningLoader[Place, list[Row]](self._read)

    async def follow(self, library_key: str, after: int | None) -> AsyncGenerator[Row, None]:
        """The changes of a library, each once and in their order, as they are committed.

        Args:
            library_key: of the library.
            after: the last sequence that is known; None begins with what comes next.

        Raises:
            ChangesGoneError: changes after that are not kept any more.
            LibraryDeletedError: the library was deleted meanwhile.
            NotFoundError: there is no such library.
            RequestError: the sequence lies in the future.
            TooManySubscriptionsError: this process has as many followers as it may.
        """
        with self._places.taken():
            library_id, place = await self._start(library_key, after)
            while True:
                for change in await self._next(library_id, place):
                    place = change["sequence"]
                    yield change

    async def _start(self, library_key: str, after: int | None) -> Place:
        library = await self._database["libraries"].find_one(
            {"key": library_key, "state": LibraryState.READY}, {"sequence": 1}
        )
        if library is None:
            raise NotFoundError(f"There is no library {library_key!r}.")
        last = library["sequence"]
        if after is not None and not 0 <= after <= last:
            raise RequestError(
                f"afterSequence must be from 0 to {last}, where the library is. If you had a later "
                "one, the library was put back to an older state: read it anew."
            )
        return library["_id"], last if after is None else after

    async def _next(self, library_id: ObjectId, place: int) -> list[Row]:
        """The changes after a place, once there are any."""
        while True:
            try:
                if changes := await self._pages.load((library_id, place)):
                    await self._check(library_id, place, changes[0]["sequence"])
                    return changes
                await self._wait(library_id, place)
            except ConnectionFailure as error:
                # Nothing is lost by waiting for the store to come back.
                logger.warning("changes cannot be read", error=type(error).__name__)
                await asyncio.sleep(PAUSE_WITHOUT_STORE_SECONDS)

    async def _check(self, library_id: ObjectId, place: int, found: int) -> None:
        """The log has no gaps, unless its beginning is gone."""
        if found == place + 1:
            return
        if await self._sequences.load((library_id, found)) is None:
            raise LibraryDeletedError("The library was deleted.")
        raise ChangesGoneError(
            f"The changes from {place + 1} to {found - 1} are not kept any more: read the library "
            "anew, then follow it from the sequence that it has."
        )

    async def _wait(self, library_id: ObjectId, place: int) -> None:
        while (sequence := await self._sequences.load((library_id, place))) == place:
            pass
        if sequence is None:
            raise LibraryDeletedError("The library was deleted.")
        if sequence < place:
            raise ChangesGoneError(
                f"The library was put back to sequence {sequence}: read it anew, then follow it."
            )

    async def _look(self, places: Sequence[Place]) -> list[int | None]:
        """The sequences of libraries after a pause, longer if nothing happens; None for deleted."""
        await asyncio.sleep(self._pause_seconds)
        found = self._database["libraries"].find(
            {"_id": {"$in": list({library for library, _ in places})}, "state": LibraryState.READY},
            {"sequence": 1},
        )
        sequences = {row["_id"]: row["sequence"] async for row in found}
        is_quiet = all(sequences.get(library) == place for library, place in places)
        longer = min(self._pause_seconds * 1.5, LONGEST_PAUSE_SECONDS)
        self._pause_seconds = longer if is_quiet else SHORTEST_PAUSE_SECONDS
        return [sequences.get(library) for library, _ in places]

    async def _read(self, places: Sequence[Place]) -> list[list[Row]]:
        """The next changes of each place; places that are the same are read once."""
        pages = {place: await self._page(*place) for place in dict.fromkeys(places)}
        return [pages[place] for place in places]

    async def _page(self, library_id: ObjectId, place: int) -> list[Row]:
        found = self._database["changes"].find(
            {"library_id": library_id, "sequence": {"$gt": place}},
            sort={"sequence": 1},
            limit=CHANGES_AT_ONCE,
        )
        return await found.to_list()
