"""Search in documents: a description or a vector in, chunks out."""

import asyncio
from collections.abc import Sequence

import strawberry

from documents.database import Row
from resolvers.reading.page import page_size
from resolvers.searching.facets import FACET_DEPTH, counted
from resolvers.searching.highlighting import highlight
from resolvers.searching.page import SearchHit
from resolvers.searching.request import SearchRequest
from resolvers.searching.search import SearchResult, respell, search_library
from resolvers.splitting.spans import Span
from schema.chunk import Chunk
from schema.connection import PageInfo
from schema.costs import FREE, LOAD
from schema.fields import Info, resolved
from schema.searching.asked import DID_YOU_MEAN
from schema.searching.chunk_input import ChunkSearchInput
from schema.searching.cursor import CursorMaker, identity_of
from schema.searching.facets import ChunkFacets
from schema.searching.rows import matches_of, rows_of
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
    count: strawberry.Private[int]

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

    @resolved("How many chunks of its document are among the 1,000 that match best.", cost=LOAD)
    def matches(self) -> int:
        """Counted for the whole page at once, when it is asked for."""
        return self.count

    @resolved("Its place among all results, from 1.")
    def rank(self) -> int:
        """The same on every page."""
        return self.hit.rank


@strawberry.type(description="One page of results, the best first.")
class ChunkSearchConnection:
    """Hits whose chunks are still there."""

    edges: list[ChunkSearchEdge] = strawberry.field(description="The results.")
    request: strawberry.Private[SearchRequest]
    result: strawberry.Private[SearchResult]
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

    @resolved("What the chunks found have in common.")
    def facets(self) -> ChunkFacets:
        """Counted only as far as it is asked for."""
        return ChunkFacets(counted=counted(self.request, self.result))

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
    # Facets count results that are on no page.
    depth = FACET_DEPTH if "facets" in selection_of(info) else 0
    result = await search_library(
        info.context, request, limit=page_size(first), after=position, depth=depth
    )
    return ChunkSearchConnection(
        edges=await _edges(info, request, result.hits, cursors),
        request=request,
        result=result,
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
    rows, counts = await asyncio.gather(
        rows_of(info, "chunks", [hit.passage_id for hit in hits], *selected, more=needed),
        matches_of(info, request, hits, edges),
    )
    # What was deleted since the index saw it is left out.
    found = zip(hits, rows, counts, strict=True)
    there = [(hit, row, count) for hit, row, count in found if row is not None]
    spans: Sequence[Span | None] = [None] * len(there)
    if is_highlighted:
        spans = await highlight(info.context, request, [row["text"] for _, row, _ in there])
    return [
        ChunkSearchEdge(hit=hit, row=row, cursors=cursors, sentence=span, count=count)
        for (hit, row, count), span in zip(there, spans, strict=True)
    ]
