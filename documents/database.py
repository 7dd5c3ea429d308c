"""Opening the database: the format is checked, documents registered, database indexes made."""

from collections.abc import Mapping
from typing import Any

from beanie import init_beanie
from pymongo import AsyncMongoClient, IndexModel
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from documents.change import ChangeDocument
from documents.chunk import ChunkDocument
from documents.definition import DefinitionDocument
from documents.document import DocumentDocument
from documents.embedding import EmbeddingDocument
from documents.errors import StoreFormatError
from documents.example import ExampleDocument
from documents.idempotency_key import IdempotencyKeyDocument
from documents.import_checkpoint import ImportCheckpointDocument
from documents.job import JobDocument
from documents.library import LibraryDocument
from documents.pending_text import PendingTextDocument
from documents.word import WordDocument

Row = dict[str, Any]  # a document as projected and read, without a model
Client = AsyncMongoClient[Row]
Database = AsyncDatabase[Row]

FORMAT_VERSION = 1

DOCUMENT_MODELS = [
    LibraryDocument,
    WordDocument,
    DefinitionDocument,
    ExampleDocument,
    DocumentDocument,
    ChunkDocument,
    EmbeddingDocument,
    ChangeDocument,
    ImportCheckpointDocument,
    IdempotencyKeyDocument,
    PendingTextDocument,
    JobDocument,
]


def connect(uri: str) -> Client:
    """A client with the options that every part of the program relies on; nothing is sent yet."""
    return AsyncMongoClient(
        uri,
        tz_aware=True,
        uuidRepresentation="standard",
        appname="lexigraph",
        serverSelectionTimeoutMS=5_000,
        w="majority",
        journal=True,
        readConcernLevel="majority",
    )


async def open_database(client: Client, name: str) -> Database:
    """Check what is stored, then register the documents and make missing database indexes.

    Raises:
        StoreFormatError: the database was written by another format version.
    """
    database: Database = client[name]
    await database["meta"].update_one(
        {"_id": "format"}, {"$setOnInsert": {"version": FORMAT_VERSION}}, upsert=True
    )
    meta = await database["meta"].find_one({"_id": "format", "version": {"$ne": FORMAT_VERSION}})
    if meta is not None:
        raise StoreFormatError(
            f"Database {name!r} has format {meta['version']}, this program reads {FORMAT_VERSION}: "
            "export the libraries with the version of Lexigraph that wrote it and import them here."
        )
    await init_beanie(database, document_models=DOCUMENT_MODELS, skip_indexes=True)
    for model in DOCUMENT_MODELS:
        await _ensure_indexes(database[model.Settings.name], model.Settings.indexes)
    return database


async def _ensure_indexes(collection: AsyncCollection[Row], declared: list[IndexModel]) -> None:
    """Make the database indexes that are missing, and those anew that were declared otherwise.

    Indexes under other names are the administrator's.
    """
    present = await collection.index_information()
    wanted = {index.document["name"]: index for index in declared}
    for name in wanted.keys() & present.keys():
        if _shape(dict(wanted[name].document)) != _shape(present[name]):
            await collection.drop_index(name)
            del present[name]
    missing = [index for name, index in wanted.items() if name not in present]
    if missing:
        await collection.create_indexes(missing)


def _shape(index: Mapping[str, Any]) -> tuple[object, ...]:
    key = index["key"]
    pairs = list(key.items() if isinstance(key, Mapping) else key)
    return pairs, bool(index.get("unique")), index.get("partialFilterExpression")
