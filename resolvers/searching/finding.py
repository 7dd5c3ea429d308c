"""What may answer a search: by meaning, by words, or by both, in one library."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Generic, NamedTuple

from documents.errors import NotFoundError
from documents.library import LibraryDocument, LibraryState
from resolvers.context import Context
from resolvers.errors import IndexBehindError
from resolvers.lexical_index.asked import holds_phrase
from resolvers.lexical_index.word_index import WordSearch
from resolvers.ranking.candidates import Candidates, found_by_meaning, found_by_words, join
from resolvers.searching.asked import checked_text
from resolvers.searching.query_vector import vector_of_query
from resolvers.searching.request import SearchMode, SearchRequest
from resolvers.searching.restricting import restrict
from resolvers.semantic_index.columns import EVERYTHING
from resolvers.semantic_index.follower import IndexFollower
from resolvers.semantic_index.making import Query
from resolvers.semantic_index.passage_index import Found, PassageQuery
from resolvers.semantic_index.sources import HEADWORDS

# What the two ways of searching find is joined from as many of each, whatever page is asked for.
HYBRID_DEPTH: Final = 1_000


class Sighting(NamedTuple):
    """What may answer, and the last transaction that it reflects; negative for none."""

    candidates: Candidates
    sequence: int


@dataclass(frozen=True, slots=True)
class _Way(Generic[Query]):
    """A way of searching: in what, for what, and what is made of what is found."""

    follower: IndexFollower[Query]
    # Of a filter and a count.
    query: Callable[..., Query]
    candidates: Callable[[Found], Candidates]


async def find_library(request: SearchRequest) -> LibraryDocument:
    """The library of a request.

    Raises:
        NotFoundError: there is none.
    """
    library = await LibraryDocument.find_one(
        {"key": request.library_key, "state": LibraryState.READY}
    )
    if library is None:
        raise NotFoundError(f"There is no library {request.library_key!r}.")
    return library


async def look_at_headwords(
    context: Context, library: LibraryDocument, request: SearchRequest, sighting: Sighting
) -> Sighting:
    """The same words, and how near their headwords are to what is described."""
    vector = await vector_of_query(context, library.embedding, request)
    follower = await context.services.semantic_indexes.of(library)
    words = sighting.candidates.words
    query = PassageQuery(vector, EVERYTHING, len(words), only=words)
    found = await follower.search(query, sighting.sequence, HEADWORDS)
    return Sighting(sighting.candidates.with_headwords(found), sighting.sequence)


async def _find_by_meaning(
    context: Context, library: LibraryDocument, request: SearchRequest, count: int
) -> Sighting:
    vector = await vector_of_query(context, library.embedding, request)
    follower = await context.services.semantic_indexes.of(library)
    way = _Way(follower, partial(PassageQuery, vector), found_by_meaning)
    return await _find(context, library, request, count, way)


async def _find_by_words(
    context: Context, library: LibraryDocument, request: SearchRequest, count: int
) -> Sighting:
    text = checked_text(request)
    follower = await context.services.semantic_indexes.words_of(library)
    way = _Way(follower, partial(WordSearch, text), found_by_words)
    return await _find(context, library, request, count, way)


async def _find_by_both(
    context: Context, library: LibraryDocument, request: SearchRequest, _count: int
) -> Sighting:
    by_words, by_meaning = await asyncio.gather(
        *(
            find(context, library, request, HYBRID_DEPTH)
            for find in (_find_by_words, _find_by_meaning)
        )
    )
    joined = join(by_meaning.candidates, by_words.candidates)
    if holds_phrase(request.text or ""):
        joined = joined.among(by_words.candidates.words)
    return Sighting(joined, min(by_words.sequence, by_meaning.sequence))


FINDERS: Final = {
    SearchMode.SEMANTIC: _find_by_meaning,
    SearchMode.LEXICAL: _find_by_words,
    SearchMode.HYBRID: _find_by_both,
}


async def _find(
    context: Context,
    library: LibraryDocument,
    request: SearchRequest,
    count: int,
    way: _Way[Query],
) -> Sighting:
    sequence = await _reach(way.follower, library.sequence, request.min_sequence)
    wanted, by_owner = await restrict(context, library, request), request.is_by_owner
    query = way.query(wanted, count, by_owner=by_owner)
    found = await way.follower.search(query, sequence, request.source)
    # Passages that are asked for one by one stand for themselves.
    found = found if by_owner else replace(found, owners=found.passages)
    return Sighting(way.candidates(found), sequence)


async def _reach(follower: IndexFollower[Any], present: int, wanted: int | None) -> int:
    """Wait for what was committed; gives the sequence that a search reflects at least."""
    await follower.reach(max(present, wanted or 0))
    if wanted is not None and follower.sequence < wanted:
        raise IndexBehindError(
            f"The index of this worker reflects sequence {max(0, follower.sequence)}, the library "
            f"has reached {present}, and minSequence is {wanted}. Retry shortly, or leave it out."
        )
    return follower.sequence
