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

    async def warm(self) -> None:
        """Load the indexes of all libraries, one after the other."""
        async for library in LibraryDocument.find({"state": LibraryState.READY}):
            await self.of(library).warm(library.sequence)

    def of(self, library: LibraryDocument) -> IndexFollower:
        """The index of a library."""
        follower = self._followers.get(library.id)
        if follower is None:
            follower = self._followers[library.id] = IndexFollower(self._database, library)
        return follower
