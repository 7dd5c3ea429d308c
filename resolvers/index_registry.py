"""The indexes that one process has open, by library."""

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from bson import ObjectId
from pymongo.errors import PyMongoError

from documents.database import Database, Row
from documents.library import LibraryDocument, LibraryEmbedding, LibraryIndex, LibraryState
from resolvers.lexical_index.by_words import WordFollower, follow_words, words_folder
from resolvers.ranking.headword_table import HeadwordTable
from resolvers.ranking.headwords import Headwords
from resolvers.restrictions.allow_lists import AllowLists
from resolvers.searched_libraries import SearchedLibraries
from resolvers.semantic_index.by_meaning import MeaningFollower, follow_meaning
from resolvers.semantic_index.engines import Engines
from resolvers.semantic_index.folder import BuildPlan, library_folders, model_folder, remove_folders
from resolvers.semantic_index.follower import IndexFollower, Lag, Manner
from resolvers.semantic_index.threads import in_thread
from vectorindex.errors import EngineError

# Between two looks at what other processes committed and wrote.
LOOK_SECONDS = 0.5
# Between two looks for files of libraries that are gone.
SWEEP_SECONDS = 60.0

logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class LibraryFollowers:
    """The indexes of one library.

    Attributes:
        words: needs no vectors.
        model: the library's own, as far as is known.
        meanings: by the models of their vectors, while these are in use.
        version: of the library, when somebody looked at its models last.
    """

    words: WordFollower
    model: LibraryEmbedding
    meanings: dict[LibraryEmbedding, MeaningFollower] = field(default_factory=dict)
    version: int = 0

    def __iter__(self) -> Iterator[IndexFollower[Any]]:
        return iter([self.words, *self.meanings.values()])

    @property
    def meaning(self) -> MeaningFollower:
        """Of the library's own model."""
        return self.meanings[self.model]

    def keep(self, models: Collection[LibraryEmbedding]) -> None:
        """Drop the indexes of other models; searches that are under way have them to the end."""
        for model in self.meanings.keys() - models:
            self.meanings.pop(model).cancel()


