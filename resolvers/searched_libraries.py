"""The libraries that searches are asked of, as they are at that moment."""

from collections.abc import Sequence

from documents.database import Database
from documents.library import LibraryDocument, LibraryState
from resolvers.semantic_index.joining import JoiningLoader


class SearchedLibraries:
    """Reads a library anew for each search, for its sequence says what the search has to reflect.

    Searches that begin while one is read share the next reading.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._joined = JoiningLoader(self._read)

    async def find(self, key: str) -> LibraryDocument | None:
        """The library of a key; None where there is none, or one that is being deleted."""
        return await self._joined.load(key)

    async def _read(self, keys: Sequence[str]) -> list[LibraryDocument | None]:
        query = {"key": {"$in": list(set(keys))}, "state": LibraryState.READY}
        rows = self._database["libraries"].find(query)
        found = {row["key"]: LibraryDocument.model_validate(row) async for row in rows}
        return [found.get(key) for key in keys]
