"""`find` of one document by the value of one field: the read that a store is asked most.

    {find: "words", filter: {_id: 7}, limit: 1}

One SELECT answers it where a single index begins with the field, the one that the planner would
choose, too; it saves parsing, planning and a transaction, which cost several times as much.
Whatever is more than this is left to the planner.
"""

from typing import Any, Final

from bson import Int64, ObjectId
from bson.binary import Binary
from bson.datetime_ms import DatetimeMS

from infra.embedded.arguments import COMMON, Arguments
from infra.embedded.catalog import Collection
from infra.embedded.context import Context
from infra.embedded.cursors import batch_reply
from infra.embedded.indexes import Index
from infra.embedded.keys import encode_key
from infra.embedded.paths import array_index

_FIELDS: Final = (COMMON - {"maxTimeMS"}) | {"find", "filter", "limit", "singleBatch"}
# Values that are equal to what has their key, and to nothing else.
_PLAIN: Final = frozenset({str, int, Int64, float, bool, bytes, Binary, ObjectId, DatetimeMS})
# One statement is one snapshot: the version tells whether the index is the right one in it.
_SELECT: Final = """
    SELECT (SELECT version FROM catalog_version), (
        SELECT d.bson FROM entries e CROSS JOIN documents d ON d.record = e.record
        WHERE e.index_id = ? AND e.key = ? ORDER BY e.record LIMIT 1
    )
"""


def point_read(context: Context, arguments: Arguments) -> bytes | None:
    """The reply to a `find`; None when it needs a plan."""
    point = None if context.transaction else _point(arguments.body)
    if point is None:
        return None
    field, value = point
    version, catalog = context.store.catalogs.latest
    collection = catalog.collections.get((context.database, arguments.collection()))
    index = None if collection is None else _only_index(collection, field)
    if collection is None or index is None:
        return None
    key = encode_key((value,), index.directions)
    with context.store.file.borrowed() as connection:
        current, raw = connection.execute(_SELECT, (index.id, key)).fetchone()
    if current != version:
        return None
    return batch_reply("firstBatch", collection.namespace, 0, () if raw is None else (raw,))


def _point(body: Any) -> tuple[str, Any] | None:
    """The one field of the filter and its value, if the command asks for nothing else."""
    wanted = body.get("filter")
    if type(wanted) is not dict or len(wanted) != 1 or not _FIELDS.issuperset(body):
        return None
    if body.get("limit") != 1 or body.get("singleBatch", True) is not True:
        return None
    ((field, value),) = wanted.items()
    return (field, value) if type(value) in _PLAIN else None


def _only_index(collection: Collection, field: str) -> Index | None:
    """The index on a field, if no other index begins with that field."""
    found = [index for index in collection.indexes if index.fields[:1] == (field,)]
    if len(found) != 1 or len(found[0].fields) > 1 or found[0].partial is not None:
        return None
    # A number in a path names a place or a field; the index does not tell which.
    return found[0] if all(array_index(part) is None for part in found[0].paths[0]) else None
