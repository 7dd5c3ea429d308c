"""`createIndexes`, `dropIndexes` and `listIndexes`."""

from contextlib import ExitStack
from typing import Final

from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document, encode_document
from infra.embedded.catalog import Collection
from infra.embedded.commands.find import first_batch
from infra.embedded.context import Command, Context, Kind, Reply
from infra.embedded.cursors import DEFAULT_BATCH
from infra.embedded.errors import (
    bad_value,
    cannot_create_index,
    index_not_found,
    invalid_options,
    not_in_transaction,
)
from infra.embedded.indexes import (
    ID_INDEX,
    MAX_INDEXES,
    Index,
    check_definition,
    is_same_index,
)
from infra.embedded.records import RecordWriter, count_records, remove_entries


def create_indexes(context: Context, arguments: Arguments) -> Reply:
    """Add indexes, built from the documents that are there: all of them or none."""
    definitions = [check_definition(given) for given in arguments.array("indexes")]
    if not definitions:
        raise bad_value("Must specify at least one index to create")
    name = arguments.collection()
    existed = context.find_collection(context.writer, name) is not None
    collection = context.need_collection(name)
    before = len(collection.indexes)
    for definition in definitions:
        collection = _create(context, collection, definition)
    after = len(collection.indexes)
    note = {"note": "all indexes already exist"} if before == after else {}
    return {
        "numIndexesBefore": before,
        "numIndexesAfter": after,
        "createdCollectionAutomatically": not existed,
        **note,
        "ok": 1.0,
    }


def _create(context: Context, collection: Collection, definition: Document) -> Collection:
    if any(is_same_index(index, definition) for index in collection.indexes):
        return collection
    if len(collection.indexes) >= MAX_INDEXES:
        raise cannot_create_index(f"add index fails, too many indexes for {collection.namespace}")
    if "weights" in definition and any(index.is_text for index in collection.indexes):
        raise cannot_create_index(f"only one text index per collection, {collection.namespace}")
    writer, catalogs = context.writer, context.store.catalogs
    if context.transaction is not None and (
        _is_older(context, collection) or count_records(writer, collection)
    ):
        raise not_in_transaction(
            "Cannot create new indexes on existing collection "
            f"{collection.namespace} in a multi-document transaction."
        )
    index = catalogs.add_index(writer, collection.id, definition)
    RecordWriter(writer, catalogs, collection).build(index)
    return catalogs.read(writer).get(collection.database, collection.name)


def _is_older(context: Context, collection: Collection) -> bool:
    """Whether a collection was there before the transaction at hand."""
    with context.store.file.reading() as outside:
        catalog = context.store.catalogs.read(outside)
    found = catalog.collections.get((collection.database, collection.name))
    return found is not None and found.id == collection.id


def drop_indexes(context: Context, arguments: Arguments) -> Reply:
    """Drop indexes by name or key pattern; `*` drops all but the one on `_id`."""
    catalog = context.store.catalogs.read(context.writer)
    collection = catalog.get(context.database, arguments.collection())
    before = len(collection.indexes)
    for index in _wanted(collection, arguments.body.get("index")):
        remove_entries(context.writer, index)
        context.store.catalogs.drop_index(context.writer, index)
    return {"nIndexesWas": before, "ok": 1.0}


def _wanted(collection: Collection, wanted: object) -> list[Index]:
    if wanted == "*":
        return list(collection.indexes[1:])
    if isinstance(wanted, list):
        return [index for one in wanted for index in _wanted(collection, one)]
    if isinstance(wanted, dict):
        items = list(wanted.items())
        found = [index for index in collection.indexes if list(index.pattern.items()) == items]
        missing = f"can't find index with key: {wanted}"
    else:
        found = [index for index in collection.indexes if index.name == wanted]
        missing = f"index not found with name [{wanted}]"
    if not found:
        raise index_not_found(missing)
    if found[0].name == ID_INDEX:
        raise invalid_options("cannot drop _id index")
    return found


def list_indexes(context: Context, arguments: Arguments) -> Reply:
    """The definitions of a collection's indexes, as a cursor."""
    with ExitStack() as resources:
        connection = resources.enter_context(context.reading())
        catalog = context.store.catalogs.read(connection)
        collection = catalog.get(context.database, arguments.collection())
        options = Arguments("cursor", arguments.document("cursor"), {})
        return first_batch(
            context,
            arguments,
            iter([encode_document(index.definition) for index in collection.indexes]),
            resources,
            batch_size=options.integer("batchSize", DEFAULT_BATCH),
        )


COMMANDS: Final = {
    "createIndexes": Command(
        create_indexes, frozenset({"indexes", "commitQuorum"}), Kind.WRITE, in_transaction=True
    ),
    "dropIndexes": Command(drop_indexes, frozenset({"index"}), Kind.WRITE),
    "listIndexes": Command(list_indexes, frozenset({"cursor"}), Kind.READ),
}
