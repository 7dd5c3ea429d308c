"""Keeps one library's indexes equal to the store: loads them, then applies the change log."""

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
from resolvers.semantic_index.columns import SearchFilter
from resolvers.semantic_index.joining import JoiningLoader
from resolvers.semantic_index.passage_index import Hit, PassageIndex, PassageQuery
from resolvers.semantic_index.sources import (
    DEFINITIONS,
    SOURCES,
    PassageRows,
    PassageSource,
    foreign_languages,
)
from resolvers.semantic_index.threads import in_thread
from vectorindex.protocol import Metric

# The driver decodes a portion on the event loop: these take about 10 ms.
PASSAGES_AT_ONCE = 2_000
VECTORS_AT_ONCE = 1_000

# Behind by more than this many changed entities, reading everything anew costs less than following.
FOLLOW_LIMIT = 20_000

Changed = dict[EntityKind, dict[ObjectId, ChangeOperation]]
Indexes = dict[PassageSource, PassageIndex]


@dataclass(frozen=True, slots=True)
class FollowedQuery:
    """A query, where it looks, and the sequence that the answer must at least reflect."""

    query: PassageQuery
    source: PassageSource
    sequence: int


class IndexFollower:
    """One library's indexes in this process; a search first applies what was committed before."""

    def __init__(self, database: Database, library: LibraryDocument) -> None:
        self._database = database
        self._library = library
        self._embedding: LibraryEmbedding = library.embedding
        self._sequence = -1  # nothing loaded yet
        self._indexes = self._empty()
        self._loader = JoiningLoader[FollowedQuery, list[Hit]](self._run)

    async def search(
        self, query: PassageQuery, sequence: int, source: PassageSource = DEFINITIONS
    ) -> list[Hit]:
        """Passages by meaning, as of `sequence` or later; joined with concurrent searches."""
        return await self._loader.load(FollowedQuery(query, source, sequence))

    async def warm(self, sequence: int) -> None:
        """Load the indexes before somebody waits for them."""
        anything = np.ones(self._embedding.dimension, dtype=np.float32)
        await self.search(PassageQuery(anything, SearchFilter(), 1), sequence)

    async def _run(self, batch: Sequence[FollowedQuery]) -> list[list[Hit]]:
        await self._catch_up(max(item.sequence for item in batch))
        return await in_thread(_search_all, self._indexes, batch)

    async def _catch_up(self, sequence: int) -> None:
        if self._sequence < 0:
            await self._load(sequence)
        elif self._sequence < sequence:
            await self._follow(sequence)

    async def _load(self, sequence: int) -> None:
        # Rows may already hold later changes; applying those again changes nothing.
        indexes = self._empty()
        for source in SOURCES:
            languages = await self._foreign_languages(source, {})
            stored = self._database[source.collection].find(
                {"library_id": self._library.id}, source.columns, batch_size=PASSAGES_AT_ONCE
            )
            async for rows in in_portions(stored, PASSAGES_AT_ONCE):
                passages = PassageRows(source, rows, languages)
                await in_thread(self._put_passages, indexes, passages)
        async for rows in in_portions(self._find_vectors({}), VECTORS_AT_ONCE):
            await in_thread(self._put_vectors, indexes, rows)
        self._indexes, self._sequence = indexes, sequence

    async def _follow(self, sequence: int) -> None:
        changed: Changed = {kind: {} for kind in EntityKind}
        count = 0
        log = self._database["changes"].find(
            {"library_id": self._library.id, "sequence": {"$gt": self._sequence, "$lte": sequence}},
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
        """Read all that changed, then change the indexes at once: a failure leaves them as is."""
        read = [
            await self._read_changed(source, changed)
            for source in SOURCES
            if changed[source.kind] or changed[source.owner_kind]
        ]
        missing = {
            digest
            for passages in read
            for digest in self._indexes[passages.source].without_vector(
                list({bytes(row["text_hash"]) for row in passages.rows})
            )
        }
        embeddings = list(changed[EntityKind.EMBEDDING])
        vectors = await self._find_vectors(
            {"$or": [{"_id": {"$in": embeddings}}, {"text_hash": {"$in": list(missing)}}]}
        ).to_list()

        def change(indexes: Indexes) -> None:
            for passages in read:
                for passage_id in changed[passages.source.kind]:
                    indexes[passages.source].remove_passage(passage_id)
                self._put_passages(indexes, passages)
            self._put_vectors(indexes, vectors)

        await in_thread(change, self._indexes)

    async def _read_changed(self, source: PassageSource, changed: Changed) -> PassageRows:
        owners = changed[source.owner_kind].items()
        # An owner's language is a column of its passages.
        updated = [key for key, operation in owners if operation == ChangeOperation.UPDATED]
        query = {
            "$or": [
                {"_id": {"$in": list(changed[source.kind])}},
                {source.owner_field: {"$in": updated}},
            ]
        }
        rows = await self._database[source.collection].find(query, source.columns).to_list()
        owner_ids = list({row[source.owner_field] for row in rows})
        languages = await self._foreign_languages(source, {"_id": {"$in": owner_ids}})
        return PassageRows(source, rows, languages)

    async def _foreign_languages(self, source: PassageSource, owners: Row) -> dict[ObjectId, str]:
        return await foreign_languages(self._database, self._library, source, owners)

    def _find_vectors(self, query: Row) -> AsyncCursor[Row]:
        # Whole documents: the store hands out their bytes as they are.
        return self._database["embeddings"].find(
            {"library_id": self._library.id, "model": self._embedding.model_key, **query},
            batch_size=VECTORS_AT_ONCE,
        )

    def _put_passages(self, indexes: Indexes, passages: PassageRows) -> None:
        index = indexes[passages.source]
        for passage in passages.passages(self._library.language):
            index.put_passage(passage)

    def _put_vectors(self, indexes: Indexes, rows: Sequence[Row]) -> None:
        vectors = decode_vectors((row["vector"] for row in rows), self._embedding.dimension)
        hashes = [bytes(row["text_hash"]) for row in rows]
        for index in indexes.values():
            index.put_vectors(hashes, vectors)

    def _empty(self) -> Indexes:
        metric = Metric(self._embedding.metric)
        return {source: PassageIndex(self._embedding.dimension, metric) for source in SOURCES}


def _search_all(indexes: Indexes, batch: Sequence[FollowedQuery]) -> list[list[Hit]]:
    results: list[list[Hit]] = [[] for _ in batch]
    for source, index in indexes.items():
        places = [place for place, each in enumerate(batch) if each.source is source]
        found = index.search([batch[place].query for place in places])
        for place, hits in zip(places, found, strict=True):
            results[place] = hits
    return results


async def in_portions(rows: AsyncCursor[Row], size: int) -> AsyncIterator[list[Row]]:
    """The rows of a cursor, many at a time; the last portion may be smaller."""
    while portion := await rows.to_list(size):
        yield portion
