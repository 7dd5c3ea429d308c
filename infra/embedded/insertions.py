"""Documents on their way into a collection: checked one by one, written together.

Every statement of SQLite costs about as much as the row that it writes, so a batch is a statement
per table. What is waiting is part of the unique indexes already.
"""

from infra.embedded.bson_types import Document
from infra.embedded.indexes import Index
from infra.embedded.opening import Connection
from infra.embedded.records import Keys, RecordWriter


class Insertions:
    """The documents that one command adds to a collection, which nothing else changes meanwhile."""

    def __init__(self, connection: Connection, records: RecordWriter) -> None:
        self._connection = connection
        self._records = records
        self._documents: list[tuple[int, bytes]] = []
        self._entries: list[tuple[int, bytes, int]] = []
        self._waiting: dict[int, set[bytes]] = {}
        self._greatest: dict[int, bytes] = {}

    def add(self, raw: bytes, document: Document) -> None:
        """Let a document, given as bytes and decoded, wait for `write`.

        Raises:
            StoreError: a unique key is taken (11000), or two fields of an index are arrays (171).
        """
        found = [
            (index, self._records.entries(index, document))
            for index in self._records.collection.indexes
        ]
        for index, keys in found:
            if index.unique:
                self._check_unique(index, keys)
        record = self._records.take_record()
        self._documents.append((record, raw))
        for index, keys in found:
            if index.unique:
                self._waiting.setdefault(index.id, set()).update(keys)
            for key in keys:
                self._entries.append((index.id, key, record))

    def write(self) -> None:
        """Write what is waiting."""
        self._connection.executemany("INSERT INTO documents VALUES (?, ?)", self._documents)
        # In the order of the table, neighbours are written to a page that is at hand.
        self._connection.executemany("INSERT INTO entries VALUES (?, ?, ?)", sorted(self._entries))
        self._documents, self._entries, self._waiting = [], [], {}
        self._greatest.clear()

    def _check_unique(self, index: Index, keys: Keys) -> None:
        waiting = self._waiting.get(index.id, ())
        greatest = self._greatest_key(index)
        for key, values in keys.items():
            if key in waiting:
                raise index.duplicate(self._records.collection.namespace, values)
            # Most keys are new ids, greater than all before them: nothing to look up.
            if key <= greatest:
                self._records.check_unique(index, {key: values})

    def _greatest_key(self, index: Index) -> bytes:
        """The greatest key in the file; empty when there is none."""
        greatest = self._greatest.get(index.id)
        if greatest is None:
            row = self._connection.execute(
                "SELECT max(key) FROM entries WHERE index_id = ?", (index.id,)
            ).fetchone()
            greatest = self._greatest[index.id] = row[0] or b""
        return greatest
