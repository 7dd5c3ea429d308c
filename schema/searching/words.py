"""Search for words: a description or a vector in, words out."""

import asyncio

import strawberry

from documents.database import Row
from resolvers.ranking.candidates import Part
from resolvers.ranking.scoring import Ranking
from resolvers.reading.page import page_size
from resolvers.searching.facets import counted
from resolvers.searching.page import SearchHit
from resolvers.searching.request import SearchRequest
from resolvers.searching.search import SearchResult, respell, search_library
from schema.connection import PageInfo
from schema.costs import FREE, LOAD, about
from schema.definition import Definition
from schema.fields import Info, computed, resolved
from schema.searching.asked import DID_YOU_MEAN
from schema.searching.cursor import CursorMaker, identity_of
from schema.searching.facets import WordFacets
from schema.searching.rows import matches_of, rows_of
from schema.searching.score_share import ScoreShare
from schema.searching.word_input import SearchInput
from schema.selection import selection_of
from schema.word import Word


def _cursor_of(edge: "SearchEdge") -> str:
    return edge.cursors.encode(edge.hit)


@strawberry.type(description="A word that was found.", directives=[FREE])
class SearchEdge:
    """One hit with its rows."""

    hit: strawberry.Private[SearchHit]
    ranking: strawberry.Private[Ranking]
    word: strawberry.Private[Row]
    matching: strawberry.Private[Row]
    cursors: strawberry.Private[CursorMaker]
    count: strawberry.Private[int]

    cursor: str = computed(_cursor_of, "Opaque; goes into `after` of the same search.")
    node: Word = computed(lambda edge: Word(row=edge.word), "The word.")
    score: float = computed(
        lambda edge: edge.hit.score,
        "How well the word answers: higher is better. Comparable within one search only.",
    )

    @resolved(
        "What each part adds to the score: together they are the score.", size=about(len(Part))
    )
    def explain(self) -> list[ScoreShare]:
        """Looked up only when it is asked for."""
        shares = self.ranking.shares_of(self.hit.rank - 1)
        return [ScoreShare(part=part, share=share) for part, share in shares.items()]

    rank: int = computed(lambda edge: edge.hit.rank, "Its place among all results, from 1.")

    @resolved(
        "How many definitions of the word are among the 1,000 of its library that match best.",
        cost=LOAD,
    )
    def matches(self) -> int:
        """Counted for the whole page at once, when it is asked for."""
        return self.count

    definition: Definition = computed(
        lambda edge: Definition(row=edge.matching), "The definition of the word that matches best."
    )


@strawberry.type(description="One page of results, the best first.")
class SearchConnection:
    """Hits whose words are still there."""

    edges: list[SearchEdge] = strawberry.field(description="The results.")
    request: strawberry.Private[SearchRequest]
    result: strawberry.Private[SearchResult]
    has_next: strawberry.Private[bool]
    has_previous: strawberry.Private[bool]
    sequence: int | None = strawberry.field(
        description="The library's last transaction that the results reflect for certain. Null "
        "while the index is being made for the first time: then not everything is found yet."
    )

    @resolved("The words found, without their scores.")
    def nodes(self) -> list[Word]:
        """In the order of the results."""
        return [Word(row=edge.word) for edge in self.edges]

    @resolved("What the words found have in common.")
    def facets(self) -> WordFacets:
        """Counted only as far as it is asked for."""
        return WordFacets(counted=counted(self.request, self.result))

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
            start_cursor=_cursor_of(self.edges[0]) if self.edges else None,
            end_cursor=_cursor_of(self.edges[-1]) if self.edges else None,
        )


async def search(
    info: Info, input: SearchInput, first: int | None, after: str | None
) -> SearchConnection:
    """One page of a search; words and definitions are read in one trip each, if selected at all."""
    request = input.request()
    cursors = CursorMaker(info.context.services.cursor_key, identity_of(request))
    position = None if after is None else cursors.decode(after)
    limit = page_size(first)
    result = await search_library(info.context, request, limit=limit, after=position)
    return SearchConnection(
        edges=await _edges(info, request, result, cursors),
        request=request,
        result=result,
        has_next=result.has_next,
        has_previous=after is not None,
        sequence=result.sequence,
    )


async def _edges(
    info: Info, request: SearchRequest, result: SearchResult, cursors: CursorMaker
) -> list[SearchEdge]:
    hits, ranking = result.hits, result.ranking
    page = selection_of(info)
    edges = page.child("edges")
    words, definitions, counts = await asyncio.gather(
        rows_of(
            info,
            "words",
            [hit.id for hit in hits],
            *(
                each.child(name)
                for each, name in ((edges, "node"), (page, "nodes"))
                if name in each
            ),
        ),
        rows_of(
            info,
            "definitions",
            [hit.passage_id for hit in hits],
            *(edges.child(name) for name in ("definition",) if name in edges),
        ),
        matches_of(info, request, hits, edges),
    )
    found = zip(hits, words, definitions, counts, strict=True)
    # What was deleted since the index saw it is left out.
    return [
        SearchEdge(
            hit=hit, ranking=ranking, word=word, matching=definition, cursors=cursors, count=count
        )
        for hit, word, definition, count in found
        if word is not None and definition is not None
    ]
