"""What may answer a search: by meaning, by words, or by both, in one library."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Generic, NamedTuple

import numpy as np

from documents.errors import NotFoundError
from documents.library import LibraryDocument
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
from resolvers.semantic_index.id_set import Ids
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


async def find_library(context: Context, request: SearchRequest) -> LibraryDocument:
    """The library of a request.

    Raises:
        NotFoundError: there is none.
    """
    library = await context.services.semantic_indexes.libraries.find(request.library_key)
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


async def passages_found(
    context: Context, library: LibraryDocument, request: SearchRequest, count: int
) -> tuple[Ids, Ids]:
    """The passages that match best, each by itself, and their owners.

    Of both ways of searching, where the mode has both, so many of each.
    """
    ways = [await way(context, library, request) for way in WAYS[request.mode]]
    found = await asyncio.gather(
        *(_search(context, library, request, count, way, by_owner=False) for way in ways)
    )
    passages = np.concatenate([each.passages for each, _ in found])
    owners = np.concatenate([each.owners for each, _ in found])
    passages, rows = np.unique(passages, return_index=True)
    return passages, owners[rows]


async def _by_meaning(
    context: Context, library: LibraryDocument, request: SearchRequest
) -> _Way[PassageQuery]:
    vector = await vector_of_query(context, library.embedding, request)
    follower = await context.services.semantic_indexes.of(library)
    return _Way(follower, partial(PassageQuery, vector), found_by_meaning)


async def _by_words(
    context: Context, library: LibraryDocument, request: SearchRequest
) -> _Way[WordSearch]:
    text = checked_text(request)
    follower = await context.services.semantic_indexes.words_of(library)
    return _Way(follower, partial(WordSearch, text), found_by_words)


# By mode; a search by both puts together what each finds.
WAYS: Final[Mapping[SearchMode, Sequence[Callable[..., Awaitable[_Way[Any]]]]]] = {
    SearchMode.SEMANTIC: (_by_meaning,),
    SearchMode.LEXICAL: (_by_words,),
    SearchMode.HYBRID: (_by_words, _by_meaning),
}


async def find(
    context: Context, library: LibraryDocument, request: SearchRequest, count: int
) -> Sighting:
    """What may answer in one library: at least `count`, if there is as much."""
    ways = [await way(context, library, request) for way in WAYS[request.mode]]
    if len(ways) == 1:
        return await _sight(context, library, request, count, ways[0])
    by_words, by_meaning = await asyncio.gather(
        *(_sight(context, library, request, HYBRID_DEPTH, way) for way in ways)
    )
    joined = join(by_meaning.candidates, by_words.candidates)
    if holds_phrase(request.text or ""):
        joined = joined.among(by_words.candidates.words)
    return Sighting(joined, min(by_words.sequence, by_meaning.sequence))


async def _sight(
    context: Context,
    library: LibraryDocument,
    request: SearchRequest,
    count: int,
    way: _Way[Query],
) -> Sighting:
    by_owner = request.is_by_owner
    found, sequence = await _search(context, library, request, count, way, by_owner=by_owner)
    # Passages that are asked for one by one stand for themselves.
    found = found if by_owner else replace(found, owners=found.passages)
    return Sighting(way.candidates(found), sequence)


async def _search(
    context: Context,
    library: LibraryDocument,
    request: SearchRequest,
    count: int,
    way: _Way[Query],
    *,
    by_owner: bool,
) -> tuple[Found, int]:
    sequence = await _reach(way.follower, library.sequence, request.min_sequence)
    wanted = await restrict(context, library, request)
    query = way.query(wanted, count, by_owner=by_owner)
    return await way.follower.search(query, sequence, request.source), sequence


async def _reach(follower: IndexFollower[Any], present: int, wanted: int | None) -> int:
    """Wait for what was committed; gives the sequence that a search reflects at least."""
    await follower.reach(max(present, wanted or 0))
    if wanted is not None and follower.sequence < wanted:
        raise IndexBehindError(
            f"The index of this worker reflects sequence {max(0, follower.sequence)}, the library "
            f"has reached {present}, and minSequence is {wanted}. Retry shortly, or leave it out."
        )
    return follower.sequence
