"""A document: a text of a library, kept whole and in chunks."""

from typing import ClassVar

from bson import ObjectId
from pydantic import BaseModel, ConfigDict, Field
from pymongo import ASCENDING, IndexModel

from documents.base import EntityDocument, EntityKind, Metadata
from documents.ids import DocumentId, derive_id
from documents.vocabulary import ChunkingMethod


def document_id(library_id: ObjectId, key: str) -> DocumentId:
    """The id of a library's document, derived from its key."""
    return derive_id(library_id, EntityKind.DOCUMENT, key)


class Chunking(BaseModel):
    """How a text is split; `size` and `overlap` count sentences, or tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: ChunkingMethod
    size: int = Field(ge=1)
    overlap: int = Field(default=0, ge=0)
    # By headings only: those below it, from 1 to 6, begin no chunk.
    level: int | None = None


class DocumentDocument(EntityDocument):
    """One text with its chunks, which are documents of their own."""

    kind: ClassVar[EntityKind] = EntityKind.DOCUMENT

    library_id: DocumentId
    # Unique in the library and never changed; the id is always `document_id(library_id, key)`.
    key: str
    title: str
    # None where the chunks were given ready-made, without the text that they come from.
    text: str | None = None
    language: str
    source: str | None = None
    source_url: str | None = None
    metadata: Metadata = Field(default_factory=dict)
    # None where the chunks were given ready-made.
    chunking: Chunking | None = None
    chunk_count: int = Field(default=0, ge=0)

    class Settings:
        name = "documents"
        keep_nulls = False
        indexes = [
            IndexModel([("library_id", ASCENDING), ("key", ASCENDING)], name="key", unique=True),
            IndexModel(
                [("library_id", ASCENDING), ("title", ASCENDING), ("_id", ASCENDING)], name="title"
            ),
        ]