class SemanticIndexes:
    """Opens a library's indexes on its first search, or when the process starts."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        *,
        lanes: int = 1,
        wait_seconds: float = 10.0,
        engines: Engines | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            database: the truth.
            folder: where the files of indexes are kept; any of them can be deleted.
            lanes: how many batches of searches of one index may run at once.
            wait_seconds: longest that a search waits for what was committed before it.
            engines: for libraries whose vectors lie elsewhere.
        """
        self.engines = engines
        self.libraries = SearchedLibraries(database)
        self._manner = Manner(lanes, wait_seconds)
        self._database = database
        self._root = folder / database.name
        self._followers: dict[ObjectId, LibraryFollowers] = {}
        self._headwords: dict[ObjectId, HeadwordTable] = {}
        self._allow_lists: dict[ObjectId, AllowLists] = {}

    def __contains__(self, library_id: object) -> bool:
        return library_id in self._followers

    async def warm(self) -> None:
        """Open the indexes of all libraries, one after the other."""
        async for library in LibraryDocument.find({"state": LibraryState.READY}):
            for follower in await self.all_of(library):
                await _reach(follower, library.sequence)

    async def all_of(self, library: LibraryDocument) -> LibraryFollowers:
        """The indexes of a library; opening new ones, those of libraries that are gone are dropped.

        So the memory of a library that any process deleted is there for the next one.
        """
        followers = self._followers.get(library.id)
        if followers is None:
            await self._drop_deleted()
            words = follow_words(self._database, library, self._root, self._manner)
            followers = self._followers.setdefault(
                library.id, LibraryFollowers(words, library.embedding)
            )
        followers.model = library.embedding
        for model in library.followed_models:
            if model not in followers.meanings:
                followers.meanings[model] = follow_meaning(
                    self._database, library, self._root, self._manner, model, self.engines
                )
        return followers

    async def of(
        self, library: LibraryDocument, model: LibraryEmbedding | None = None
    ) -> MeaningFollower:
        """The index of what a library's passages mean, by one of its models; else by its own."""
        return (await self.all_of(library)).meanings[model or library.embedding]

    async def words_of(self, library: LibraryDocument) -> WordFollower:
        """The index of the words that a library's passages are made of."""
        return (await self.all_of(library)).words

    async def headwords_of(self, library: LibraryDocument) -> Headwords:
        """What ranking knows of a library's headwords, read again when much was written since."""
        table = self._headwords.setdefault(library.id, HeadwordTable(self._database, library.id))
        return await table.at(library.sequence, self._manner.wait_seconds)

    def allow_lists_of(self, library: LibraryDocument) -> AllowLists:
        """Which words and passages of a library pass restrictions."""
        known = self._allow_lists.get(library.id)
        return known or self._allow_lists.setdefault(
            library.id, AllowLists(self._database, library.id)
        )

    def find(self, library_id: ObjectId) -> LibraryFollowers | None:
        """The indexes of a library, if this process has opened them."""
        return self._followers.get(library_id)

    def forget(self, library_id: ObjectId) -> None:
        """Drop the indexes of a library that is being deleted."""
        self._headwords.pop(library_id, None)
        self._allow_lists.pop(library_id, None)
        if followers := self._followers.pop(library_id, None):
            for follower in followers:
                follower.cancel()

    async def keep(self) -> None:
        """Follow the store, write files and remove old ones, until cancelled."""
        while True:
            try:
                await self.warm()
                await self.sweep()
                for _ in range(round(SWEEP_SECONDS / LOOK_SECONDS)):
                    await self.tend()
                    await asyncio.sleep(LOOK_SECONDS)
            except PyMongoError as error:
                logger.warning("indexes are not followed", error=type(error).__name__)
                await asyncio.sleep(LOOK_SECONDS)

    async def tend(self) -> None:
        """Bring all open indexes up to date, in memory and in files."""
        known = list(self._followers)
        columns = dict.fromkeys(("sequence", "index", "index_builds", "version"), 1)
        rows = self._database["libraries"].find({"_id": {"$in": known}}, columns)
        async for row in rows:
            if followers := self._followers.get(row["_id"]):
                await self._follow_models(followers, row)
                for follower in followers:
                    await _tend(follower, row)

    def lag(self) -> Lag:
        """Of the index that is behind for longest."""
        lags = [
            follower.lag
            for followers in self._followers.values()
            for follower in (followers.words, followers.meaning)
        ]
        return max(lags, key=lambda lag: lag.seconds, default=Lag())

    async def sweep(self) -> None:
        """Remove the files of libraries and models that are gone."""
        folders = await in_thread(library_folders, self._root)
        rows = self._database["libraries"].find(
            {"_id": {"$in": list(folders)}, "state": LibraryState.READY}
        )
        async for row in rows:
            library = LibraryDocument.model_validate(row)
            used = [model_folder(self._root, library.id, model) for model in library.models]
            used.append(words_folder(self._root, library.id))
            await in_thread(remove_folders, folders.pop(library.id), used)
        for folder in folders.values():
            await in_thread(remove_folders, folder, [])

    async def close(self) -> None:
        """Write what is in memory alone."""
        for table in self._headwords.values():
            await table.end()
        self._headwords.clear()
        for followers in self._followers.values():
            for follower in followers:
                await follower.close()
        self._followers.clear()

    async def _follow_models(self, followers: LibraryFollowers, row: Row) -> None:
        """Have the indexes of the models that a library has now, and no others."""
        if row["version"] == followers.version:
            return
        if library := await LibraryDocument.get(row["_id"]):
            await self.all_of(library)
            followers.keep(library.followed_models)
            followers.version = library.version

    async def _drop_deleted(self) -> None:
        known = list(self._followers)
        rows = self._database["libraries"].find(
            {"_id": {"$in": known}, "state": LibraryState.READY}, {"_id": 1}
        )
        left = {row["_id"] async for row in rows}
        for library_id in known:
            if library_id not in left:
                self.forget(library_id)


async def _tend(follower: IndexFollower[Any], library: Row) -> None:
    """Bring an index to where its library is, in memory and in files."""
    sequence = library["sequence"]
    if sequence < follower.sequence:
        follower.give_up("the store was put back to an older state")
    await _reach(follower, sequence, LOOK_SECONDS)
    follower.notice(sequence, plan_of(library))
    await follower.tend()


async def _reach(follower: IndexFollower[Any], sequence: int, seconds: float | None = None) -> None:
    """Bring an index to a sequence, unless the engine that has it is away."""
    try:
        await follower.reach(sequence, seconds)
    except EngineError as error:
        logger.warning("an index is not followed", reason=str(error))


def plan_of(library: Row) -> BuildPlan:
    """What the indexes of a stored library are to be."""
    index = LibraryIndex.model_validate(library.get("index", {}))
    return BuildPlan.of(index, library.get("index_builds", 0))
