"""Search: a description in; words, chunks or documents out, the best first."""

import asyncio
from base64 import b64decode
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray

from documents.database import Row
from documents.errors import NotFoundError
from documents.library import LibraryDocument, LibraryEmbedding, LibraryState
from documents.text import UNSTORABLE
from documents.vocabulary import DescribedEnum, PartOfSpeech
from resolvers.context import Context
from resolvers.errors import IndexBehindError, RequestError
from resolvers.lexical_index.analysis import holds_words
from resolvers.lexical_index.asked import holds_phrase, without_syntax
from resolvers.lexical_index.word_index import WordSearch
from resolvers.limits import MAX_READ_SECONDS
from resolvers.ranking.candidates import Candidates, found_by_meaning, found_by_words, join
from resolvers.ranking.fusing import Sighted, fuse
from resolvers.ranking.scoring import (
    WEIGHTS,
    WEIGHTS_OF_CHUNKS,
    WEIGHTS_OF_WORDS,
    Ranking,
    Weights,
    rank,
)
from resolvers.reading.keyset import both
from resolvers.semantic_index.columns import SearchFilter
from resolvers.semantic_index.follower import IndexFollower
from resolvers.semantic_index.passage_index import Found, PassageQuery
from resolvers.semantic_index.sources import CHUNKS, DEFINITIONS, PassageSource
from resolvers.semantic_index.threads import in_thread
from vectorindex.protocol import LARGEST_COMPONENT

MAX_QUERY_LENGTH = 2_000
MAX_DEPTH = 10_000
# What the two ways of searching find is joined from as many of each, whatever page is asked for.
HYBRID_DEPTH = 1_000
# Words are ranked among as many of each library, whatever page is asked for.
WORD_DEPTH = 800


class SearchMode(DescribedEnum):
    """What is compared with what was asked."""

    SEMANTIC = "semantic", "What is meant: definitions or chunks by their vectors."
    LEXICAL = (
        "lexical",
        "The words: headword, forms, definition, examples; or title, headings, text.",
    )
    HYBRID = "hybrid", "Both, their scores joined."


