"""The documents of a collection, kept together with their index entries.

A record number is the collection's number and a counter: one table holds all documents, and those
of a collection lie side by side, in the order they were inserted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, Final

from infra.embedded.bson_types import Document, decode_document
from infra.embedded.catalog import Catalogs, Collection
from infra.embedded.indexes import Index
from infra.embedded.opening import Connection

_RECORD_BITS: Final = 40
_BUILD_CHUNK: Final = 50_000
Keys = Mapping[bytes, Sequence[Any]]


def record_range(collection: Collection) -> tuple[int, int]:
    """The first and the last record number that a collection can have."""
    first = collection.id << _RECORD_BITS
    return first, first + (1 << _RECORD_BITS) - 1


def count_records(connection: Connection, collection: Collection) -> int:
    """How many documents a collection has; SQLite counts them one by one."""
    row = connection.execute(
        "SELECT count(*) FROM documents WHERE record BETWEEN ? AND ?", record_range(collection)
    )
    return int(row.fetchone()[0])


def scan_records(
    connection: Connection, collection: Collection, *, backwards: bool = False
) -> Iterator[tuple[int, bytes]]:
    """Every record of a collection with its BSON bytes, in the order of insertion."""
    statement = (
        "SELECT record, bson FROM documents WHERE record BETWEEN ? AND ? ORDER BY record DESC"
        if backwards
        else "SELECT record, bson FROM documents WHERE record BETWEEN ? AND ? ORDER BY record"
    )
    with connection.stream() as cursor:
        yield from cursor.execute(statement, record_range(collection))


def remove_all(connection: Connection, collection: Collection) -> None:
    """Delete every document of a collection and every entry of its indexes."""
    for index in collection.indexes:
        remove_entries(connection, index)
    connection.execute(
        "DELETE FROM documents WHERE record BETWEEN ? AND ?", record_range(collection)
    )


def remove_entries(connection: Connection, index: Index) -> None:
    """Delete every entry of an index."""
    connection.execute("DELETE FROM entries WHERE index_id = ?", (index.id,))


class RecordWriter:
    """Writes documents of one collection inside the writer's transaction.

    A document whose unique keys are taken is refused before anything of it is written, so that the
    other documents of the same statement are not harmed.
    """

    def __init__(self, connection: Connection, catalogs: Catalogs, collection: Collection) -> None:
        self._connection = connection
        self._catalogs = catalogs
        self.collection = collection
        self._next_record: int | None = None
        self._multikey = {index.id: index.multikey for index in collection.indexes}

    def replace(
        self,
        record: int,
        before: Document,
        raw: bytes,
        after: Document,
        changed: frozenset[str] | None,
    ) -> None:
        """Put another document into a record.

        Args:
            record: where it is.
            before: the document there.
            raw: the new one.
            after: the same, decoded.
            changed: the only top-level fields that may differ; None for any.

        Raises:
            StoreError: a unique key is taken (11000), or two fields of an index are arrays (171).
        """
        changes = [
            (index, index.entries(before).keys, self.entries(index, after))
            for index in self.collection.indexes
            if changed is None or index.partial is not None or index.roots & changed
        ]
        for index, old, new in changes:
            self.check_unique(index, {key: new[key] for key in new.keys() - old.keys()})
        self._connection.execute("UPDATE documents SET bson = ? WHERE record = ?", (raw, record))
        for index, old, new in changes:
            self._remove_entries(index, old.keys() - new.keys(), record)
            self._add_entries(index, {key: new[key] for key in new.keys() - old.keys()}, record)

    def delete(self, record: int, document: Document) -> None:
        """Remove a record and its index entries."""
        for index in self.collection.indexes:
            self._remove_entries(index, index.entries(document).keys, record)
        self._connection.execute("DELETE FROM documents WHERE record = ?", (record,))

    def build(self, index: Index) -> None:
        """Make the entries of a new index from the documents that are there.

        Raises:
            StoreError: as `replace`.
        """
        rows = self._entries_of_all(index)
        while chunk := sorted(islice(rows, _BUILD_CHUNK), key=itemgetter(0, 1)):
            for key, record, values in chunk:
                self.check_unique(index, {key: values})
                self._add_entries(index, {key: values}, record)

    def _entries_of_all(self, index: Index) -> Iterator[tuple[bytes, int, Sequence[Any]]]:
        for record, raw in scan_records(self._connection, self.collection):
            document = decode_document(raw)
            for key, values in self.entries(index, document).items():
                yield key, record, values

    def take_record(self) -> int:
        """The number of the next new record."""
        if self._next_record is None:
            first, last = record_range(self.collection)
            row = self._connection.execute(
                "SELECT max(record) FROM documents WHERE record BETWEEN ? AND ?", (first, last)
            )
            self._next_record = (row.fetchone()[0] or first) + 1
        record = self._next_record
        self._next_record += 1
        return record

    def check_unique(self, index: Index, keys: Keys) -> None:
        """Refuse keys that a unique index has already.

        Raises:
            StoreError: one is taken (11000).
        """
        if not index.unique:
            return
        for key, values in keys.items():
            found = self._connection.execute(
                "SELECT 1 FROM entries WHERE index_id = ? AND key = ? LIMIT 1", (index.id, key)
            )
            if found.fetchone():
                raise index.duplicate(self.collection.namespace, values)

    def entries(self, index: Index, document: Document) -> Keys:
        """The keys of a document that is being written, noting the first array of a field."""
        entries = index.entries(document)
        known = self._multikey.get(index.id, 0)
        if entries.multikey & ~known:
            self._multikey[index.id] = known | entries.multikey
            self._catalogs.mark_multikey(self._connection, index, entries.multikey)
        return entries.keys

    def _add_entries(self, index: Index, keys: Iterable[bytes], record: int) -> None:
        self._connection.executemany(
            "INSERT INTO entries VALUES (?, ?, ?)", [(index.id, key, record) for key in keys]
        )

    def _remove_entries(self, index: Index, keys: Iterable[bytes], record: int) -> None:
        self._connection.executemany(
            "DELETE FROM entries WHERE index_id = ? AND key = ? AND record = ?",
            [(index.id, key, record) for key in keys],
        )
