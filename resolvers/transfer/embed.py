"""Giving vectors to definitions that have none: after an import, whole or interrupted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from documents.database import Row
from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.embedding import embed_texts

# Large enough for batches of similar length; with MiniLM an interruption waits for two seconds.
DEFINITIONS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class EmbeddingProgress:
    """How far the definitions of a library are searchable by meaning."""

    definitions: int
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
    definitions = context.services.database["definitions"]
    of_library: Row = {"library_id": library.id}
    total = await definitions.count_documents(of_library)
    seen = embedded = 0
    after: Row = {}
    # Not one cursor: it would hold a snapshot of the store while gigabytes are written. Each
    # portion is one trip, which the driver repeats when the store has gone and come back.
    while (
        rows := await definitions.find(of_library | after, {"text": 1})
        .sort("_id")
        .limit(DEFINITIONS_AT_ONCE)
        .batch_size(DEFINITIONS_AT_ONCE)
        .to_list()
    ):
        embedded += await embed_texts(context, library, (row["text"] for row in rows))
        seen += len(rows)
        after = {"_id": {"$gt": rows[-1]["_id"]}}
        yield EmbeddingProgress(seen, total, embedded)
