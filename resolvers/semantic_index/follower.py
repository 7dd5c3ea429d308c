"""Keeps one library's index equal to the store: loads it, then applies the change log."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import numpy as np
from bson import ObjectId
from pymongo.asynchronous.cursor import AsyncCursor

from documents.base import EntityKind
from documents.change import ChangeOperation
from documents.database import Database, Row
from documents.embedding import decode_vectors
from documents.library import LibraryDocument, LibraryEmbedding
from resolvers.semantic_index.columns import DefinitionRow, SearchFilter
from resolvers.semantic_index.joining import JoiningLoader
from resolvers.semantic_index.library_index import LibraryIndex, WordHit, WordQuery
from resolvers.semantic_index.threads import in_thread
from vectorindex.protocol import Metric

DEFINITION_COLUMNS = {"word_id": 1, "text_hash": 1, "part_of_speech": 1}
# The driver decodes a portion on the event loop: these take about 10 ms.
DEFINITIONS_AT_ONCE = 2_000
VECTORS_AT_ONCE = 1_000

# Behind by more than this many changed entities, reading everything anew costs less than following.
FOLLOW_LIMIT = 20_000

Changed = dict[EntityKind, dict[ObjectId, ChangeOperation]]


@dataclass(frozen=True, slots=True)
class FollowedQuery:
    """A query, and the sequence of its library that the answer must at least reflect."""

    query: WordQuery
    sequence: int


class IndexFollower:
    """One library's index in this process; a search first applies what was committed before it."""

    def __init__(self, database: Database, library: LibraryDocument) -> None:
        self._database = database
        self._library_id = library.id
        self._language = library.language
        self._embedding: LibraryEmbedding = library.embedding
        self._sequence = -1  # nothing loaded yet
        self._index = self._empty()
        self._loader = JoiningLoader[FollowedQuery, list[WordHit]](self._run)

    async def search(self, query: WordQuery, sequence: int) -> list[WordHit]:
        """Words by meaning, as of `sequence` or later; joined with concurrent searches."""
        return await self._loader.load(FollowedQuery(query, sequence))

    async def warm(self, sequence: int) -> None:
        """Load the index before somebody waits for it."""
        anything = np.ones(self._embedding.dimension, dtype=np.float32)
        await self.search(WordQuery(anything, SearchFilter(), 1), sequence)

    async def _run(self, batch: Sequence[FollowedQuery]) -> list[list[WordHit]]:
        await self._catch_up(max(item.sequence for item in batch))
        return await in_thread(self._index.search, [item.query for item in batch])

    async def _catch_up(self, sequence: int) -> None:
        if self._sequence < 0:
            await self._load(sequence)
        elif self._sequence < sequence:
            await self._follow(sequence)

    async def _load(self, sequence: int) -> None:
        # Rows may already hold later changes; applying those again changes nothing.
        index = self._empty()
        languages = await self._foreign_languages({"library_id": self._library_id})
        definitions = self._database["definitions"].find(
            {"library_id": self._library_id}, DEFINITION_COLUMNS, batch_size=DEFINITIONS_AT_ONCE
        )
        async for rows in in_portions(definitions, DEFINITIONS_AT_ONCE):
            await in_thread(self._put_definitions, index, rows, languages)
        async for rows in in_portions(self._find_vectors({}), VECTORS_AT_ONCE):
            await in_thread(self._put_vectors, index, rows)
        self._index, self._sequence = index, sequence

    async def _follow(self, sequence: int) -> None:
        changed: Changed = {kind: {} for kind in EntityKind}
        count = 0
        log = self._database["changes"].find(
            {"library_id": self._library_id, "sequence": {"$gt": self._sequence, "$lte": sequence}},
            sort={"sequence": 1},
        )
        async for change in log:
            count += len(change["entries"])
            if count > FOLLOW_LIMIT:
                await self._load(sequence)
                return
            for entry in change["entries"]:
                changed[EntityKind(entry["kind"])][entry["id"]] = entry["operation"]
        await self._apply(changed)
        self._sequence = sequence

    async def _apply(self, changed: Changed) -> None:
        """Read all that changed, then change the index at once: a failure leaves it as it was."""
        definitions, words = changed[EntityKind.DEFINITION], changed[EntityKind.WORD]
        # A word's language is a column of its definitions.
        updated = [key for key, operation in words.items() if operation == ChangeOperation.UPDATED]
        query = {"$or": [{"_id": {"$in": list(definitions)}}, {"word_id": {"$in": updated}}]}
        rows = await self._database["definitions"].find(query, DEFINITION_COLUMNS).to_list()
        word_ids = list({row["word_id"] for row in rows})
        languages = await self._foreign_languages({"_id": {"$in": word_ids}})
        missing = self._index.without_vector(list({bytes(row["text_hash"]) for row in rows}))
        embeddings = list(changed[EntityKind.EMBEDDING])
        vectors = await self._find_vectors(
            {"$or": [{"_id": {"$in": embeddings}}, {"text_hash": {"$in": missing}}]}
        ).to_list()

        def change(index: LibraryIndex) -> None:
            for definition_id in definitions:
                index.remove_definition(definition_id)
            self._put_definitions(index, rows, languages)
            self._put_vectors(index, vectors)

        await in_thread(change, self._index)

    def _find_vectors(self, query: Row) -> AsyncCursor[Row]:
        # Whole documents: the store hands out their bytes as they are.
        return self._database["embeddings"].find(
            {"library_id": self._library_id, "model": self._embedding.model_key, **query},
            batch_size=VECTORS_AT_ONCE,
        )

    def _put_definitions(
        self, index: LibraryIndex, rows: Sequence[Row], languages: dict[ObjectId, str]
    ) -> None:
        for row in rows:
            index.put_definition(self._definition(row, languages))

    def _put_vectors(self, index: LibraryIndex, rows: Sequence[Row]) -> None:
        vectors = decode_vectors((row["vector"] for row in rows), self._embedding.dimension)
        index.put_vectors([bytes(row["text_hash"]) for row in rows], vectors)

    async def _foreign_languages(self, query: Row) -> dict[ObjectId, str]:
        """Words in another language than the library's; in most libraries there are none."""
        other = {
            "$or": [{"language": {"$lt": self._language}}, {"language": {"$gt": self._language}}]
        }
        words = self._database["words"].find(
            {"library_id": self._library_id, **query, **other}, {"language": 1}
        )
        return {row["_id"]: row["language"] async for row in words}

    def _definition(self, row: Row, languages: dict[ObjectId, str]) -> DefinitionRow:
        return DefinitionRow(
            id=row["_id"],
            word_id=row["word_id"],
            text_hash=bytes(row["text_hash"]),
            part_of_speech=row.get("part_of_speech", ""),
            language=languages.get(row["word_id"], self._language),
        )

    def _empty(self) -> LibraryIndex:
        return LibraryIndex(self._embedding.dimension, Metric(self._embedding.metric))


async def in_portions(rows: AsyncCursor[Row], size: int) -> AsyncIterator[list[Row]]:
    """The rows of a cursor, many at a time; the last portion may be smaller."""
    while portion := await rows.to_list(size):
        yield portion
