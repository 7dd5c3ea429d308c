"""Giving vectors to the definitions that have none: after an import, or when one was interrupted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.embedding import embed_texts

# Large enough for batches of similar length, small enough that an interruption costs seconds.
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
    of_library = {"library_id": library.id}
    total = await definitions.count_documents(of_library)
    cursor = definitions.find(
        of_library, {"text": 1}, sort={"_id": 1}, batch_size=DEFINITIONS_AT_ONCE
    )
    seen = embedded = 0
    async with cursor:
        while rows := await cursor.to_list(DEFINITIONS_AT_ONCE):
            embedded += await embed_texts(context, library, (row["text"] for row in rows))
            seen += len(rows)
            yield EmbeddingProgress(seen, total, embedded)
