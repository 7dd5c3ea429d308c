"""What an index is made of, read from the store: passages, their vectors, and what changed."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import structlog
from bson import ObjectId
from pymongo.asynchronous.cursor import AsyncCursor

from documents.base import EntityKind
from documents.change import ChangeOperation
from documents.database import Database, Row
from documents.embedding import VECTOR_HEADER, decode_vectors
from documents.library import LibraryDocument, LibraryEmbedding
from resolvers.semantic_index.change_log import Portion, VectorOf, Vectors, read_changes
from resolvers.semantic_index.columns import PassageRow
from resolvers.semantic_index.passage_index import PassageChange
from resolvers.semantic_index.sources import PassageRows, PassageSource, foreign_languages
from vectorindex.protocol import LARGEST_COMPONENT, Metric

# The driver decodes a portion on the event loop: these take about 10 ms.
PASSAGES_AT_ONCE = 2_000
VECTORS_AT_ONCE = 1_000

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LibraryReader:
    """Reads one library under one of its models."""

    database: Database
    library: LibraryDocument
    model: LibraryEmbedding

    async def sequence(self) -> int:
        """How many transactions the library has seen; -1 where it is gone."""
        row = await self.database["libraries"].find_one({"_id": self.library.id}, {"sequence": 1})
        return row["sequence"] if row else -1

    async def passages(self, source: PassageSource) -> AsyncIterator[list[PassageRow]]:
        """All passages of a source, many at a time."""
        languages = await self._languages(source, {})
        stored = self.database[source.collection].find(
            {"library_id": self.library.id}, source.columns, batch_size=PASSAGES_AT_ONCE
        )
        async for rows in in_portions(stored, PASSAGES_AT_ONCE):
            yield PassageRows(source, rows, languages).passages(self.library.language)

    async def vectors(self) -> AsyncIterator[tuple[list[bytes], Vectors]]:
        """The hashes of all texts that have a vector, and these; many at a time."""
        async for rows in in_portions(self._find_vectors({}), VECTORS_AT_ONCE):
            yield usable_vectors(rows, self.model)

    async def changes(self, after: int, until: int) -> Portion:
        """The next changes of the log, as many as are applied at once.

        Raises:
            ChangesMissingError: the log begins later.
        """
        portion = await read_changes(self.database, self.library.id, after, until)
        embeddings = list(portion.changed[EntityKind.EMBEDDING])
        return replace(portion, vectors=await self._vector_of({"_id": {"$in": embeddings}}))

    async def passage_change(self, source: PassageSource, portion: Portion) -> PassageChange:
        """What a portion of the log means for the passages of a source, as they are now."""
        passages = await self._changed_passages(source, portion)
        missing = {passage.text_hash for passage in passages} - portion.vectors.keys()
        vectors = portion.vectors | await self._vector_of({"text_hash": {"$in": list(missing)}})
        found = [passage for passage in passages if passage.text_hash in vectors]
        nothing = np.empty((0, self.model.dimension), dtype=np.float32)
        return PassageChange(
            removed=[*portion.changed[source.kind], *(passage.id for passage in passages)],
            passages=found,
            vectors=np.stack([vectors[each.text_hash] for each in found]) if found else nothing,
        )

    async def _changed_passages(self, source: PassageSource, portion: Portion) -> list[PassageRow]:
        # A text may get its vector long after it was written.
        texts = {"text_hash": list(portion.vectors)}
        rows = await changed_rows(self.database, self.library, source, portion, texts)
        owner_ids = list({row[source.owner_field] for row in rows})
        languages = await self._languages(source, {"_id": {"$in": owner_ids}})
        return PassageRows(source, rows, languages).passages(self.library.language)

    async def _languages(self, source: PassageSource, owners: Row) -> dict[ObjectId, str]:
        return await foreign_languages(self.database, self.library, source, owners)

    async def _vector_of(self, query: Row) -> VectorOf:
        (wanted,) = query.values()
        if not wanted["$in"]:
            return {}
        rows = await self._find_vectors(query).to_list()
        hashes, vectors = usable_vectors(rows, self.model)
        return dict(zip(hashes, vectors, strict=True))

    def _find_vectors(self, query: Row) -> AsyncCursor[Row]:
        # Whole documents: the store hands out their bytes as they are.
        return self.database["embeddings"].find(
            {"library_id": self.library.id, "model": self.model.model_key, **query},
            batch_size=VECTORS_AT_ONCE,
        )


async def changed_rows(
    database: Database,
    library: LibraryDocument,
    source: PassageSource,
    portion: Portion,
    others: Mapping[str, Sequence[Any]],
    columns: Row | None = None,
) -> list[Row]:
    """The passages that a portion of the log is about, as they are now.

    Args:
        database: the truth.
        library: of the log.
        source: of the passages.
        portion: of the log; what it says of owners is about their passages, too.
        others: values of columns whose passages are taken as well.
        columns: to read, those of `source` if not given.
    """
    # An owner's language, and more of it, is known of its passages.
    owners = [
        key
        for key, operation in portion.changed[source.owner_kind].items()
        if operation == ChangeOperation.UPDATED
    ]
    ids = list(portion.changed[source.kind])
    wanted = [("_id", ids), (source.owner_field, owners), *others.items()]
    conditions: list[Row] = [{name: {"$in": values}} for name, values in wanted if values]
    if not conditions:
        return []
    found = database[source.collection].find(
        {"library_id": library.id, "$or": conditions}, columns or source.columns
    )
    return await found.to_list()


def usable_vectors(rows: Sequence[Row], model: LibraryEmbedding) -> tuple[list[bytes], Vectors]:
    """Hashes of texts, and their (n, d) vectors; without those that cannot be compared."""
    length = len(VECTOR_HEADER) + 4 * model.dimension
    sound = [row for row in rows if len(row["vector"]) == length]
    vectors = decode_vectors((row["vector"] for row in sound), model.dimension)
    # NaN is not below anything.
    usable = np.abs(vectors).max(axis=1, initial=0) <= LARGEST_COMPONENT
    if Metric(model.metric) is Metric.COSINE:
        usable &= vectors.any(axis=1)
    left_out = len(rows) - int(np.count_nonzero(usable))
    if left_out:
        logger.warning("stored vectors that cannot be compared are left out", count=left_out)
    hashes = [bytes(row["text_hash"]) for row in sound]
    return [hashes[i] for i in np.flatnonzero(usable)], vectors[usable]


async def in_portions(rows: AsyncCursor[Row], size: int) -> AsyncIterator[list[Row]]:
    """The rows of a cursor, many at a time; the last portion may be smaller."""
    while portion := await rows.to_list(size):
        yield portion
