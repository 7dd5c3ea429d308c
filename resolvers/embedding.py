"""Embeddings of a library's texts: made before a transaction, stored within it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from bson import ObjectId

from documents.embedding import EmbeddingDocument, encode_vector
from documents.errors import NotFoundError
from documents.ids import DocumentId
from documents.library import LibraryDocument, LibraryEmbedding, LibraryState
from documents.text import hash_text, normalize_prose
from documents.unit_of_work import UnitOfWork, run_in_transaction
from infra.embeddings.errors import EmbeddingError
from resolvers.context import Context
from resolvers.pending_texts import settle
from resolvers.semantic_index.query_vectors import embedding_model

logger = structlog.get_logger(__name__)


class VectorKey(NamedTuple):
    """Names the vector of a text in its library."""

    model_key: str
    text_hash: bytes


@dataclass(slots=True)
class Vectors:
    """What is known about the vectors of texts.

    Attributes:
        made: vectors that are still to be stored.
        known: what the store has.
    """

    made: dict[VectorKey, EmbeddingDocument]
    known: set[VectorKey]

    def add(self, other: "Vectors") -> None:
        """Take in what was found out later."""
        self.made |= other.made
        self.known |= other.known


class MissingVectorsError(Exception):
    """Texts turned out to be written that lack vectors: make them and try again.

    Attributes:
        texts: that are meant.
        library: as it is now; its models may be others than before.
    """

    def __init__(self, texts: Sequence[str], library: LibraryDocument) -> None:
        super().__init__(f"{len(texts)} texts have no vector")
        self.texts = texts
        self.library = library


async def make_vectors(context: Context, library: LibraryDocument, texts: Iterable[str]) -> Vectors:
    """Embed texts by each of the library's models; see `make_vectors_of`.

    What the model that is to follow cannot do now is left to the job that embeds everything by it.

    Raises:
        EmbeddingError: the library's own model cannot be run here.
    """
    texts = list(texts)
    vectors = await make_vectors_of(context, library.id, library.embedding, texts)
    if library.next_embedding:
        try:
            vectors.add(await make_vectors_of(context, library.id, library.next_embedding, texts))
        except EmbeddingError as error:
            logger.warning("texts are left to the re-embedding", code=error.code)
    return vectors


async def make_vectors_of(
    context: Context, library_id: ObjectId, model: LibraryEmbedding, texts: Iterable[str]
) -> Vectors:
    """Embed texts that have no vector of a model, off the event loop; nothing is stored yet.

    Raises:
        EmbeddingError: the model cannot be run here.
    """
    by_hash = {hash_text(text): normalize_prose(text) for text in texts}
    hashes = await _known_hashes(context, library_id, model, list(by_hash)) if by_hash else set()
    known = {VectorKey(model.model_key, digest) for digest in hashes}
    missing = {digest: text for digest, text in by_hash.items() if digest not in hashes}
    if not missing:
        return Vectors({}, known)
    made = await asyncio.to_thread(_embed, context, library_id, model, missing)
    return Vectors({key_of(each): each for each in made}, known)


async def store_vectors(unit: UnitOfWork, vectors: Vectors, texts: Mapping[bytes, str]) -> None:
    """Store those vectors of texts that no earlier transaction has stored.

    Args:
        unit: the open transaction.
        vectors: what was made beforehand.
        texts: what is written, by the texts' hashes.

    Raises:
        MissingVectorsError: there are texts of whose vectors by the library's own model `vectors`
            knows nothing.
    """
    own, *others = [
        {VectorKey(model.model_key, digest): text for digest, text in texts.items()}
        for model in unit.library.models
    ]
    unknown = own.keys() - vectors.made.keys() - vectors.known
    if unknown:
        raise MissingVectorsError([own[key] for key in unknown], unit.library)
    await store_made(
        unit, [vectors.made[key] for keys in (own, *others) for key in keys if key in vectors.made]
    )


async def embed_texts(context: Context, library: LibraryDocument, texts: Iterable[str]) -> int:
    """Embed the texts that lack vectors of the library's models, and store these.

    Returns:
        How many texts were embedded.

    Raises:
        EmbeddingError: the library's model cannot be run here.
        NotFoundError: the library is gone.
    """
    by_hash = {hash_text(text): text for text in texts}
    vectors = await make_vectors(context, await _as_it_is(library.id), by_hash.values())
    while vectors.made:
        try:
            await run_in_transaction(
                context.services.client,
                library.id,
                lambda unit: store_vectors(unit, vectors, by_hash),
            )
            break
        except MissingVectorsError as error:
            vectors.add(await make_vectors(context, error.library, error.texts))
    return len({key.text_hash for key in vectors.made})


async def store_made(unit: UnitOfWork, embeddings: Sequence[EmbeddingDocument]) -> None:
    """Store vectors, unless an earlier transaction has stored the same."""
    if not embeddings:
        return
    stored = await unit.read(
        EmbeddingDocument,
        {
            "library_id": unit.library.id,
            "model": {"$in": list({embedding.model for embedding in embeddings})},
            "text_hash": {"$in": [embedding.text_hash for embedding in embeddings]},
        },
    )
    known = {key_of(embedding) for embedding in stored}
    await unit.insert([each for each in embeddings if key_of(each) not in known])
    searched = unit.library.embedding.model_key
    await settle(unit, [each.text_hash for each in embeddings if each.model == searched])


async def have_vectors(unit: UnitOfWork, model: LibraryEmbedding, hashes: set[bytes]) -> bool:
    """Whether all texts have vectors of a model."""
    known = EmbeddingDocument.get_pymongo_collection().find(
        {
            "library_id": unit.library.id,
            "model": model.model_key,
            "text_hash": {"$in": list(hashes)},
        },
        {"_id": 0, "text_hash": 1},
        session=unit.session,
    )
    return hashes == {bytes(row["text_hash"]) async for row in known}


def key_of(embedding: EmbeddingDocument) -> VectorKey:
    """What names a vector."""
    return VectorKey(embedding.model, embedding.text_hash)


async def _as_it_is(library_id: ObjectId) -> LibraryDocument:
    library = await LibraryDocument.find_one({"_id": library_id, "state": LibraryState.READY})
    if library is None:
        raise NotFoundError("The library is gone.")
    return library


async def _known_hashes(
    context: Context, library_id: ObjectId, model: LibraryEmbedding, hashes: list[bytes]
) -> set[bytes]:
    found = context.services.database["embeddings"].find(
        {"library_id": library_id, "model": model.model_key, "text_hash": {"$in": hashes}},
        {"_id": 0, "text_hash": 1},
        batch_size=len(hashes),
    )
    return {bytes(row["text_hash"]) async for row in found}


def _embed(
    context: Context, library_id: ObjectId, model: LibraryEmbedding, texts: dict[bytes, str]
) -> list[EmbeddingDocument]:
    embedder = context.services.embedders.get(embedding_model(model))
    vectors = embedder.embed(list(texts.values()))
    return [
        EmbeddingDocument(
            id=DocumentId(),
            library_id=DocumentId(library_id),
            model=model.model_key,
            text_hash=digest,
            vector=encode_vector(vector),
        )
        for digest, vector in zip(texts, vectors, strict=True)
    ]
