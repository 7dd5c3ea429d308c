"""A chunk: a stretch of a document's text, found by its meaning."""

from typing import ClassVar

from pydantic import Field
from pymongo import ASCENDING, IndexModel

from documents.base import EntityDocument, EntityKind, Metadata
from documents.ids import DocumentId, derive_id


def chunk_id(document_id: DocumentId, position: int, text: str) -> DocumentId:
    """The id of a chunk, derived: it stays while place and text do, however often it is split."""
    return derive_id(document_id, EntityKind.CHUNK, f"{position}:{text}")


class ChunkDocument(EntityDocument):
    """One stretch. Chunks and definitions with the same `text_hash` share one embedding."""

    kind: ClassVar[EntityKind] = EntityKind.CHUNK

    library_id: DocumentId
    document_id: DocumentId
    position: int = Field(ge=0)
    text: str
    text_hash: bytes = Field(min_length=16, max_length=16)
    # The chunk is `document.text[start:end]`, in code points; None where there is no such text.
    start: int | None = None
    end: int | None = None
    heading_path: list[str] = Field(default_factory=list)
    metadata: Metadata = Field(default_factory=dict)

    class Settings:
        name = "chunks"
        keep_nulls = False
        indexes = [
            IndexModel(
                [("document_id", ASCENDING), ("position", ASCENDING), ("_id", ASCENDING)],
                name="document",
            ),
            IndexModel([("library_id", ASCENDING), ("_id", ASCENDING)], name="library"),
            IndexModel([("library_id", ASCENDING), ("text_hash", ASCENDING)], name="text_hash"),
        ]
