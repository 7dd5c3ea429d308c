"""Search: a description in; words, chunks or documents out, the best first."""

import asyncio
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.ranking.fusing import Described, Sighted, fuse
from resolvers.ranking.hints import classes_described
from resolvers.ranking.scoring import (
    WEIGHTS,
    WEIGHTS_OF_CHUNKS,
    WEIGHTS_OF_WORDS,
    Ranking,
    Weights,
    rank,
)
from resolvers.searching.diversifying import DIVERSE_DEPTH, diversify
from resolvers.searching.finding import Sighting, find, find_library, look_at_headwords
from resolvers.searching.left_out import left_out
from resolvers.searching.page import SearchHit, SearchPosition, page_of
from resolvers.searching.request import SearchMode, SearchRequest, SearchTarget
from resolvers.semantic_index.threads import in_thread

MAX_DEPTH: Final = 10_000
# Words are ranked among as many of each library, whatever page is asked for.
WORD_DEPTH: Final = 800


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page, best first."""

    hits: list[SearchHit]
    # Of all candidates: the row of a hit is its rank - 1. What is equal is told by the hits.
    ranking: Ranking = field(compare=False)
    has_next: bool
    # The last transaction that is reflected for certain; None while the index is made at first.
    sequence: int | None


class _Sight(NamedTuple):
    """What one library offers, the last transaction that it reflects, and its language."""

    sighted: Sighted
    sequence: int
    language: str


async def search_library(
    context: Context,
    request: SearchRequest,
    *,
    limit: int,
    after: SearchPosition | None = None,
    depth: int = 0,
) -> SearchResult:
    """Rank what a library holds by its nearness to what is described.

    Equal scores are ordered by id; results end at rank `MAX_DEPTH`, words where the best candidates
    end. Whatever was committed before the call is reflected; where the index is not there in time,
    the result says how far it is.

    Args:
        context: of the operation.
        request: what is looked for.
        limit: of the hits of the page.
        after: where the last page ended.
        depth: how many candidates are ranked at least, if there are as many.

    Raises:
        NotFoundError: there is no such library, or nothing of an id that it is made of.
        RequestError: the text is empty or too long, the vector of the wrong dimension or too large,
            or the search is made of what cannot be added.
        NotEmbeddedError: it is made of something that has no vector yet.
        EmbeddingError: the library's model cannot be run here.
        IndexBehindError: `min_sequence` was not reached in time.
    """
    seen = after.rank if after else 0
    limit = min(limit, MAX_DEPTH - seen)
    # One more than the page tells whether there is a next one.
    count = max(seen + limit + 1, depth, DIVERSE_DEPTH if request.diversity else 0)
    look = find_words if request.target is SearchTarget.WORDS else _find_passages
    candidates, sequence = await look(context, request, count)
    ranking = await diversify(context, request, rank(candidates, _weights(request)))
    hits = page_of(ranking.found, request, after, limit + 1)
    has_next = len(hits) > limit and seen + limit < MAX_DEPTH
    return SearchResult(hits[:limit], ranking, has_next, None if sequence < 0 else sequence)


def _weights(request: SearchRequest) -> Weights:
    if request.mode is SearchMode.LEXICAL:
        return WEIGHTS_OF_WORDS
    return WEIGHTS if request.target is SearchTarget.WORDS else WEIGHTS_OF_CHUNKS


async def _find_passages(context: Context, request: SearchRequest, count: int) -> Sighting:
    return await _find(context, await find_library(context, request), request, count)


async def find_words(context: Context, request: SearchRequest, _count: int = 0) -> Sighting:
    """Words of all libraries by all that is known of them, each headword once; not yet ranked."""
    libraries = await asyncio.gather(*(_sight(context, each) for each in request.by_library()))
    described = Described(request.said, classes_described(request.said, libraries[0].language))
    fused = fuse([each.sighted for each in libraries], described)
    return Sighting(fused, libraries[0].sequence)


async def _sight(context: Context, request: SearchRequest) -> _Sight:
    library = await find_library(context, request)
    found = await _find(context, library, request, WORD_DEPTH)
    if request.mode is not SearchMode.LEXICAL:
        found = await look_at_headwords(context, library, request, found)
    headwords = await context.services.semantic_indexes.headwords_of(library)
    return _Sight(Sighted(found.candidates, headwords), found.sequence, library.language)


async def _find(
    context: Context, library: LibraryDocument, request: SearchRequest, count: int
) -> Sighting:
    """What may answer, but for what the search is made of."""
    unwanted = await left_out(context, library, request)
    found = await find(context, library, request, count + len(unwanted))
    return found._replace(candidates=found.candidates.without(unwanted))


async def respell(context: Context, request: SearchRequest) -> str | None:
    """The text of a request with words that the library has, for those that it has not.

    None where it has them all, or none that is spelt like them.

    Raises:
        NotFoundError: there is no such library.
    """
    library = await find_library(context, request)
    follower = await context.services.semantic_indexes.words_of(library)
    await follower.reach(library.sequence)
    index = follower.sources[request.source].index
    return await in_thread(index.respell, request.text) if index and request.text else None
