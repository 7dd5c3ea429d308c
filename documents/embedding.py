"""An embedding: the vector of one text under one model."""

from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from bson import Binary
from bson.binary import VECTOR_SUBTYPE
from numpy.typing import NDArray
from pydantic import ConfigDict, Field
from pymongo import ASCENDING, IndexModel

from documents.base import EntityDocument, EntityKind
from documents.ids import DocumentId

# BSON vector: a byte for the element type (float32), a byte of padding (none), then little-endian
# elements.
VECTOR_HEADER = b"\x27\x00"


class EmbeddingDocument(EntityDocument):
    """A vector, kept apart from what it embeds and shared by equal texts."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    kind: ClassVar[EntityKind] = EntityKind.EMBEDDING

    library_id: DocumentId
    # `LibraryEmbedding.model_key`
    model: str
    text_hash: bytes = Field(min_length=16, max_length=16)
    # BSON vector, subtype 9, float32, as many as the model's dimension
    vector: Binary

    class Settings:
        name = "embeddings"
        keep_nulls = False
        indexes = [
            IndexModel(
                [("library_id", ASCENDING), ("model", ASCENDING), ("text_hash", ASCENDING)],
                name="text",
                unique=True,
            )
        ]


def encode_vector(vector: NDArray[np.float32]) -> Binary:
    """A (d,) float32 vector as a BSON vector."""
    return Binary(VECTOR_HEADER + vector.astype("<f4", copy=False).tobytes(), VECTOR_SUBTYPE)


def decode_vectors(vectors: Iterable[bytes], dimension: int) -> NDArray[np.float32]:
    """BSON vectors as one (n, d) float32 array."""
    joined = b"".join(vector[len(VECTOR_HEADER) :] for vector in vectors)
    return np.frombuffer(joined, dtype="<f4").reshape(-1, dimension)
