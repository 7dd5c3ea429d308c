"""An example: a sentence that shows a definition at work."""

from typing import ClassVar

from pydantic import Field
from pymongo import ASCENDING, IndexModel

from documents.base import EntityDocument, EntityKind
from documents.ids import DocumentId


class ExampleDocument(EntityDocument):
    """One usage example of a definition."""

    kind: ClassVar[EntityKind] = EntityKind.EXAMPLE

    library_id: DocumentId
    definition_id: DocumentId
    position: int = Field(default=0, ge=0)
    text: str
    source: str | None = None

    @property
    def parent_id(self) -> DocumentId:
        """Its definition."""
        return self.definition_id

    class Settings:
        name = "examples"
        keep_nulls = False
        indexes = [
            IndexModel(
                [("definition_id", ASCENDING), ("position", ASCENDING), ("_id", ASCENDING)],
                name="definition",
            ),
            IndexModel([("library_id", ASCENDING), ("_id", ASCENDING)], name="library"),
        ]
