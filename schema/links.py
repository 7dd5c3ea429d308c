"""Types that point at each other, by name; and the one row that such a pointer leads to."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from bson import ObjectId

from documents.base import EntityKind
from documents.errors import NotFoundError
from resolvers.reading.row import COLLECTIONS, load_row
from schema.fields import Info
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


async def follow(info: Info, collection: str, document_id: ObjectId) -> Any:
    """The object that a foreign key names, with the columns selected of it.

    Raises:
        NotFoundError: it was deleted since its child was read.
    """
    selection = selection_of(info)
    row = await load_row(info.context, collection, document_id, selection.columns)
    if row is None:
        raise NotFoundError("This was deleted in the meantime: ask again.")
    return selection.origin(row=row)
