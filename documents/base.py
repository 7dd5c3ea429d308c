"""What every stored document shares."""

from enum import StrEnum
from typing import ClassVar

from beanie import Document
from pydantic import ConfigDict, Field, JsonValue

from documents.ids import DocumentId

Metadata = dict[str, JsonValue]


class EntityKind(StrEnum):
    """What a change, a global id or an embedding can be about."""

    LIBRARY = "library"
    WORD = "word"
    DEFINITION = "definition"
    EXAMPLE = "example"
    DOCUMENT = "document"
    CHUNK = "chunk"
    JOB = "job"
    # Not public: tells followers of the change log that texts got their vectors.
    EMBEDDING = "embedding"


class EntityDocument(Document):
    """A document with an integer version: each write raises it and names the one it read."""

    model_config = ConfigDict(extra="forbid")

    kind: ClassVar[EntityKind]

    # Known from birth, where Beanie's own may be None: relations and changes name it before it is
    # stored.
    id: DocumentId = Field(default_factory=DocumentId)
    version: int = Field(default=1, ge=1)

    @property
    def parent_id(self) -> DocumentId | None:
        """What it is found under once it is gone; None where followers find it by itself."""
        return None
