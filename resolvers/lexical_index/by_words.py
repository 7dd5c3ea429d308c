"""Indexes of passages by their words: how they are made and followed."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from bson import ObjectId

from documents.database import Database
from documents.library import LibraryDocument
from resolvers.lexical_index.analysis import ANALYSIS_VERSION, Analyses
from resolvers.lexical_index.reading import TextReader
from resolvers.lexical_index.texts import RECIPES, PassageTexts, to_text
from resolvers.lexical_index.word_index import WordIndex, WordSearch
from resolvers.semantic_index.change_log import Portion
from resolvers.semantic_index.columns import COLUMNS
from resolvers.semantic_index.folder import Build, IndexFolder
from resolvers.semantic_index.follower import IndexFollower, Manner
from resolvers.semantic_index.making import Progress
from resolvers.semantic_index.passage_index import FIRST_CHANGE
from resolvers.semantic_index.sealing import write_loaded
from resolvers.semantic_index.source_index import SourceIndex
from resolvers.semantic_index.sources import SOURCES, PassageSource
from resolvers.semantic_index.threads import in_thread
from vectorindex.lexical.index import LexicalIndex, LexicalSettings

WordFollower = IndexFollower[WordSearch]


@dataclass(frozen=True, slots=True)
class WordMaker:
    """Makes indexes of words."""

    reader: TextReader
    source: PassageSource
    analyses: Analyses

    def open(self, directory: Path, build: Build) -> WordIndex:  # noqa: ARG002 - there is one kind
        """See `IndexMaker.open`."""
        settings = LexicalSettings(RECIPES[self.source], COLUMNS)
        analysis = self.analyses.of(self.reader.library.language)
        return WordIndex(LexicalIndex(directory, settings), analysis)

    async def load(self, index: WordIndex) -> AsyncGenerator[Progress, None]:
        """See `IndexMaker.load`."""
        sequence = await self.reader.sequence()
        done, total, step = 0, await self.reader.count(self.source), 0
        yield Progress(done, total)
        async for passages in self.reader.passages(self.source):
            step += 1
            await in_thread(self._put, index, step, passages)
            done += len(passages)
            yield Progress(done, total)
        await in_thread(self._put, index, FIRST_CHANGE + sequence, [])
        await in_thread(write_loaded, index.index, merge=True)

    def measure(self, index: WordIndex, build: Build) -> Build:  # noqa: ARG002 - it is exact
        """See `IndexMaker.measure`."""
        return build

    async def apply(self, index: WordIndex, portion: Portion) -> None:
        """See `IndexMaker.apply`."""
        passages = await self.reader.changed_passages(self.source, portion)
        removed = list(portion.changed[self.source.kind])
        number = FIRST_CHANGE + portion.sequence
        await in_thread(self._put, index, number, passages, removed)

    def _put(
        self,
        index: WordIndex,
        number: int,
        passages: Sequence[PassageTexts],
        removed: Sequence[ObjectId] = (),
    ) -> None:
        texts = [
            to_text(self.source, passage, self.analyses.of(passage.row.language))
            for passage in passages
        ]
        index.apply(number, removed, [passage.row for passage in passages], texts)
        if number < FIRST_CHANGE and index.index.needs_sealing:
            write_loaded(index.index)


def follow_words(
    database: Database, library: LibraryDocument, root: Path, manner: Manner
) -> WordFollower:
    """Follow the words of a library; nothing is opened yet.

    Args:
        database: the truth.
        library: what is followed.
        root: of the files of all indexes.
        manner: how searches wait.
    """
    reader, analyses = TextReader(database, library), Analyses()
    folder = words_folder(root, library.id)
    sources: dict[PassageSource, SourceIndex[WordSearch, WordIndex]] = {
        source: SourceIndex(
            reader, WordMaker(reader, source, analyses), IndexFolder(folder / source.kind)
        )
        for source in SOURCES
    }
    return IndexFollower(reader, sources, folder, manner)


def words_folder(root: Path, library_id: ObjectId) -> Path:
    """The folder of a library's indexes of words, made in this server's way."""
    made_by = " ".join([ANALYSIS_VERSION, *(recipe.measure for recipe in RECIPES.values())])
    digest = blake2b(made_by.encode(), digest_size=4).hexdigest()
    return root / str(library_id) / f"words-{digest}"
