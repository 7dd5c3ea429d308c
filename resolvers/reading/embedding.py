"""The vectors of texts, in one trip for all that ask together, and one for their libraries."""

from collections import defaultdict
from functools import partial
from typing import NamedTuple

from bson import ObjectId

from documents.database import Row
from documents.embedding import decode_vectors
from documents.library import LibraryEmbedding
from resolvers.context import Context
from resolvers.loaders import load_together
from resolvers.reading.row import load_row, one_batch


class EmbeddedText(NamedTuple):
    """Names the vector of a text."""

    library_id: ObjectId
    model_key: str
    text_hash: bytes


async def load_embedding(
    context: Context, library_id: ObjectId, text_hash: bytes, *, with_vector: bool
) -> Row | None:
    """The embedding of a text under its library's model: `model` and, if wanted, `vector`.

    None where the text is not embedded yet.
    """
    library = await load_row(context, "libraries", library_id, frozenset({"embedding"}))
    if library is None:
        return None
    model = LibraryEmbedding.model_validate(library["embedding"])
    read = partial(_read, context, with_vector)
    text = EmbeddedText(library_id, model.model_key, bytes(text_hash))
    row = await load_together(context, ("embedding", with_vector), read, text)
    if row is None:
        return None
    embedding: Row = {"model": library["embedding"]}
    if with_vector:
        (vector,) = decode_vectors([row["vector"]], model.dimension)
        embedding["vector"] = vector.tolist()
    return embedding


async def _read(context: Context, with_vector: bool, texts: list[EmbeddedText]) -> list[Row | None]:
    hashes: defaultdict[tuple[ObjectId, str], list[bytes]] = defaultdict(list)
    for text in texts:
        hashes[text.library_id, text.model_key].append(text.text_hash)
    columns = ("library_id", "model", "text_hash", *(("vector",) if with_vector else ()))
    found = context.services.database["embeddings"].find(
        {
            "$or": [
                {"library_id": library_id, "model": model, "text_hash": {"$in": wanted}}
                for (library_id, model), wanted in hashes.items()
            ]
        },
        dict.fromkeys(columns, 1),
        batch_size=one_batch(len(texts)),
    )
    rows = {
        EmbeddedText(row["library_id"], row["model"], bytes(row["text_hash"])): row
        async for row in found
    }
    return [rows.get(text) for text in texts]
