"""Single rows by id or key, with the columns that were asked for and no others."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from bson import ObjectId

from documents.base import EntityKind
from documents.database import Row
from documents.library import LibraryState
from resolvers.context import Context
from resolvers.loaders import load_all_together, load_together

Columns = frozenset[str]

COLLECTIONS = {
    EntityKind.LIBRARY: "libraries",
    EntityKind.WORD: "words",
    EntityKind.DEFINITION: "definitions",
    EntityKind.EXAMPLE: "examples",
    EntityKind.DOCUMENT: "documents",
    EntityKind.CHUNK: "chunks",
    EntityKind.JOB: "jobs",
}


async def load_row(
    context: Context, collection: str, document_id: ObjectId, columns: Columns
) -> Row | None:
    """One document's columns, or None where there is none; one trip for all that ask together.

    A library that is being deleted counts as gone.
    """
    read = partial(_read, context, collection, "_id", columns)
    return await load_together(context, ("row", collection, columns), read, document_id)


async def load_rows(
    context: Context, collection: str, ids: Iterable[ObjectId], columns: Columns
) -> list[Row | None]:
    """Several documents in the order of their ids; one trip."""
    read = partial(_read, context, collection, "_id", columns)
    return await load_all_together(context, ("row", collection, columns), read, ids)


async def load_library(context: Context, key: str, columns: Columns) -> Row | None:
    """The library of a key, unless it is being deleted; one trip for all that ask together."""
    read = partial(_read, context, "libraries", "key", columns | {"key"})
    return await load_together(context, ("library", columns), read, key)


async def _read(
    context: Context, collection: str, field: str, columns: Columns, values: list[Any]
) -> list[Row | None]:
    query: Row = {field: {"$in": values}}
    if collection == COLLECTIONS[EntityKind.LIBRARY]:
        query["state"] = LibraryState.READY
    found = context.services.database[collection].find(
        query, projection_of(columns), batch_size=one_batch(len(values))
    )
    rows = {row[field]: row async for row in found}
    return [rows.get(value) for value in values]


def one_batch(size: int) -> int:
    """The batch size that brings that many rows in one command; the store's default is 101."""
    # With one to spare the store sees that there are no more.
    return size + 1


def projection_of(columns: Columns) -> Row:
    """What the store is asked to send; the id comes always.

    Of a column and a part of it the whole is asked for: the store refuses both.
    """
    whole = {path for path in columns if not any(part in columns for part in _above(path))}
    return {"_id": 1} | dict.fromkeys(sorted(whole - {"_id"}), 1)


def _above(path: str) -> Iterator[str]:
    while "." in path:
        path = path.rpartition(".")[0]
        yield path
