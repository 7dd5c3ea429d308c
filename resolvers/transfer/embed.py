"""Giving vectors to texts that have none: after an import, whole or interrupted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bson import ObjectId

from documents.database import Row
from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.embedding import embed_texts
from resolvers.pending_texts import forget_unused
from resolvers.semantic_index.sources import EMBEDDED

# Large enough for batches of similar length; with MiniLM an interruption waits for two seconds.
PASSAGES_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class EmbeddingProgress:
    """How many definitions, chunks and headwords of a library are compared by meaning."""

    passages: int
    total: int
    texts_embedded: int


async def embed_missing(
    context: Context, library: LibraryDocument
) -> AsyncIterator[EmbeddingProgress]:
    """Embed the texts that the library's model has not seen; equal texts are embedded once.

    Each portion is committed, so that an interrupted run goes on where it was.

    Raises:
        EmbeddingError: the library's model cannot be run here.
        NotFoundError: the library is gone.
    """
    total = await count_passages(context, library.id)
    seen = embedded = 0
    async for texts in texts_of_passages(context, library.id):
        embedded += await embed_texts(context, library, texts)
        seen += len(texts)
        yield EmbeddingProgress(seen, total, embedded)
    await forget_unused(context, library)


async def count_passages(context: Context, library_id: ObjectId) -> int:
    """How many texts `texts_of_passages` gives."""
    database, of_library = context.services.database, {"library_id": library_id}
    return sum([await database[each.collection].count_documents(of_library) for each in EMBEDDED])


async def texts_of_passages(context: Context, library_id: ObjectId) -> AsyncIterator[list[str]]:
    """All texts that have vectors, in portions; what is written meanwhile may lack."""
    for source in EMBEDDED:
        async for texts in _texts(context, source.collection, {"library_id": library_id}):
            yield texts


async def _texts(context: Context, collection: str, of_library: Row) -> AsyncIterator[list[str]]:
    """All texts of a collection, in portions.

    Not one cursor: it would hold a snapshot of the store while gigabytes are written. Each
    portion is one trip, which the driver repeats when the store has gone and come back.
    """
    after: Row = {}
    while (
        rows := await context.services.database[collection]
        .find(of_library | after, {"text": 1})
        .sort("_id")
        .limit(PASSAGES_AT_ONCE)
        .batch_size(PASSAGES_AT_ONCE)
        .to_list()
    ):
        yield [row["text"] for row in rows]
        after = {"_id": {"$gt": rows[-1]["_id"]}}
