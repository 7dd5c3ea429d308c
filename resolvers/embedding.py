"""Embeddings of a library's texts: made before a transaction, stored within it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from documents.embedding import EmbeddingDocument, encode_vector
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.text import hash_text, normalize_prose
from documents.unit_of_work import UnitOfWork, run_in_transaction
from resolvers.context import Context
from resolvers.pending_texts import settle
from resolvers.semantic_index.query_vectors import embedding_model


@dataclass(slots=True)
class Vectors:
    """What is known about the vectors of texts, by the hashes of the texts.

    Attributes:
        made: vectors that are still to be stored.
        known: what the store has.
    """

    made: dict[bytes, EmbeddingDocument]
    known: set[bytes]

    def add(self, other: "Vectors") -> None:
        """Take in what was found out later."""
        self.made |= other.made
        self.known |= other.known


class MissingVectorsError(Exception):
    """Texts turned out to be written that no vectors were made of: make them and try again."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(f"{len(texts)} texts have no vector")
        self.texts = texts


async def make_vectors(context: Context, library: LibraryDocument, texts: Iterable[str]) -> Vectors:
    """Embed texts that the library has no vector for, off the event loop; nothing is stored yet.

    Raises:
        EmbeddingError: the library's model cannot be run here.
    """
    by_hash = {hash_text(text): normalize_prose(text) for text in texts}
    known = await _known_hashes(context, library, list(by_hash)) if by_hash else set()
    missing = {digest: text for digest, text in by_hash.items() if digest not in known}
    if not missing:
        return Vectors({}, known)
    made = await asyncio.to_thread(_embed, context, library, missing)
    return Vectors({each.text_hash: each for each in made}, known)


async def store_vectors(unit: UnitOfWork, vectors: Vectors, texts: Mapping[bytes, str]) -> None:
    """Store those vectors of texts that no earlier transaction has stored.

    Args:
        unit: the open transaction.
        vectors: what was made beforehand.
        texts: what is written, by the texts' hashes.

    Raises:
        MissingVectorsError: there are texts that `vectors` knows nothing of.
    """
    unknown = texts.keys() - vectors.made.keys() - vectors.known
    if unknown:
        raise MissingVectorsError([texts[digest] for digest in unknown])
    await _store(unit, [vectors.made[each] for each in texts if each in vectors.made])


async def embed_texts(context: Context, library: LibraryDocument, texts: Iterable[str]) -> int:
    """Embed the texts that the library has no vector for and store them in a transaction.

    Returns:
        How many texts were embedded.

    Raises:
        EmbeddingError: the library's model cannot be run here.
        NotFoundError: the library is gone.
    """
    made = list((await make_vectors(context, library, texts)).made.values())
    if made:
        await run_in_transaction(
            context.services.client, library.id, lambda unit: _store(unit, made)
        )
    return len(made)


async def _store(unit: UnitOfWork, embeddings: Sequence[EmbeddingDocument]) -> None:
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
    await settle(unit, [embedding.text_hash for embedding in embeddings])


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
