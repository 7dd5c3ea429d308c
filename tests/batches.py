"""Shorthand for tests of batches: items, calls, and what is in the store afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bson import ObjectId

from documents.base import EntityDocument, EntityKind
from documents.database import DOCUMENT_MODELS, Database, Row
from documents.ids import DocumentId
from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.errors import UserError
from resolvers.writing.items import NestedDefinition, NestedExample, NewWord, Reference, Removal
from resolvers.writing.result import BatchCall, BatchResult, ErrorPolicy, ItemStatus

Item = TypeVar("Item")

LIBRARY_KEY = "garden"


def refer(kind: EntityKind, id: ObjectId | None) -> Reference:
    assert id is not None
    return Reference(str(id), kind, DocumentId(id))


def refer_to(document: EntityDocument) -> Reference:
    return refer(document.kind, document.id)


def target(document: EntityDocument, expected_version: int | None = None) -> Removal:
    return Removal(id=refer_to(document), expected_version=expected_version)


def call(
    *items: Item,
    policy: ErrorPolicy = ErrorPolicy.REJECT_ALL,
    cascade: bool = False,
    library: str = LIBRARY_KEY,
) -> BatchCall[Item]:
    if cascade:
        items = tuple(replace(item, cascade=True) for item in items)  # type: ignore[type-var]
    return BatchCall(library, items, policy)


def word(text: str, *definitions: str, examples: Sequence[str] = (), **fields: Any) -> NewWord:
    """A new word whose definitions all have the same examples."""
    senses = [
        NestedDefinition(text=each, examples=[NestedExample(text=example) for example in examples])
        for each in definitions
    ]
    return NewWord(text=text, definitions=senses, **fields)


def statuses(result: BatchResult) -> list[str]:
    return [each.status.value for each in result.results]


def refusals(result: BatchResult) -> list[tuple[str, str]]:
    """Code and place of every error."""
    return [(error.code.value, ".".join(error.field)) for error in result.errors]


def place(error: UserError) -> str:
    return ".".join(error.field)


async def stored(context: Context, collection: str) -> list[Row]:
    """All documents of a collection, in the order of their ids."""
    return await context.services.database[collection].find().sort("_id").to_list()


async def count(context: Context, collection: str) -> int:
    return await context.services.database[collection].count_documents({})


async def empty(database: Database) -> None:
    """Remove all documents; the database indexes stay."""
    for model in DOCUMENT_MODELS:
        await database[model.get_collection_name()].delete_many({})


async def everything(context: Context) -> dict[str, list[Row]]:
    """The whole database, to compare before and after."""
    kinds = ("words", "definitions", "examples", "documents", "chunks")
    names = ("libraries", *kinds, "embeddings", "changes")
    return {name: await stored(context, name) for name in names}


async def sequence_of(library: LibraryDocument) -> int:
    found = await LibraryDocument.get(library.id)
    assert found is not None
    return found.sequence


def created_id(result: BatchResult, index: int = 0) -> DocumentId:
    made = result.results[index]
    assert made.status is ItemStatus.CREATED
    assert made.id is not None
    return made.id
