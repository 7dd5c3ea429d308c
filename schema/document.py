"""A document: a text and its chunks."""

import strawberry
from strawberry.scalars import JSON

from documents.base import EntityKind
from documents.database import Row
from documents.vocabulary import ChunkingMethod
from resolvers.reading.page import Listing, Slice
from resolvers.reading.relationship import DOCUMENT_CHUNKS
from schema.connection import After, Before, Connection, First, Last, connect, parents_of
from schema.fields import Info, Objects, batched, stored
from schema.filters import ChunkFilterArgument, query_of
from schema.links import LazyChunk, LazyLibrary, follow
from schema.node import Node, global_id
from schema.orders import ChunkOrderArgument, terms_of


@strawberry.type(description="How a document's text is split into chunks.")
class Chunking:
    """The stored sub-document as a row."""

    row: strawberry.Private[Row]
    method: ChunkingMethod = stored("method", "What it is split by.")
    size: int = stored("size", "How many sentences, or tokens, a chunk has at most.")
    overlap: int = stored(
        "overlap", "How many of them it shares with the chunk before at most.", default=0
    )
    level: int | None = stored(
        "level", "By headings only: those below it, from 1 to 6, begin no chunk."
    )


@strawberry.type(description="A text that is searched by its chunks.")
class Document(Node):
    """One document."""

    id: strawberry.ID = global_id(EntityKind.DOCUMENT)
    key: str = stored("key", "Names it in its library.")
    title: str = stored("title", "What it is called.")
    text: str | None = stored("text", "The whole text; null if only its chunks were given.")
    language: str = stored("language", "The text's language, as a BCP 47 tag.")
    source: str | None = stored("source", "Where it is taken from.")
    source_url: str | None = stored("source_url", "Where it can be read.")
    metadata: JSON = stored("metadata", "A JSON object of its owner's making.", default={})
    chunking: Chunking | None = stored(
        "chunking",
        "How its text is split; null if its chunks were given ready-made.",
        convert=lambda value: Chunking(row=value),
    )
    chunk_count: int = stored("chunk_count", "How many chunks it has.", default=0)
    version: int = stored("version", "Rises with each change of the document's own fields.")

    @batched("The library it belongs to.", reads=("library_id",))
    @staticmethod
    async def library(documents: Objects, info: Info) -> list[LazyLibrary]:
        """One trip for all documents of a level."""
        return await follow(info, "libraries", documents, "library_id")

    @batched("Its chunks, from the first to the last.")
    @staticmethod
    async def chunks(
        documents: Objects,
        info: Info,
        filter: ChunkFilterArgument = None,
        order_by: ChunkOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[LazyChunk]]:
        """One page."""
        part = Slice(first, after, last, before)
        listing = Listing(DOCUMENT_CHUNKS, query_of(filter), terms_of(order_by))
        return await connect(info, listing, parents_of(documents), part)
