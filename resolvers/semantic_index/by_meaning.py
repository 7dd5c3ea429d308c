"""Indexes of passages by their meaning: how they are made and followed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from documents.database import Database
from documents.library import LibraryDocument, LibraryEmbedding
from documents.vocabulary import IndexKind
from resolvers.semantic_index.change_log import Portion
from resolvers.semantic_index.columns import COLUMNS
from resolvers.semantic_index.engines import (
    EngineFiles,
    EnginePassages,
    Engines,
    engine_name,
    engine_prefix,
)
from resolvers.semantic_index.folder import Build, IndexFolder, model_folder
from resolvers.semantic_index.follower import IndexFollower, Manner
from resolvers.semantic_index.loading import load
from resolvers.semantic_index.making import Progress
from resolvers.semantic_index.measuring import measured
from resolvers.semantic_index.passage_index import PassageIndex, PassageQuery
from resolvers.semantic_index.reading import LibraryReader
from resolvers.semantic_index.source_index import SourceIndex
from resolvers.semantic_index.sources import EMBEDDED, HEADWORDS, PassageSource
from resolvers.semantic_index.threads import in_thread
from vectorindex.errors import EngineError, WriterBusyError
from vectorindex.kinds import Kind
from vectorindex.protocol import Metric
from vectorindex.segments.index import SegmentedIndex
from vectorindex.segments.settings import Settings

MeaningIndex = PassageIndex | EnginePassages
# Between two looks whether another process has brought an engine up to date.
PAUSE_SECONDS = 0.05

MeaningFollower = IndexFollower[PassageQuery]


@dataclass(frozen=True, slots=True)
class MeaningMaker:
    """Makes indexes of the vectors of one model."""

    reader: LibraryReader
    source: PassageSource
    engines: Engines | None = None

    def open(self, directory: Path, build: Build) -> MeaningIndex:
        """See `IndexMaker.open`.

        Raises:
            EngineError: the build lies in another engine, which does not answer or is not known.
        """
        kind = self._kind(build)
        if kind is IndexKind.MILVUS:
            return self._open_engine(directory)
        model = self.reader.model
        settings = Settings(
            model.dimension, Metric(model.metric), COLUMNS, Kind(kind), build.breadth
        )
        return PassageIndex(SegmentedIndex(directory, settings))

    def measure(self, index: MeaningIndex, build: Build) -> Build:
        """See `IndexMaker.measure`; what another engine finds is its own affair."""
        if isinstance(index, EnginePassages) or self.source is HEADWORDS:
            return build
        return measured(build, index.index)

    async def load(self, index: MeaningIndex) -> AsyncGenerator[Progress, None]:
        """See `IndexMaker.load`."""
        if self.engines and isinstance(index, EnginePassages):
            # Searches may be in the index in use and in this one.
            directory = index.index.directory
            in_use = IndexFolder(directory.parent).current()
            kept = [directory] + ([directory.parent / in_use.name] if in_use else [])
            names = [engine_name(each) for each in kept]
            await in_thread(self.engines.drop_others, engine_prefix(directory), names)
        async with aclosing(load(self.reader, self.source, index.index)) as steps:
            async for progress in steps:
                yield progress

    async def apply(self, index: MeaningIndex, portion: Portion) -> None:
        """See `IndexMaker.apply`."""
        if isinstance(index, PassageIndex):
            await self._apply(index, portion)
            return
        try:
            # What is read of the store is written before another process reads it again.
            with index.index.lock():
                await in_thread(index.index.refresh)
                await self._apply(index, portion)
        except WriterBusyError:
            await asyncio.sleep(PAUSE_SECONDS)
            await in_thread(index.index.refresh)

    async def _apply(self, index: MeaningIndex, portion: Portion) -> None:
        change = await self.reader.passage_change(self.source, portion)
        await in_thread(index.apply, portion.sequence, change)

    def _kind(self, build: Build) -> IndexKind:
        # Words are looked up among headwords, and nothing is looked for.
        return IndexKind.FLAT if self.source is HEADWORDS else build.plan.kind

    def _open_engine(self, directory: Path) -> EnginePassages:
        if self.engines is None:
            raise EngineError("this library is searched in a Milvus: set LEXIGRAPH_MILVUS_URI")
        model = self.reader.model
        engine = self.engines.open(engine_name(directory), model.dimension, model.metric)
        return EnginePassages(EngineFiles(engine, directory))


def follow_meaning(
    database: Database,
    library: LibraryDocument,
    root: Path,
    manner: Manner,
    model: LibraryEmbedding | None = None,
    engines: Engines | None = None,
) -> MeaningFollower:
    """Follow a library under one model, its own if none is given; nothing is opened yet.

    Args:
        database: the truth.
        library: what is followed.
        root: of the files of all indexes.
        manner: how searches wait.
        model: whose vectors are searched.
        engines: for libraries whose vectors lie elsewhere.
    """
    reader = LibraryReader(database, library, model or library.embedding)
    folder = model_folder(root, library.id, reader.model)
    sources: dict[PassageSource, SourceIndex[PassageQuery, MeaningIndex]] = {
        source: SourceIndex(
            reader, MeaningMaker(reader, source, engines), IndexFolder(folder / source.kind)
        )
        for source in EMBEDDED
    }
    return IndexFollower(reader, sources, folder, manner)
