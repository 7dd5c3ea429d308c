"""What something stored means: the vector of a definition or chunk, or what a word's texts share.

Vectors are read as they were stored: nothing is embedded.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray

from documents.base import EntityKind
from documents.database import Row
from documents.library import LibraryEmbedding
from resolvers.context import Context
from resolvers.loaders import load_together
from resolvers.reading.row import load_rows, one_batch
from resolvers.searching.request import StoredNode
from resolvers.semantic_index.reading import usable_vectors

Vector = NDArray[np.float32]
VectorOf = Mapping[bytes, Vector]

HASHED: Final = frozenset({"library_id", "text_hash"})
MEANINGFUL: Final = (EntityKind.WORD, EntityKind.DEFINITION, EntityKind.CHUNK)


@dataclass(frozen=True, slots=True)
class StoredMeaning:
    """What is there of a stored thing.

    Attributes:
        library_id: where it is.
        vector: (d,) of length 1 unless it is a text's own; None where none of its texts has one.
    """

    library_id: ObjectId
    vector: Vector | None


@dataclass(frozen=True, slots=True)
class _Texts:
    """The hashes of what a stored thing says; a word's headword is apart from its definitions."""

    library_id: ObjectId
    passages: tuple[bytes, ...]
    headword: bytes | None = None

    @property
    def hashes(self) -> tuple[bytes, ...]:
        return self.passages if self.headword is None else (*self.passages, self.headword)

    def vector(self, vector_of: VectorOf) -> Vector | None:
        """A headword that has a vector of its own says as much as all definitions together."""
        if self.headword is None:
            return vector_of.get(self.passages[0])
        definitions = _mean([vector_of[each] for each in self.passages if each in vector_of])
        headword = vector_of.get(self.headword)
        return _mean([each for each in (definitions, headword) if each is not None])


async def load_meaning(
    context: Context, model: LibraryEmbedding, node: StoredNode
) -> StoredMeaning | None:
    """What a word, definition or chunk means under a model, whatever library it is of.

    None where it is not there; four commands for all that ask together.
    """
    read = partial(_read, context, model)
    return await load_together(context, ("meaning", model.model_key), read, node)


async def _read(
    context: Context, model: LibraryEmbedding, nodes: list[StoredNode]
) -> list[StoredMeaning | None]:
    texts = await _texts_of(context, nodes)
    vectors = await _vectors_of(context, model, texts.values())
    return [
        StoredMeaning(found.library_id, found.vector(vectors[found.library_id]))
        if (found := texts.get(node))
        else None
        for node in nodes
    ]


async def _texts_of(context: Context, nodes: Sequence[StoredNode]) -> dict[StoredNode, _Texts]:
    ids = {kind: [node.id for node in nodes if node.kind is kind] for kind in MEANINGFUL}
    words, definitions, chunks = await asyncio.gather(
        load_rows(context, "words", ids[EntityKind.WORD], HASHED),
        _definitions(context, ids[EntityKind.DEFINITION], ids[EntityKind.WORD]),
        load_rows(context, "chunks", ids[EntityKind.CHUNK], HASHED),
    )
    texts = {
        StoredNode(kind, row["_id"]): _Texts(row["library_id"], (bytes(row["text_hash"]),))
        for kind, rows in ((EntityKind.DEFINITION, definitions), (EntityKind.CHUNK, chunks))
        for row in rows
        if row
    }
    of_word: defaultdict[ObjectId, list[bytes]] = defaultdict(list)
    for row in definitions:
        of_word[row["word_id"]].append(bytes(row["text_hash"]))
    for word in filter(None, words):
        passages, headword = tuple(of_word[word["_id"]]), bytes(word["text_hash"])
        texts[StoredNode(EntityKind.WORD, word["_id"])] = _Texts(
            word["library_id"], passages, headword
        )
    return texts


async def _definitions(
    context: Context, ids: Sequence[ObjectId], word_ids: Sequence[ObjectId]
) -> list[Row]:
    wanted = {"_id": ids, "word_id": word_ids}
    conditions: list[Row] = [{name: {"$in": each}} for name, each in wanted.items() if each]
    if not conditions:
        return []
    columns = dict.fromkeys(("library_id", "word_id", "text_hash"), 1)
    return (
        await context.services.database["definitions"].find({"$or": conditions}, columns).to_list()
    )


async def _vectors_of(
    context: Context, model: LibraryEmbedding, texts: Iterable[_Texts]
) -> Mapping[ObjectId, VectorOf]:
    hashes: defaultdict[ObjectId, set[bytes]] = defaultdict(set)
    for each in texts:
        hashes[each.library_id].update(each.hashes)
    found: defaultdict[ObjectId, dict[bytes, Vector]] = defaultdict(dict)
    if not hashes:
        return found
    rows = context.services.database["embeddings"].find(
        {
            "$or": [
                {"library_id": key, "model": model.model_key, "text_hash": {"$in": list(wanted)}}
                for key, wanted in hashes.items()
            ]
        },
        batch_size=one_batch(sum(map(len, hashes.values()))),
    )
    for row in await rows.to_list():
        for text_hash, vector in zip(*usable_vectors([row], model), strict=True):
            found[row["library_id"]][text_hash] = vector
    return found


def _mean(vectors: Sequence[Vector]) -> Vector | None:
    """The direction that vectors have in common, of length 1; None where they have none."""
    if not vectors:
        return None
    total = np.sum([vector / np.linalg.norm(vector) for vector in vectors], axis=0)
    length = np.linalg.norm(total)
    mean: Vector = (total / length).astype(np.float32)
    return mean if length > 0 else None