class SearchTarget(DescribedEnum):
    """What is looked for."""

    WORDS = "words", "Words, each by the definition that matches best."
    CHUNKS = "chunks", "Chunks of documents, each by itself."
    DOCUMENTS = "documents", "Documents, each by the chunk that matches best."


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search by exactly one of text and vector; None filters nothing."""

    library_key: str
    target: SearchTarget = SearchTarget.WORDS
    mode: SearchMode = SearchMode.SEMANTIC
    text: str | None = None
    vector: list[float] | None = None
    part_of_speech: frozenset[PartOfSpeech] | None = None
    languages: frozenset[str] | None = None
    documents: frozenset[ObjectId] | None = None
    # The store's filter of the documents whose chunks may be found.
    document_query: Row | None = None
    min_score: float | None = None
    # The result reflects this transaction of the first library, or there is none.
    min_sequence: int | None = None
    # Searched together with the first; words are fused by headword.
    more_libraries: tuple[str, ...] = ()


class Sighting(NamedTuple):
    """What may answer, and the last transaction that it reflects; negative for none."""

    candidates: Candidates
    sequence: int


@dataclass(frozen=True, slots=True)
class SearchPosition:
    """Where a page of results ended."""

    score: float
    id: ObjectId
    rank: int


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A word, chunk or document found; rank counts from 1, a higher score is better."""

    id: ObjectId
    # The definition or the chunk that matches best.
    passage_id: ObjectId
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page, best first."""

    hits: list[SearchHit]
    # Of all candidates: the row of a hit is its rank - 1. What is equal is told by the hits.
    ranking: Ranking = field(compare=False)
    has_next: bool
    # The last transaction that is reflected for certain; None while the index is made at first.
    sequence: int | None


async def search_library(
    context: Context, request: SearchRequest, *, limit: int, after: SearchPosition | None = None
) -> SearchResult:
    """Rank what a library holds by its nearness to what is described.

    Equal scores are ordered by id; results end at rank `MAX_DEPTH`, words where the best candidates
    end. Whatever was committed before the call is reflected; where the index is not there in time,
    the result says how far it is.

    Raises:
        NotFoundError: there is no such library.
        RequestError: the text is empty or too long, the vector of the wrong dimension or too large.
        EmbeddingError: the library's model cannot be run here.
        IndexBehindError: `min_sequence` was not reached in time.
    """
    seen = after.rank if after else 0
    limit = min(limit, MAX_DEPTH - seen)
    # One more than the page tells whether there is a next one.
    find = _find_words if request.target is SearchTarget.WORDS else _find_passages
    candidates, sequence = await find(context, request, seen + limit + 1)
    ranking = rank(candidates, _weights(request))
    hits = _page(ranking.found, request.min_score, after, limit + 1)
    has_next = len(hits) > limit and seen + limit < MAX_DEPTH
    return SearchResult(hits[:limit], ranking, has_next, None if sequence < 0 else sequence)


def _weights(request: SearchRequest) -> Weights:
    if request.mode is SearchMode.LEXICAL:
        return WEIGHTS_OF_WORDS
    return WEIGHTS if request.target is SearchTarget.WORDS else WEIGHTS_OF_CHUNKS


async def _find_passages(context: Context, request: SearchRequest, count: int) -> Sighting:
    library = await find_library(request)
    return await FINDERS[request.mode](context, library, request, count)


async def _find_words(context: Context, request: SearchRequest, _count: int) -> Sighting:
    """Words of all libraries by all that is known of them, each headword once."""
    others = [
        replace(request, library_key=key, min_sequence=None) for key in request.more_libraries
    ]
    libraries = await asyncio.gather(*(_sight(context, each) for each in [request, *others]))
    fused = fuse([sighted for sighted, _ in libraries], request.text)
    return Sighting(fused, libraries[0][1])


async def _sight(context: Context, request: SearchRequest) -> tuple[Sighted, int]:
    library = await find_library(request)
    found = await FINDERS[request.mode](context, library, request, WORD_DEPTH)
    headwords = await context.services.semantic_indexes.headwords_of(library)
    return Sighted(found.candidates, headwords), found.sequence


async def respell(context: Context, request: SearchRequest) -> str | None:
    """The text of a request with words that the library has, for those that it has not.

    None where it has them all, or none that is spelt like them.

    Raises:
        NotFoundError: there is no such library.
    """
    library = await find_library(request)
    follower = await context.services.semantic_indexes.words_of(library)
    await follower.reach(library.sequence)
    index = follower.sources[_source(request)].index
    return await in_thread(index.respell, request.text) if index and request.text else None


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


async def _find_by_meaning(
    context: Context, library: LibraryDocument, request: SearchRequest, count: int
) -> Sighting:
    vector = await vector_of_query(context, library.embedding, request)
    follower = await context.services.semantic_indexes.of(library)
    sequence = await _reach(follower, library.sequence, request.min_sequence)
    query = PassageQuery(
        vector, await _filter(context, library, request), count, by_owner=_is_by_owner(request)
    )
    found = await follower.search(query, sequence, _source(request))
    return Sighting(found_by_meaning(_as_asked(found, request)), sequence)


async def _find_by_words(
    context: Context, library: LibraryDocument, request: SearchRequest, count: int
) -> Sighting:
    text = _checked_text(request)
    follower = await context.services.semantic_indexes.words_of(library)
    sequence = await _reach(follower, library.sequence, request.min_sequence)
    query = WordSearch(
        text, await _filter(context, library, request), count, by_owner=_is_by_owner(request)
    )
    found = await follower.search(query, sequence, _source(request))
    return Sighting(found_by_words(_as_asked(found, request)), sequence)


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


def _source(request: SearchRequest) -> PassageSource:
    return DEFINITIONS if request.target is SearchTarget.WORDS else CHUNKS


def _is_by_owner(request: SearchRequest) -> bool:
    return request.target is not SearchTarget.CHUNKS


def _as_asked(found: Found, request: SearchRequest) -> Found:
    """Passages that are asked for one by one stand for themselves."""
    return found if _is_by_owner(request) else replace(found, owners=found.passages)


async def _filter(
    context: Context, library: LibraryDocument, request: SearchRequest
) -> SearchFilter:
    owners = request.documents
    if request.document_query is not None:
        query = both({"library_id": library.id}, request.document_query)
        found = await context.services.database["documents"].distinct(
            "_id", query, maxTimeMS=MAX_READ_SECONDS * 1000
        )
        owners = frozenset(found) if owners is None else owners.intersection(found)
    return SearchFilter(request.part_of_speech, request.languages, owners)


async def _reach(follower: IndexFollower[Any], present: int, wanted: int | None) -> int:
    """Wait for what was committed; gives the sequence that a search reflects at least."""
    await follower.reach(max(present, wanted or 0))
    if wanted is not None and follower.sequence < wanted:
        raise IndexBehindError(
            f"The index of this worker reflects sequence {max(0, follower.sequence)}, the library "
            f"has reached {present}, and minSequence is {wanted}. Retry shortly, or leave it out."
        )
    return follower.sequence


def _page(
    found: Found, min_score: float | None, after: SearchPosition | None, count: int
) -> list[SearchHit]:
    """The next hits, at most so many; objects are made of these alone."""
    # As wide as what they are compared with, or a bound would be rounded to theirs.
    scores = found.scores.astype(np.float64)
    passes = np.ones(len(found), dtype=np.bool_)
    if min_score is not None:
        passes &= scores >= min_score
    if after is not None:
        is_later = found.owners > np.bytes_(after.id.binary)
        passes &= (scores < after.score) | ((scores == after.score) & is_later)
    rows = np.flatnonzero(passes)[:count]
    hits = found.take(rows).hits(by_owner=True)
    return [
        SearchHit(hit.id, hit.passage_id, hit.score, row + 1)
        for row, hit in zip(rows.tolist(), hits, strict=True)
    ]


async def vector_of_query(
    context: Context, embedding: LibraryEmbedding, request: SearchRequest
) -> NDArray[np.float32]:
    """The (d,) vector of what is looked for.

    Raises:
        RequestError: the text is empty or too long, the vector of the wrong dimension or too large.
        EmbeddingError: the library's model cannot be run here.
    """
    if request.vector is not None:
        return _checked_vector(request.vector, embedding.dimension)
    text = without_syntax(_checked_text(request))
    return await context.services.query_vectors.embed(embedding, text)


def _checked_text(request: SearchRequest) -> str:
    text = (request.text or "").strip()
    if request.vector is not None:
        raise RequestError(f"Mode {request.mode.name} compares words: ask by text.")
    if not text:
        raise RequestError("Nothing to search for: describe the idea in a few words.")
    if len(text) > MAX_QUERY_LENGTH:
        raise RequestError(
            f"The description has {len(text):,} characters: use at most {MAX_QUERY_LENGTH:,}."
        )
    if found := UNSTORABLE.search(text):
        raise RequestError(f"The description holds U+{ord(found.group()):04X}: leave it out.")
    if not holds_words(text):
        raise RequestError("Nothing to search for: the description is punctuation alone.")
    return text


def unpack_vector(packed: str) -> list[float]:
    """The numbers of a vector that is given as Base64 of little-endian float32.

    Raises:
        RequestError: it is something else.
    """
    try:
        numbers = np.frombuffer(b64decode(packed, validate=True), dtype="<f4")
    except ValueError as error:
        raise RequestError(
            "The packed vector is not Base64 of float32 numbers, 4 bytes each."
        ) from error
    values: list[float] = numbers.tolist()
    return values


def _checked_vector(values: list[float], dimension: int) -> NDArray[np.float32]:
    if len(values) != dimension:
        raise RequestError(
            f"The vector has {len(values)} numbers, this library's model makes {dimension}."
        )
    with np.errstate(over="ignore"):
        vector = np.asarray(values, dtype=np.float32)
    if not np.abs(vector).max() <= LARGEST_COMPONENT or not vector.any():
        raise RequestError(
            f"The vector's numbers must lie within ±{LARGEST_COMPONENT:g}, and not all be zero."
        )
    return vector
