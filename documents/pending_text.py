"""A text that is still to be embedded."""

from beanie import Document
from pydantic import ConfigDict, Field
from pymongo import ASCENDING, IndexModel

from documents.ids import DocumentId


class PendingTextDocument(Document):
    """Stored with the text, removed with the transaction that stores its vector: to be counted."""

    model_config = ConfigDict(extra="forbid")

    library_id: DocumentId
    text_hash: bytes = Field(min_length=16, max_length=16)

    class Settings:
        name = "pending_texts"
        keep_nulls = False
        indexes = [
            IndexModel(
                [("library_id", ASCENDING), ("text_hash", ASCENDING)], name="text", unique=True
            )
        ]
