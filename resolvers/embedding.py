"""Embeddings of a library's texts: made before a transaction, stored within it."""

import asyncio
from collections.abc import Iterable, Sequence

from documents.embedding import EmbeddingDocument, encode_vector
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.text import hash_text, normalize_prose
from documents.unit_of_work import UnitOfWork, run_in_transaction
from resolvers.context import Context
from resolvers.semantic_index.query_vectors import embedding_model


async def ensure_embeddings(
    context: Context, library: LibraryDocument, texts: Iterable[str]
) -> list[EmbeddingDocument]:
    """Embed texts that the library has no vector for, off the event loop; nothing is stored yet.

    Raises:
        EmbeddingError: the library's model cannot be run here.
    """
    by_hash = {hash_text(text): normalize_prose(text) for text in texts}
    known = await _known_hashes(context, library, list(by_hash))
    missing = {digest: text for digest, text in by_hash.items() if digest not in known}
    if not missing:
        return []
    return await asyncio.to_thread(_embed, context, library, missing)


async def store_embeddings(unit: UnitOfWork, embeddings: Sequence[EmbeddingDocument]) -> None:
    """Store the embeddings that no earlier transaction has stored."""
    if not embeddings:
        return
    stored = await unit.read(
        EmbeddingDocument,
        {
            "library_id": unit.library.id,
            "model": unit.library.embedding.model_key,
            "text_hash": {"$in": [embedding.text_hash for embedding in embeddings]},
        },
    )
    known = {embedding.text_hash for embedding in stored}
    await unit.insert([each for each in embeddings if each.text_hash not in known])


async def embed_texts(context: Context, library: LibraryDocument, texts: Iterable[str]) -> int:
    """Embed the texts that the library has no vector for and store them in a transaction.

    Returns:
        How many texts were embedded.

    Raises:
        EmbeddingError: the library's model cannot be run here.
        NotFoundError: the library is gone.
    """
    embeddings = await ensure_embeddings(context, library, texts)
    if embeddings:
        await run_in_transaction(
            context.services.client, library.id, lambda unit: store_embeddings(unit, embeddings)
        )
    return len(embeddings)


async def _known_hashes(
    context: Context, library: LibraryDocument, hashes: list[bytes]
) -> set[bytes]:
    found = context.services.database["embeddings"].find(
        {
            "library_id": library.id,
            "model": library.embedding.model_key,
            "text_hash": {"$in": hashes},
        },
        {"_id": 0, "text_hash": 1},
        batch_size=len(hashes),
    )
    return {bytes(row["text_hash"]) async for row in found}


def _embed(
    context: Context, library: LibraryDocument, texts: dict[bytes, str]
) -> list[EmbeddingDocument]:
    embedder = context.services.embedders.get(embedding_model(library.embedding))
    vectors = embedder.embed(list(texts.values()))
    return [
        EmbeddingDocument(
            id=DocumentId(),
            library_id=library.id,
            model=library.embedding.model_key,
            text_hash=digest,
            vector=encode_vector(vector),
        )
        for digest, vector in zip(texts, vectors, strict=True)
    ]
