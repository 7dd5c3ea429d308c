"""Indexes of passages by their meaning: how they are made and followed."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from documents.database import Database
from documents.library import LibraryDocument, LibraryEmbedding
from resolvers.semantic_index.change_log import Portion
from resolvers.semantic_index.columns import COLUMNS
from resolvers.semantic_index.folder import Build, IndexFolder, model_folder
from resolvers.semantic_index.follower import IndexFollower, Manner
from resolvers.semantic_index.loading import load
from resolvers.semantic_index.making import Progress
from resolvers.semantic_index.measuring import measured
from resolvers.semantic_index.passage_index import PassageIndex, PassageQuery
from resolvers.semantic_index.reading import LibraryReader
from resolvers.semantic_index.source_index import SourceIndex
from resolvers.semantic_index.sources import SOURCES, PassageSource
from resolvers.semantic_index.threads import in_thread
from vectorindex.protocol import Metric
from vectorindex.segments.index import SegmentedIndex, Settings

MeaningFollower = IndexFollower[PassageQuery]


@dataclass(frozen=True, slots=True)
class MeaningMaker:
    """Makes indexes of the vectors of one model."""

    reader: LibraryReader
    source: PassageSource

    def open(self, directory: Path, build: Build) -> PassageIndex:
        """See `IndexMaker.open`."""
        model = self.reader.model
        metric = Metric(model.metric)
        settings = Settings(model.dimension, metric, COLUMNS, build.plan.kind, build.breadth)
        return PassageIndex(SegmentedIndex(directory, settings))

    def measure(self, index: PassageIndex, build: Build) -> Build:
        """See `IndexMaker.measure`."""
        return measured(build, index.index)

    def load(self, index: PassageIndex) -> AsyncGenerator[Progress, None]:
        """See `IndexMaker.load`."""
        return load(self.reader, self.source, index.index)

    async def apply(self, index: PassageIndex, portion: Portion) -> None:
        """See `IndexMaker.apply`."""
        change = await self.reader.passage_change(self.source, portion)
        await in_thread(index.apply, portion.sequence, change)


def follow_meaning(
    database: Database,
    library: LibraryDocument,
    root: Path,
    manner: Manner,
    model: LibraryEmbedding | None = None,
) -> MeaningFollower:
    """Follow a library under one model, its own if none is given; nothing is opened yet.

    Args:
        database: the truth.
        library: what is followed.
        root: of the files of all indexes.
        manner: how searches wait.
        model: whose vectors are searched.
    """
    reader = LibraryReader(database, library, model or library.embedding)
    folder = model_folder(root, library.id, reader.model)
    sources: dict[PassageSource, SourceIndex[PassageQuery, PassageIndex]] = {
        source: SourceIndex(reader, MeaningMaker(reader, source), IndexFolder(folder / source.kind))
        for source in SOURCES
    }
    return IndexFollower(reader, sources, folder, manner)
