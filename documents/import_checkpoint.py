"""Where an import stands, so that an interrupted one goes on instead of starting over."""

from beanie import Document
from pydantic import ConfigDict, Field
from pymongo import ASCENDING, IndexModel

from documents.ids import DocumentId


class ImportCheckpointDocument(Document):
    """One unfinished import of one file: written with its batches, removed at its end."""

    model_config = ConfigDict(extra="forbid")

    library_id: DocumentId
    # SHA-256 of the file and the format it is read in
    fingerprint: str
    entries_done: int = Field(default=0, ge=0)
    added: int = 0
    changed: int = 0
    unchanged: int = 0

    class Settings:
        name = "import_checkpoints"
        keep_nulls = False
        indexes = [
            IndexModel(
                [("library_id", ASCENDING), ("fingerprint", ASCENDING)], name="file", unique=True
            )
        ]
