"""What is deleted once a minute: documents that TTL indexes say are over, and old sessions."""

import time
from contextlib import suppress
from typing import Final

from bson.datetime_ms import DatetimeMS

from infra.embedded.arguments import Arguments
from infra.embedded.catalog import Collection
from infra.embedded.context import Context, OpenStore
from infra.embedded.errors import StoreError
from infra.embedded.execution import Deadline
from infra.embedded.indexes import Index
from infra.embedded.writing import Writing

_INTERVAL_SECONDS: Final = 60.0
# A busy writer is met again at the next round.
_PATIENCE_SECONDS: Final = 5.0


class Expiry:
    """Deletes what TTL indexes say is over."""

    def __init__(self, store: OpenStore) -> None:
        self._store = store
        self._due_at = time.monotonic() + _INTERVAL_SECONDS

    def run_when_due(self) -> None:
        """Delete, unless the last time is less than a minute ago."""
        if time.monotonic() >= self._due_at:
            self._due_at = time.monotonic() + _INTERVAL_SECONDS
            self.run()

    def run(self) -> None:
        """Delete now, collection by collection."""
        with self._store.file.reading() as connection:
            catalog = self._store.catalogs.read(connection)
        for collection in catalog.collections.values():
            for index in collection.indexes:
                if index.expire_after_seconds is not None:
                    with suppress(StoreError):
                        self._delete_from(collection, index)
        with suppress(StoreError):
            self._store.sessions.clear_old()

    def _delete_from(self, collection: Collection, index: Index) -> None:
        seconds = index.expire_after_seconds or 0
        limit = DatetimeMS(int((time.time() - seconds) * 1000))
        # Only dates are before a date; of several in an array the earliest counts.
        statement = Arguments("deletes", {"q": {index.fields[0]: {"$lt": limit}}, "limit": 0}, {})
        context = Context(
            store=self._store,
            database=collection.database,
            client=None,
            session=None,
            transaction=None,
            deadline=Deadline(time.monotonic() + _PATIENCE_SECONDS),
        )
        with context.writing():
            current = context.find_collection(context.writer, collection.name)
            if current is not None and current.id == collection.id:
                Writing(context, current).delete(statement, context.variables)
