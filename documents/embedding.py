"""An embedding: the vector of one text under one model."""

from beanie import Document
from bson import Binary
from pydantic import ConfigDict, Field
from pymongo import ASCENDING, IndexModel

from documents.ids import DocumentId


class EmbeddingDocument(Document):
    """A vector, kept apart from what it embeds and shared by equal texts."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

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
