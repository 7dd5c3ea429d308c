"""Keeps one library's index equal to the store: loads it, then applies the change log."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from bson import ObjectId

from documents.base import EntityKind
from documents.change import ChangeOperation
from documents.database import Database, Row
from documents.embedding import decode_vectors
from documents.library import LibraryDocument, LibraryEmbedding
from resolvers.semantic_index.columns import DefinitionRow, SearchFilter
from resolvers.semantic_index.joining import JoiningLoader
from resolvers.semantic_index.library_index import LibraryIndex, WordHit, WordQuery
from vectorindex.protocol import Metric

DEFINITION_COLUMNS = {"word_id": 1, "text_hash": 1, "part_of_speech": 1}
VECTORS_AT_ONCE = 4096

# Behind by more than this many changed entities, reading everything anew costs less than following.
FOLLOW_LIMIT = 20_000


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
        return await asyncio.to_thread(self._index.search, [item.query for item in batch])

    async def _catch_up(self, sequence: int) -> None:
        if self._sequence < 0:
            await self._load(sequence)
        elif self._sequence < sequence:
            await self._follow(sequence)

    async def _load(self, sequence: int) -> None:
        # Rows may already hold later changes; applying those again changes nothing.
        index = self._empty()
        languages = await self._foreign_languages({"library_id": self._library_id})
        async for row in self._database["definitions"].find(
            {"library_id": self._library_id}, DEFINITION_COLUMNS
        ):
            index.put_definition(self._definition(row, languages))
        await self._add_vectors(index, {})
        self._index, self._sequence = index, sequence

    async def _follow(self, sequence: int) -> None:
        changed: dict[EntityKind, dict[ObjectId, ChangeOperation]] = {k: {} for k in EntityKind}
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
        await self._apply_definitions(changed[EntityKind.DEFINITION], changed[EntityKind.WORD])
        if changed[EntityKind.EMBEDDING]:
            await self._add_vectors(
                self._index, {"_id": {"$in": list(changed[EntityKind.EMBEDDING])}}
            )
        self._sequence = sequence

    async def _apply_definitions(
        self,
        definitions: dict[ObjectId, ChangeOperation],
        words: dict[ObjectId, ChangeOperation],
    ) -> None:
        for definition_id in definitions:
            self._index.remove_definition(definition_id)
        # A word's language is a column of its definitions.
        updated = [key for key, operation in words.items() if operation == ChangeOperation.UPDATED]
        query = {"$or": [{"_id": {"$in": list(definitions)}}, {"word_id": {"$in": updated}}]}
        rows = await self._database["definitions"].find(query, DEFINITION_COLUMNS).to_list()
        word_ids = list({row["word_id"] for row in rows})
        languages = await self._foreign_languages({"_id": {"$in": word_ids}})
        for row in rows:
            self._index.put_definition(self._definition(row, languages))
        hashes = list({bytes(row["text_hash"]) for row in rows})
        missing = self._index.without_vector(hashes)
        if missing:
            await self._add_vectors(self._index, {"text_hash": {"$in": missing}})

    async def _add_vectors(self, index: LibraryIndex, query: Row) -> None:
        # Whole documents: the store hands out their bytes as they are.
        cursor = self._database["embeddings"].find(
            {"library_id": self._library_id, "model": self._embedding.model_key, **query},
            batch_size=VECTORS_AT_ONCE,
        )
        rows: list[Row] = []
        async for row in cursor:
            rows.append(row)
            if len(rows) == VECTORS_AT_ONCE:
                self._put_vectors(index, rows)
                rows = []
        self._put_vectors(index, rows)

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
