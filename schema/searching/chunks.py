"""Search in documents: a description or a vector in, chunks out."""

from collections.abc import Sequence

import strawberry

from documents.database import Row
from resolvers.reading.page import page_size
from resolvers.searching.highlighting import highlight
from resolvers.searching.page import SearchHit
from resolvers.searching.request import SearchRequest
from resolvers.searching.search import respell, search_library
from resolvers.splitting.spans import Span
from schema.chunk import Chunk
from schema.connection import PageInfo
from schema.costs import FREE
from schema.fields import Info, resolved
from schema.searching.asked import DID_YOU_MEAN
from schema.searching.chunk_input import ChunkSearchInput
from schema.searching.cursor import CursorMaker, identity_of
from schema.searching.rows import rows_of
from schema.selection import selection_of


@strawberry.type(description="A sentence of a chunk.", directives=[FREE])
class Highlight:
    """Where to look."""

    text: str = strawberry.field(description="What it says.")
    start: int = strawberry.field(
        description="Where it begins in the chunk's text, in Unicode code points."
    )
    end: int = strawberry.field(description="Behind its last code point in the chunk's text.")


@strawberry.type(description="A chunk that was found.")
class ChunkSearchEdge:
    """One hit with its row."""

    hit: strawberry.Private[SearchHit]
    row: strawberry.Private[Row]
    cursors: strawberry.Private[CursorMaker]
    sentence: strawberry.Private[Span | None]

    @resolved("Opaque; goes into `after` of the same search.")
    def cursor(self) -> str:
        """Made only when it is asked for."""
        return self.cursors.encode(self.hit)

    @resolved("The chunk.")
    def node(self) -> Chunk:
        """Of its row."""
        return Chunk(row=self.row)

    @resolved("How near the chunk is to what was looked for: higher is better.")
    def score(self) -> float:
        """In the library's metric."""
        return self.hit.score

    @resolved(
        "The sentence of the chunk that answers best: by its words in mode LEXICAL, otherwise by "
        "its meaning. A page compares 400 sentences, the first of each chunk. Null where none of "
        "them holds any of the words.",
        cost=2,
    )
    def highlight(self) -> Highlight | None:
        """Found for the whole page at once, when it is asked for."""
        if self.sentence is None:
            return None
        start, end = self.sentence
        return Highlight(text=self.row["text"][start:end], start=start, end=end)

    @resolved("Its place among all results, from 1.")
    def rank(self) -> int:
        """The same on every page."""
        return self.hit.rank


@strawberry.type(description="One page of results, the best first.")
class ChunkSearchConnection:
    """Hits whose chunks are still there."""

    edges: list[ChunkSearchEdge] = strawberry.field(description="The results.")
    request: strawberry.Private[SearchRequest]
    has_next: strawberry.Private[bool]
    has_previous: strawberry.Private[bool]
    sequence: int | None = strawberry.field(
        description="The library's last transaction that the results reflect for certain. Null "
        "while the index is being made for the first time: then not everything is found yet."
    )

    @resolved("The chunks found, without their scores.")
    def nodes(self) -> list[Chunk]:
        """In the order of the results."""
        return [edge.node() for edge in self.edges]

    @resolved(DID_YOU_MEAN)
    async def did_you_mean(self, info: Info) -> str | None:
        """Looked for only when it is asked for."""
        return await respell(info.context, self.request)

    @resolved("Where the page stands among the results.")
    def page_info(self) -> PageInfo:
        """Results are paged forwards."""
        return PageInfo(
            has_next_page=self.has_next,
            has_previous_page=self.has_previous,
            start_cursor=self.edges[0].cursor() if self.edges else None,
            end_cursor=self.edges[-1].cursor() if self.edges else None,
        )


async def search_chunks(
    info: Info, input: ChunkSearchInput, first: int | None, after: str | None
) -> ChunkSearchConnection:
    """One page of a search; chunks are read in one trip, if selected at all."""
    request = input.request()
    cursors = CursorMaker(info.context.services.cursor_key, identity_of(request))
    position = None if after is None else cursors.decode(after)
    result = await search_library(info.context, request, limit=page_size(first), after=position)
    return ChunkSearchConnection(
        edges=await _edges(info, request, result.hits, cursors),
        request=request,
        has_next=result.has_next,
        has_previous=after is not None,
        sequence=result.sequence,
    )


async def _edges(
    info: Info, request: SearchRequest, hits: list[SearchHit], cursors: CursorMaker
) -> list[ChunkSearchEdge]:
    page = selection_of(info)
    edges = page.child("edges")
    selected = [
        each.child(name) for each, name in ((edges, "node"), (page, "nodes")) if name in each
    ]
    is_highlighted = "highlight" in edges
    needed = {"text"} if is_highlighted else set()
    rows = await rows_of(info, "chunks", [hit.passage_id for hit in hits], *selected, more=needed)
    # What was deleted since the index saw it is left out.
    there = [(hit, row) for hit, row in zip(hits, rows, strict=True) if row is not None]
    spans: Sequence[Span | None] = [None] * len(there)
    if is_highlighted:
        spans = await highlight(info.context, request, [row["text"] for _, row in there])
    return [
        ChunkSearchEdge(hit=hit, row=row, cursors=cursors, sentence=span)
        for (hit, row), span in zip(there, spans, strict=True)
    ]
