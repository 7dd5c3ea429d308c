"""What there is: databases, collections and their indexes, as stored in the file.

A `Catalog` is immutable. Each change of it gets a version number that this process never uses
twice, so one read of that number inside a snapshot finds the right catalog in memory, also inside
a transaction that has changed it and may yet be rolled back.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import uuid4

from bson.binary import UUID_SUBTYPE, Binary

from infra.embedded.bson_types import Document, decode_document, encode_document
from infra.embedded.errors import StoreError, invalid_namespace, namespace_not_found
from infra.embedded.indexes import Index, index_from_definition
from infra.embedded.opening import Connection

_NAMESPACE_LIMIT_BYTES: Final = 255
_DATABASE_LIMIT_BYTES: Final = 63
_BAD_IN_DATABASE: Final = re.compile(r'[/\\. "$*<>:|?\x00]')
_REMEMBERED_VERSIONS: Final = 8


@dataclass(frozen=True, slots=True)
class View:
    """A pipeline over a collection or another view, run anew by every read."""

    source: str
    pipeline: list[Document]


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection and its indexes, the first of which is on `_id`; or a view, which has none.

    Attributes:
        id: the number its record numbers begin with.
        options: `uuid` and what `create` was given.
        view: what it shows; None for a collection.
    """

    id: int
    database: str
    name: str
    options: Document
    indexes: tuple[Index, ...]
    view: View | None = None

    @property
    def namespace(self) -> str:
        """Database and collection, joined as MongoDB writes them."""
        return f"{self.database}.{self.name}"


class NotACollectionError(StoreError):
    """A view stands where a command needs a collection (166); some reads catch it and go on."""

    def __init__(self, namespace: str, view: View) -> None:
        message = f"Namespace {namespace} is a view, not a collection"
        super().__init__(166, "CommandNotSupportedOnView", message)
        self.view = view


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every collection and view of the file, by database and name."""

    collections: Mapping[tuple[str, str], Collection] = field(default_factory=dict)

    def find(self, database: str, name: str) -> Collection | None:
        """The collection, if there is one.

        Raises:
            NotACollectionError: it is a view (166).
        """
        found = self.collections.get((database, name))
        if found is not None and found.view is not None:
            raise NotACollectionError(found.namespace, found.view)
        return found

    def get(self, database: str, name: str) -> Collection:
        """The collection.

        Raises:
            StoreError: there is none (26).
        """
        collection = self.find(database, name)
        if collection is None:
            raise namespace_not_found(f"ns does not exist: {database}.{name}")
        return collection

    def of_database(self, database: str) -> list[Collection]:
        """The collections and views of one database, by name."""
        found = [one for one in self.collections.values() if one.database == database]
        return sorted(found, key=lambda one: one.name)

    def databases(self) -> list[str]:
        """The names of the databases, which exist as long as they have collections."""
        return sorted({one.database for one in self.collections.values()})


class Catalogs:
    """Reads and changes the catalog through a connection, remembering the latest versions."""

    def __init__(self, connection: Connection) -> None:
        self._remembered: OrderedDict[int, Catalog] = OrderedDict()
        self._guard = threading.Lock()
        self._versions = count(_version(connection) + 1)
        self._latest = 0, Catalog()

    @property
    def latest(self) -> tuple[int, Catalog]:
        """A catalog and its version, for who checks in a snapshot that this is the one there."""
        return self._latest

    def read(self, connection: Connection) -> Catalog:
        """The catalog of the connection's snapshot."""
        version = _version(connection)
        catalog = self._remembered.get(version)
        if catalog is None:
            catalog = _load(connection)
            with self._guard:
                self._remembered[version] = catalog
                while len(self._remembered) > _REMEMBERED_VERSIONS:
                    self._remembered.popitem(last=False)
        self._latest = version, catalog
        return catalog

    def create_collection(
        self, connection: Connection, database: str, name: str, options: Document
    ) -> Collection:
        """Add a collection with its `_id` index.

        Raises:
            StoreError: the name cannot be one (73).
        """
        number = self._add(connection, database, name, options)
        definition = {"v": 2, "key": {"_id": 1}, "name": "_id_"}
        self.add_index(connection, number, definition)
        return self.read(connection).get(database, name)

    def create_view(self, connection: Connection, database: str, name: str, view: View) -> None:
        """Add a view; what it is on need not be there.

        Raises:
            StoreError: the name cannot be one (73).
        """
        options = {"viewOn": view.source, "pipeline": view.pipeline}
        self._add(connection, database, name, options)
        self._changed(connection)

    def _add(self, connection: Connection, database: str, name: str, options: Document) -> int:
        check_namespace(database, name)
        stored = {"uuid": Binary(uuid4().bytes, UUID_SUBTYPE), "options": options}
        cursor = connection.execute(
            "INSERT INTO collections (database, name, options) VALUES (?, ?, ?)",
            (database, name, encode_document(stored)),
        )
        return int(cursor.lastrowid or 0)

    def drop_collection(self, connection: Connection, collection: Collection) -> None:
        """Remove a collection from the catalog; its documents and entries are the caller's."""
        connection.execute("DELETE FROM indexes WHERE collection_id = ?", (collection.id,))
        connection.execute("DELETE FROM collections WHERE id = ?", (collection.id,))
        self._changed(connection)

    def rename_collection(
        self, connection: Connection, collection: Collection, database: str, name: str
    ) -> None:
        """Give a collection another name.

        Raises:
            StoreError: the name cannot be one (73).
        """
        check_namespace(database, name)
        connection.execute(
            "UPDATE collections SET database = ?, name = ? WHERE id = ?",
            (database, name, collection.id),
        )
        self._changed(connection)

    def add_index(self, connection: Connection, collection_id: int, definition: Document) -> Index:
        """Store the definition of an index that has no entries yet."""
        cursor = connection.execute(
            "INSERT INTO indexes (collection_id, definition, multikey) VALUES (?, ?, 0)",
            (collection_id, encode_document(definition)),
        )
        self._changed(connection)
        return index_from_definition(int(cursor.lastrowid or 0), definition, multikey=0)

    def redefine_index(self, connection: Connection, index: Index, definition: Document) -> None:
        """Store another definition for an index whose entries stay right."""
        connection.execute(
            "UPDATE indexes SET definition = ? WHERE id = ?",
            (encode_document(definition), index.id),
        )
        self._changed(connection)

    def drop_index(self, connection: Connection, index: Index) -> None:
        """Remove an index from the catalog; its entries are the caller's."""
        connection.execute("DELETE FROM indexes WHERE id = ?", (index.id,))
        self._changed(connection)

    def mark_multikey(self, connection: Connection, index: Index, fields: int) -> None:
        """Note which fields of an index have met an array; this is never taken back."""
        connection.execute(
            "UPDATE indexes SET multikey = multikey | ? WHERE id = ?", (fields, index.id)
        )
        self._changed(connection)

    def _changed(self, connection: Connection) -> None:
        connection.execute("UPDATE catalog_version SET version = ?", (next(self._versions),))


