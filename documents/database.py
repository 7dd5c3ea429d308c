"""Opening the database: the format is checked, documents registered, database indexes made."""

from typing import Any

from beanie import init_beanie
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from documents.change import ChangeDocument
from documents.definition import DefinitionDocument
from documents.embedding import EmbeddingDocument
from documents.errors import StoreFormatError
from documents.example import ExampleDocument
from documents.import_checkpoint import ImportCheckpointDocument
from documents.library import LibraryDocument
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
    EmbeddingDocument,
    ChangeDocument,
    ImportCheckpointDocument,
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
    await init_beanie(database, document_models=DOCUMENT_MODELS)
    return database
