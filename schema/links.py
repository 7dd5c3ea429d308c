"""Types that point at each other, by name; and the rows that such pointers lead to."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from bson import ObjectId

from documents.base import EntityKind
from documents.errors import NotFoundError
from resolvers.reading.row import COLLECTIONS, load_row, load_rows
from schema.fields import Info, RowObject
from schema.node import type_name_of
from schema.selection import selection_of

if TYPE_CHECKING:
    from schema.chunk import Chunk
    from schema.definition import Definition
    from schema.document import Document
    from schema.example import Example
    from schema.library import Library
    from schema.relation import IncomingRelation, Relation
    from schema.synset import Synset
    from schema.word import Word

LazyLibrary = Annotated["Library", strawberry.lazy("schema.library")]
LazyWord = Annotated["Word", strawberry.lazy("schema.word")]
LazyDefinition = Annotated["Definition", strawberry.lazy("schema.definition")]
LazyExample = Annotated["Example", strawberry.lazy("schema.example")]
LazyDocument = Annotated["Document", strawberry.lazy("schema.document")]
LazyChunk = Annotated["Chunk", strawberry.lazy("schema.chunk")]
LazySynset = Annotated["Synset", strawberry.lazy("schema.synset")]
LazyRelation = Annotated["Relation", strawberry.lazy("schema.relation")]
LazyIncomingRelation = Annotated["IncomingRelation", strawberry.lazy("schema.relation")]


async def load_node(info: Info, kind: EntityKind, document_id: ObjectId) -> Any:
    """The object of any kind, with the columns selected of it; None if there is none."""
    selection = selection_of(info, type_name_of(kind))
    row = await load_row(info.context, COLLECTIONS[kind], document_id, selection.columns)
    return None if row is None else selection.origin(row=row)


async def follow(info: Info, collection: str, objects: Iterable[RowObject], key: str) -> list[Any]:
    """What a foreign key of each object names, with the columns selected of it.

    A NotFoundError stands for what was deleted since its child was read.
    """
    selection = selection_of(info)
    ids = [each.row[key] for each in objects]
    rows = await load_rows(info.context, collection, ids, selection.columns)
    origin = selection.origin
    return [
        NotFoundError("This was deleted in the meantime: ask again.")
        if row is None
        else origin(row=row)
        for row in rows
    ]
