"""A chunk: a stretch of a document's text."""

from collections.abc import Sequence

import strawberry
from strawberry.scalars import JSON

from documents.base import EntityKind
from resolvers.reading.chunk import load_chunks_at
from schema.embedding import Embedding, embeddings_of
from schema.fields import Info, Objects, RowObject, batched, stored
from schema.links import LazyDocument, LazyLibrary, follow
from schema.node import Node, global_id
from schema.selection import selection_of

PLACE = ("document_id", "position")


@strawberry.type(description="A stretch of a document's text, found by its meaning.")
class Chunk(Node):
    """One chunk."""

    id: strawberry.ID = global_id(EntityKind.CHUNK)
    position: int = stored("position", "Its place among the document's chunks, from 0.")
    text: str = stored("text", "What it says.")
    start: int | None = stored(
        "start",
        "Where it begins in the document's text, in Unicode code points; null without that text.",
    )
    end: int | None = stored(
        "end", "Behind its last code point in the document's text; null without that text."
    )
    heading_path: list[str] = stored(
        "heading_path", "The headings that it stands under, the highest first.", default=()
    )
    metadata: JSON = stored("metadata", "A JSON object of its owner's making.", default={})
    version: int = stored("version", "Rises with each change of the chunk.")

    @batched("The document that it is part of.", reads=("document_id",))
    @staticmethod
    async def document(chunks: Objects, info: Info) -> list[LazyDocument]:
        """One trip for all chunks of a level."""
        return await follow(info, "documents", chunks, "document_id")

    @batched("The library it belongs to.", reads=("library_id",))
    @staticmethod
    async def library(chunks: Objects, info: Info) -> list[LazyLibrary]:
        """One trip for all chunks of a level."""
        return await follow(info, "libraries", chunks, "library_id")

    @batched("The chunk before it; null for the first.", reads=PLACE)
    @staticmethod
    async def previous(chunks: Objects, info: Info) -> list["Chunk | None"]:
        """One trip for all chunks of a level."""
        return await _beside(info, chunks, -1)

    @batched("The chunk behind it; null for the last.", reads=PLACE)
    @staticmethod
    async def next(chunks: Objects, info: Info) -> list["Chunk | None"]:
        """One trip for all chunks of a level."""
        return await _beside(info, chunks, 1)

    @batched("Its vector; null while it has none.", reads=("library_id", "text_hash"))
    @staticmethod
    async def embedding(chunks: Objects, info: Info) -> list[Embedding | None]:
        """One trip for all chunks of a level."""
        return await embeddings_of(info, chunks)


async def _beside(info: Info, chunks: Sequence[RowObject], step: int) -> list[Chunk | None]:
    places = [(each.row["document_id"], each.row["position"] + step) for each in chunks]
    rows = await load_chunks_at(info.context, places, selection_of(info).columns)
    return [None if row is None else Chunk(row=row) for row in rows]
