"""Commands on databases and collections as a whole."""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import Final

from infra.embedded.aggregation import PipelineReader
from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document, encode_document
from infra.embedded.catalog import Collection, View
from infra.embedded.commands.find import first_batch
from infra.embedded.context import Command, Context, Kind, Reply
from infra.embedded.cursors import DEFAULT_BATCH
from infra.embedded.errors import (
    StoreError,
    illegal_operation,
    invalid_options,
    namespace_exists,
    not_in_view,
    unauthorized,
)
from infra.embedded.matcher import compile_filter
from infra.embedded.opening import Connection
from infra.embedded.pipeline import compile_pipeline
from infra.embedded.records import count_records, record_range, remove_all
from infra.embedded.stage_core import writing_stage

_VIEW_DEPTH: Final = 20


def create(context: Context, arguments: Arguments) -> Reply:
    """`create` a collection without options, or a view."""
    arguments.refuse(
        "capped", "timeseries", "validator", "clusteredIndex",
        "changeStreamPreAndPostImages", "expireAfterSeconds", "encryptedFields", "validationLevel",
        "validationAction", "indexOptionDefaults", "storageEngine", "size", "max",
    )  # fmt: skip
    arguments.check_collation()
    name = arguments.collection()
    if _entry(context, name) is not None:
        raise namespace_exists(f"Collection {context.database}.{name} already exists.")
    if arguments.has("viewOn"):
        view = View(arguments.text("viewOn"), arguments.array("pipeline"))
        _check_view(context, name, view)
        context.store.catalogs.create_view(context.writer, context.database, name, view)
    elif arguments.has("pipeline"):
        raise invalid_options("'pipeline' requires 'viewOn' to also be specified")
    else:
        context.need_collection(name)
    return {"ok": 1.0}


def _entry(context: Context, name: str) -> Collection | None:
    """The collection or view of that name."""
    catalog = context.store.catalogs.read(context.writer)
    return catalog.collections.get((context.database, name))


def _check_view(context: Context, name: str, view: View) -> None:
    """Refuse a malformed pipeline, one that writes, and a view that shows itself."""
    if writing_stage(view.pipeline) is not None:
        raise not_in_view("$out and $merge cannot be used in a view definition")
    compile_pipeline(view.pipeline, PipelineReader(context, context.writer), context.variables)
    for _ in range(_VIEW_DEPTH):
        if view.source == name:
            raise StoreError(5, "GraphContainsCycle", f"the view {name} would show itself")
        below = _entry(context, view.source)
        if below is None or below.view is None:
            return
        view = below.view
    raise StoreError(165, "ViewDepthLimitExceeded", f"more than {_VIEW_DEPTH} views on each other")


def drop(context: Context, arguments: Arguments) -> Reply:
    """`drop` a collection or view; one that is not there is dropped already."""
    collection = _entry(context, arguments.collection())
    if collection is None:
        return {"ok": 1.0}
    _drop(context, [collection])
    return {"nIndexesWas": len(collection.indexes), "ns": collection.namespace, "ok": 1.0}


def drop_database(context: Context, _: Arguments) -> Reply:
    """`dropDatabase`: all its collections."""
    catalog = context.store.catalogs.read(context.writer)
    _drop(context, catalog.of_database(context.database))
    return {"dropped": context.database, "ok": 1.0}


def _drop(context: Context, collections: Iterable[Collection]) -> None:
    for collection in collections:
        remove_all(context.writer, collection)
        context.store.catalogs.drop_collection(context.writer, collection)


def rename_collection(context: Context, arguments: Arguments) -> Reply:
    """`renameCollection`, with `dropTarget`."""
    _need_admin(context, arguments)
    source, target = arguments.text("renameCollection"), arguments.text("to")
    catalogs = context.store.catalogs
    catalog = catalogs.read(context.writer)
    collection = catalog.get(*_split(source))
    if source == target:
        raise illegal_operation("Can't rename a collection to itself")
    occupied = catalog.collections.get(_split(target))
    if occupied is not None:
        if not arguments.flag("dropTarget"):
            raise namespace_exists("target namespace exists")
        _drop(context, [occupied])
    catalogs.rename_collection(context.writer, collection, *_split(target))
    return {"ok": 1.0}


def _split(namespace: str) -> tuple[str, str]:
    database, _, name = namespace.partition(".")
    return database, name


