"""TTL indexes: documents whose time has passed are deleted."""

import time
from contextlib import suppress

from bson.datetime_ms import DatetimeMS

from infra.embedded.arguments import Arguments
from infra.embedded.catalog import Collection
from infra.embedded.context import Context, Engine
from infra.embedded.errors import StoreError
from infra.embedded.execution import Deadline
from infra.embedded.indexes import Index
from infra.embedded.writing import Writing


def delete_expired(engine: Engine) -> None:
    """Delete, collection by collection, what a TTL index says is over."""
    with engine.file.reading() as connection:
        catalog = engine.catalogs.read(connection)
    for collection in catalog.collections.values():
        for index in collection.indexes:
            if index.expire_after_seconds is not None:
                # A full disk or a busy writer is met again at the next round.
                with suppress(StoreError):
                    _delete_from(engine, collection, index)


def _delete_from(engine: Engine, collection: Collection, index: Index) -> None:
    limit = DatetimeMS(int((time.time() - float(index.expire_after_seconds or 0)) * 1000))
    # Only dates count; of several in an array the earliest does, which `$lt` finds.
    statement = Arguments("deletes", {"q": {index.fields[0]: {"$lt": limit}}, "limit": 0}, {})
    context = Context(
        engine=engine,
        database=collection.database,
        client=None,
        connection_id=0,
        session=None,
        transaction=None,
        deadline=Deadline(time.monotonic() + 5),
    )
    with context.writing():
        current = context.find_collection(context.writer, collection.name)
        if current is not None and current.id == collection.id:
            Writing(context, current).delete(statement, context.variables)
