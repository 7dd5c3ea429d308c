"""The indexes that one process has in memory, by library."""

from bson import ObjectId

from documents.database import Database
from documents.library import LibraryDocument, LibraryState
from resolvers.semantic_index.follower import IndexFollower


class SemanticIndexes:
    """Makes a library's index on its first search, or when it is warmed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._followers: dict[ObjectId, IndexFollower] = {}

    def __contains__(self, library_id: object) -> bool:
        return library_id in self._followers

    async def warm(self) -> None:
        """Load the indexes of all libraries, one after the other."""
        async for library in LibraryDocument.find({"state": LibraryState.READY}):
            await (await self.of(library)).warm(library.sequence)

    async def of(self, library: LibraryDocument) -> IndexFollower:
        """The index of a library; making a new one, those of libraries that are gone are dropped.

        So the memory of a library that any process deleted is there for the next one.
        """
        follower = self._followers.get(library.id)
        if follower is None:
            await self._drop_deleted()
            follower = self._followers.setdefault(
                library.id, IndexFollower(self._database, library)
            )
        return follower

    def forget(self, library_id: ObjectId) -> None:
        """Drop the index of a library that is being deleted."""
        self._followers.pop(library_id, None)

    async def _drop_deleted(self) -> None:
        known = list(self._followers)
        rows = self._database["libraries"].find(
            {"_id": {"$in": known}, "state": LibraryState.READY}, {"_id": 1}
        )
        left = {row["_id"] async for row in rows}
        for library_id in known:
            if library_id not in left:
                self.forget(library_id)
