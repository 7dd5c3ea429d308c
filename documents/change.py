"""The change log: what each committed transaction did to a library, in commit order."""

from enum import StrEnum

from beanie import Document
from pydantic import BaseModel, ConfigDict, Field
from pymongo import ASCENDING, IndexModel

from documents.base import EntityKind
from documents.ids import DocumentId


class ChangeOperation(StrEnum):
    """What happened to an entity."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


class ChangeEntry(BaseModel):
    """One entity's part in a transaction; `version` is the one it left behind.

    `parent_id` is what indexes find it under, once it is gone too: for an example, its definition.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: EntityKind
    id: DocumentId
    operation: ChangeOperation
    version: int
    parent_id: DocumentId | None = None


class ChangeDocument(Document):
    """One transaction; followers read upwards from the last `sequence` they applied. No gaps."""

    model_config = ConfigDict(extra="forbid")

    library_id: DocumentId
    sequence: int = Field(ge=1)
    entries: list[ChangeEntry]

    class Settings:
        name = "changes"
        keep_nulls = False
        indexes = [
            IndexModel(
                [("library_id", ASCENDING), ("sequence", ASCENDING)], name="sequence", unique=True
            )
        ]
