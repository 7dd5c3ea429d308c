"""An idempotency key: what came of the first call that carried it."""

from datetime import datetime
from typing import Any

from beanie import Document
from pydantic import ConfigDict
from pymongo import ASCENDING, IndexModel

from documents.ids import DocumentId


class IdempotencyKeyDocument(Document):
    """Written in the transaction of the call it stands for; the store forgets it in time."""

    model_config = ConfigDict(extra="forbid")

    # The library's id, a colon, the client's key; calls about libraries have no library.
    id: str  # type: ignore[assignment]  # Beanie lets each document choose the type of its id
    library_id: DocumentId | None = None
    request_hash: bytes
    result: dict[str, Any]
    expires_at: datetime

    class Settings:
        name = "idempotency_keys"
        keep_nulls = False
        indexes = [
            IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
            # Deleting a library deletes its keys.
            IndexModel([("library_id", ASCENDING)], name="library"),
        ]
