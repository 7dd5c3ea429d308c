"""A chunk: a stretch of a document's text."""

import strawberry
from strawberry.scalars import JSON

from documents.base import EntityKind
from resolvers.reading.chunk import load_chunk_at
from schema.embedding import Embedding, embedding_of
from schema.fields import Info, resolved, stored
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

    @resolved("The document that it is part of.", reads=("document_id",))
    async def document(self, info: Info) -> LazyDocument:
        """One trip for all chunks of a level."""
        document: LazyDocument = await follow(info, "documents", self.row["document_id"])
        return document

    @resolved("The library it belongs to.", reads=("library_id",))
    async def library(self, info: Info) -> LazyLibrary:
        """One trip for all chunks of a level."""
        library: LazyLibrary = await follow(info, "libraries", self.row["library_id"])
        return library

    @resolved("The chunk before it; null for the first.", reads=PLACE)
    async def previous(self, info: Info) -> "Chunk | None":
        """One trip for all chunks of a level."""
        return await self._at(info, -1)

    @resolved("The chunk behind it; null for the last.", reads=PLACE)
    async def next(self, info: Info) -> "Chunk | None":
        """One trip for all chunks of a level."""
        return await self._at(info, 1)

    @resolved("Its vector; null while it has none.", reads=("library_id", "text_hash"))
    async def embedding(self, info: Info) -> Embedding | None:
        """One trip for all chunks of a level."""
        return await embedding_of(info, self.row)

    async def _at(self, info: Info, step: int) -> "Chunk | None":
        place = (self.row["document_id"], self.row["position"] + step)
        row = await load_chunk_at(info.context, place, selection_of(info).columns)
        return None if row is None else Chunk(row=row)
