"""`find_one` by the value of one field: the read that a store is asked most.

PyMongo writes it

    {find: "words", filter: {_id: 7}, limit: 1, singleBatch: true, lsid: …, $clusterTime: …,
     $db: "lexigraph", $readPreference: …}

and these bytes are looked at as they are: decoding, checking and planning a command cost several
times what finding the document does. One SELECT answers where a single index begins with the
field, the one that the planner would choose, too. Whatever is written in another way, is more than
this, or fails goes the way of all commands.
"""

import re
import sqlite3
from typing import Any, Final, NamedTuple

from bson import Int64, ObjectId
from bson.binary import UUID_SUBTYPE, Binary
from bson.datetime_ms import DatetimeMS

from infra.embedded.bson_types import Document, decode_document, encode_document
from infra.embedded.catalog import Catalog, Catalogs, Collection
from infra.embedded.clock import CLUSTER_TIME, PLACEHOLDER
from infra.embedded.cursors import batch_reply
from infra.embedded.errors import StoreError
from infra.embedded.indexes import Index
from infra.embedded.keys import encode_key
from infra.embedded.paths import array_index
from infra.embedded.storage import StoreFile

_ANY_SESSION: Final = b"a session's name"
_ANY: Final = (PLACEHOLDER, _ANY_SESSION)


def _pattern(fields: Document) -> bytes:
    """Fields as BSON, as a regular expression; a time and a session may be any."""
    pattern = re.escape(encode_document(fields)[4:-1])
    for free in _ANY:
        pattern = pattern.replace(re.escape(free), b".{%d}" % len(free))
    return pattern


_NAME: Final = rb"(.{4}[^\0]+\0)"
# Values that are equal to what has their key, and to nothing else.
_PLAIN: Final = frozenset({float, int, Int64, str, bytes, Binary, ObjectId, bool, DatetimeMS})
# From the flags of the message to the filter, and from there to the end.
_HEAD: Final = re.compile(rb"\0{5}(.{4})\x02find\0" + _NAME + rb"\x03filter\0(?=(.{4}))", re.DOTALL)
_TAIL: Final = re.compile(
    _pattern({"limit": 1, "singleBatch": True})
    + rb"(?:" + _pattern({"lsid": {"id": Binary(_ANY_SESSION, UUID_SUBTYPE)}}) + rb")?"
    + rb"(?:" + _pattern(CLUSTER_TIME) + rb")?"
    + rb"\x02\$db\0" + _NAME
    + rb"(?:" + _pattern({"$readPreference": {"mode": "primaryPreferred"}}) + rb")?\0",
    re.DOTALL,
)  # fmt: skip
# One statement is one snapshot: the version tells whether the index is the right one in it.
_SELECT: Final = """
    SELECT (SELECT version FROM catalog_version), (
        SELECT d.bson FROM entries e CROSS JOIN documents d ON d.record = e.record
        WHERE e.index_id = ? AND e.key = ? ORDER BY e.record LIMIT 1
    )
"""


class _Point(NamedTuple):
    """One document by one field; names as BSON writes them."""

    database: bytes
    collection: bytes
    field: str
    value: Any


class _Source(NamedTuple):
    """Where documents with a value of one field are found."""

    namespace: str
    index_id: int
    directions: tuple[int, ...]


class PointReads:
    """Answers point reads, remembering the index of each field in the catalog of the moment."""

    def __init__(self, file: StoreFile, catalogs: Catalogs) -> None:
        self._file = file
        self._catalogs = catalogs
        self._sources: tuple[int, dict[tuple[bytes, bytes, str], _Source]] = 0, {}

    def answer(self, content: bytes) -> bytes | None:
        """The reply to a message of this content; None when it is no point read."""
        point = _point(content)
        version, catalog = self._catalogs.latest
        source = None if point is None else self._source(version, catalog, point)
        if point is None or source is None:
            return None
        key = encode_key((point.value,), source.directions)
        try:
            with self._file.borrowed() as connection:
                current, raw = connection.execute(_SELECT, (source.index_id, key)).fetchone()
        except sqlite3.Error:
            return None
        if current != version:
            return None
        return batch_reply("firstBatch", source.namespace, 0, () if raw is None else (raw,))

    def _source(self, version: int, catalog: Catalog, point: _Point) -> _Source | None:
        known_version, sources = self._sources
        if known_version != version:
            sources = {}
            self._sources = version, sources
        source = sources.get(point[:3])
        if source is None:
            source = _find_source(catalog, point)
            if source is not None:
                sources[point[:3]] = source
        return source


def _point(content: bytes) -> _Point | None:
    head = _HEAD.match(content)
    if head is None or int.from_bytes(head[1], "little") != len(content) - 5:
        return None
    start = head.end()
    stop = start + int.from_bytes(head[3], "little")
    tail = _TAIL.fullmatch(content, stop)
    if tail is None:
        return None
    try:
        ((field, value),) = decode_document(content[start:stop]).items()
    except (StoreError, ValueError):  # no BSON, or not one field
        return None
    return _Point(tail[1], head[2], field, value) if type(value) in _PLAIN else None


def _find_source(catalog: Catalog, point: _Point) -> _Source | None:
    database, name = _text(point.database), _text(point.collection)
    if database is None or name is None:
        return None
    collection = catalog.collections.get((database, name))
    index = None if collection is None else _only_index(collection, point.field)
    if collection is None or index is None:
        return None
    return _Source(collection.namespace, index.id, index.directions)


def _text(raw: bytes) -> str | None:
    """The text of a BSON string; None when it is none."""
    if int.from_bytes(raw[:4], "little") != len(raw) - 4:
        return None
    try:
        return raw[4:-1].decode()
    except UnicodeDecodeError:
        return None


def _only_index(collection: Collection, field: str) -> Index | None:
    """The index on a field, if no other index begins with that field."""
    found = [index for index in collection.indexes if index.fields[:1] == (field,)]
    if len(found) != 1 or len(found[0].fields) > 1 or found[0].partial is not None:
        return None
    # A number in a path names a place or a field; the index does not tell which.
    return found[0] if all(array_index(part) is None for part in found[0].paths[0]) else None