def check_database(name: object) -> str:
    """A database name that can be one.

    Raises:
        StoreError: it cannot (73).
    """
    if not isinstance(name, str) or not 0 < len(name.encode()) <= _DATABASE_LIMIT_BYTES:
        raise invalid_namespace(f"Invalid database name: {name!r}")
    if _BAD_IN_DATABASE.search(name):
        raise invalid_namespace(f"Invalid database name: '{name}'")
    return name


def check_namespace(database: str, name: object) -> str:
    """A collection name that can be one.

    Raises:
        StoreError: it cannot (73).
    """
    check_database(database)
    bad = (
        not isinstance(name, str)
        or not name
        or name.startswith((".", "system."))
        or name.endswith(".")
        or "$" in name
        or "\x00" in name
        or len(f"{database}.{name}".encode()) > _NAMESPACE_LIMIT_BYTES
    )
    if bad:
        raise invalid_namespace(f"Invalid namespace specified '{database}.{name}'")
    return str(name)


def _version(connection: Connection) -> int:
    (version,) = connection.execute("SELECT version FROM catalog_version").fetchone()
    return int(version)


def _load(connection: Connection) -> Catalog:
    indexes: dict[int, list[Index]] = {}
    rows: Any = connection.execute(
        "SELECT id, collection_id, definition, multikey FROM indexes ORDER BY id"
    )
    for number, collection_id, definition, multikey in rows:
        index = index_from_definition(number, decode_document(definition), multikey=multikey)
        indexes.setdefault(collection_id, []).append(index)
    rows = connection.execute("SELECT id, database, name, options FROM collections")
    return Catalog({(row[1], row[2]): _collection(row, indexes) for row in rows})


def _collection(row: tuple[int, str, str, bytes], indexes: dict[int, list[Index]]) -> Collection:
    number, database, name, encoded = row
    stored = decode_document(encoded)
    options = stored["options"]
    view = View(options["viewOn"], options["pipeline"]) if "viewOn" in options else None
    return Collection(number, database, name, stored, tuple(indexes.get(number, ())), view)