def list_collections(context: Context, arguments: Arguments) -> Reply:
    """`listCollections`, as a cursor."""
    matches = compile_filter(arguments.document("filter")).matches
    with ExitStack() as resources:
        connection = resources.enter_context(context.reading())
        found = context.store.catalogs.read(connection).of_database(context.database)
        shown = [_shown(collection, names=arguments.flag("nameOnly")) for collection in found]
        options = Arguments("cursor", arguments.document("cursor"), {})
        return first_batch(
            context,
            arguments,
            iter([encode_document(item) for item in shown if matches(item)]),
            resources,
            batch_size=options.integer("batchSize", DEFAULT_BATCH),
            namespace="$cmd.listCollections",
        )


def _shown(collection: Collection, *, names: bool) -> Document:
    kind = "collection" if collection.view is None else "view"
    shown: Document = {"name": collection.name, "type": kind}
    if names:
        return shown
    if collection.view is not None:
        return shown | {"options": collection.options["options"], "info": {"readOnly": True}}
    return shown | {
        "options": collection.options["options"],
        "info": {"readOnly": False, "uuid": collection.options["uuid"]},
        "idIndex": collection.indexes[0].definition,
    }


def list_databases(context: Context, arguments: Arguments) -> Reply:
    """`listDatabases`."""
    _need_admin(context, arguments)
    matches = compile_filter(arguments.document("filter")).matches
    names_only = arguments.flag("nameOnly")
    with context.reading() as connection:
        catalog = context.store.catalogs.read(connection)
        found: list[Document] = []
        for name in catalog.databases():
            size = sum(_size_bytes(connection, one) for one in catalog.of_database(name))
            found.append({"name": name, "sizeOnDisk": size, "empty": False})
    shown = [item for item in found if matches(item)]
    if names_only:
        return {"databases": [{"name": item["name"]} for item in shown], "ok": 1.0}
    total = sum(item["sizeOnDisk"] for item in shown)
    return {"databases": shown, "totalSize": total, "totalSizeMb": total >> 20, "ok": 1.0}


def _size_bytes(connection: Connection, collection: Collection) -> int:
    row = connection.execute(
        "SELECT coalesce(sum(length(bson)), 0) FROM documents WHERE record BETWEEN ? AND ?",
        record_range(collection),
    )
    return int(row.fetchone()[0])


def _need_admin(context: Context, arguments: Arguments) -> None:
    if context.database != "admin":
        raise unauthorized(f"{arguments.name} may only be run against the admin database.")


def collection_statistics(context: Context, arguments: Arguments) -> Reply:
    """`collStats`: sizes are of the documents, not of what SQLite makes of them."""
    name = arguments.collection()
    with context.reading() as connection:
        collection = context.find_collection(connection, name)
        count = count_records(connection, collection) if collection else 0
        size = _size_bytes(connection, collection) if collection else 0
    return {
        "ns": f"{context.database}.{name}",
        "count": count,
        "size": size,
        "avgObjSize": size // count if count else 0,
        "nindexes": len(collection.indexes) if collection else 0,
        "ok": 1.0,
    }


def database_statistics(context: Context, _: Arguments) -> Reply:
    """`dbStats`."""
    with context.reading() as connection:
        collections = context.store.catalogs.read(connection).of_database(context.database)
        count = sum(count_records(connection, one) for one in collections)
        size = sum(_size_bytes(connection, one) for one in collections)
    return {
        "db": context.database,
        "collections": sum(one.view is None for one in collections),
        "views": sum(one.view is not None for one in collections),
        "objects": count,
        "dataSize": size,
        "indexes": sum(len(one.indexes) for one in collections),
        "ok": 1.0,
    }


_CREATE_OPTIONS: Final = frozenset(
    {
        "capped", "size", "max", "timeseries", "viewOn", "pipeline", "validator", "validationLevel",
        "validationAction", "clusteredIndex", "changeStreamPreAndPostImages", "expireAfterSeconds",
        "encryptedFields", "collation", "storageEngine", "indexOptionDefaults",
    }
)  # fmt: skip
_LIST_OPTIONS: Final = frozenset({"filter", "nameOnly", "authorizedCollections", "cursor"})

COMMANDS: Final = {
    "create": Command(create, _CREATE_OPTIONS, Kind.WRITE, in_transaction=True),
    "drop": Command(drop, kind=Kind.WRITE),
    "dropDatabase": Command(drop_database, kind=Kind.WRITE),
    "renameCollection": Command(rename_collection, frozenset({"to", "dropTarget"}), Kind.WRITE),
    "listCollections": Command(list_collections, _LIST_OPTIONS, Kind.READ),
    "listDatabases": Command(
        list_databases, frozenset({"filter", "nameOnly", "authorizedDatabases"}), Kind.READ
    ),
    "collStats": Command(collection_statistics, frozenset({"scale"}), Kind.READ),
    "dbStats": Command(database_statistics, frozenset({"scale", "freeStorage"}), Kind.READ),
}
