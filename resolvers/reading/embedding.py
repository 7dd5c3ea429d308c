"""The vectors of texts, in one trip for all that ask together, and one for their libraries."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from bson import ObjectId

from documents.database import Row
from documents.embedding import decode_vectors
from documents.library import LibraryEmbedding
from resolvers.context import Context
from resolvers.loaders import load_all_together
from resolvers.reading.row import load_rows, one_batch


class EmbeddedText(NamedTuple):
    """Names the vector of a text."""

    library_id: ObjectId
    model_key: str
    text_hash: bytes


async def load_embeddings(
    context: Context, rows: Sequence[Row], *, with_vector: bool
) -> list[Row | None]:
    """The embeddings of texts under their libraries' models: `model` and, if wanted, `vector`.

    None where a text is not embedded yet.

    Args:
        context: the operation.
        rows: have `library_id` and `text_hash`.
        with_vector: whether it is read at all.
    """
    ids = [row["library_id"] for row in rows]
    libraries = await load_rows(context, "libraries", ids, frozenset({"embedding"}))
    stored = {library["_id"]: library["embedding"] for library in libraries if library is not None}
    models = {key: LibraryEmbedding.model_validate(each) for key, each in stored.items()}
    texts = [
        EmbeddedText(key, models[key].model_key, bytes(row["text_hash"])) if key in models else None
        for key, row in zip(ids, rows, strict=True)
    ]
    wanted = [text for text in texts if text is not None]
    read = partial(_read, context, with_vector)
    vectors = await load_all_together(context, ("embedding", with_vector), read, wanted)
    found = {text: row for text, row in zip(wanted, vectors, strict=True) if row is not None}
    return [
        _embedding(stored[text.library_id], models[text.library_id], found[text])
        if text in found
        else None
        for text in texts
    ]


def _embedding(model: Row, parsed: LibraryEmbedding, row: Row) -> Row:
    if "vector" not in row:
        return {"model": model}
    (vector,) = decode_vectors([row["vector"]], parsed.dimension)
    return {"model": model, "vector": vector.tolist()}


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
