"""Search by meaning: a description in; words, chunks or documents out, the best first."""

from dataclasses import dataclass

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray

from documents.errors import NotFoundError
from documents.library import LibraryDocument, LibraryEmbedding, LibraryState
from documents.text import UNSTORABLE
from documents.vocabulary import DescribedEnum, PartOfSpeech
from resolvers.context import Context
from resolvers.errors import IndexBehindError, RequestError
from resolvers.ranking.candidates import found_by_meaning
from resolvers.ranking.scoring import WEIGHTS, rank
from resolvers.semantic_index.columns import SearchFilter
from resolvers.semantic_index.follower import IndexFollower
from resolvers.semantic_index.passage_index import Hit, PassageQuery
from resolvers.semantic_index.sources import CHUNKS, DEFINITIONS
from vectorindex.protocol import LARGEST_COMPONENT

MAX_QUERY_LENGTH = 2_000
MAX_DEPTH = 10_000


class SearchMode(DescribedEnum):
    """What is compared with what was asked."""

    SEMANTIC = "semantic", "The meaning of definitions, by their vectors."


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
    min_score: float | None = None
    # The result reflects this transaction, or there is none.
    min_sequence: int | None = None


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
    has_next: bool
    # The last transaction that is reflected for certain; None while the index is made at first.
    sequence: int | None


async def search_library(
    context: Context, request: SearchRequest, *, limit: int, after: SearchPosition | None = None
) -> SearchResult:
    """Rank what a library holds by its nearness to what is described.

    Equal scores are ordered by id; results end at rank `MAX_DEPTH`. Whatever was committed before
    the call is reflected; where the index is not there in time, the result says how far it is.

    Raises:
        NotFoundError: there is no such library.
        RequestError: the text is empty or too long, the vector of the wrong dimension or too large.
        EmbeddingError: the library's model cannot be run here.
        IndexBehindError: `min_sequence` was not reached in time.
    """
    library = await LibraryDocument.find_one(
        {"key": request.library_key, "state": LibraryState.READY}
    )
    if library is None:
        raise NotFoundError(f"There is no library {request.library_key!r}.")
    vector = await _query_vector(context, library.embedding, request)
    seen = after.rank if after else 0
    limit = min(limit, MAX_DEPTH - seen)
    follower = await context.services.semantic_indexes.of(library)
    sequence = await _reach(follower, library.sequence, request.min_sequence)
    # One more than the page tells whether there is a next one.
    find = _find_words if request.target is SearchTarget.WORDS else _find_passages
    found = await find(follower, request, vector, seen + limit + 1)
    hits = _page(found, request.min_score, after)
    has_next = len(hits) > limit and seen + limit < MAX_DEPTH
    return SearchResult(hits[:limit], has_next, None if sequence < 0 else sequence)


async def _find_words(
    follower: IndexFollower, request: SearchRequest, vector: NDArray[np.float32], count: int
) -> list[Hit]:
    """Words by all that is known of them: sources give candidates, their parts make the score."""
    query = PassageQuery(vector, _filter(request), count, by_owner=True)
    found = await follower.search(query, follower.sequence, DEFINITIONS)
    return rank(found_by_meaning(found), WEIGHTS).found.hits(by_owner=True)


async def _find_passages(
    follower: IndexFollower, request: SearchRequest, vector: NDArray[np.float32], count: int
) -> list[Hit]:
    """Chunks, or documents by their best chunks."""
    by_owner = request.target is SearchTarget.DOCUMENTS
    query = PassageQuery(vector, _filter(request), count, by_owner)
    found = await follower.search(query, follower.sequence, CHUNKS)
    return found.hits(by_owner=by_owner)


def _filter(request: SearchRequest) -> SearchFilter:
    return SearchFilter(request.part_of_speech, request.languages, request.documents)


async def _reach(follower: IndexFollower, present: int, wanted: int | None) -> int:
    """Wait for what was committed; gives the sequence that a search reflects at least."""
    await follower.reach(max(present, wanted or 0))
    if wanted is not None and follower.sequence < wanted:
        raise IndexBehindError(
            f"The index of this worker reflects sequence {max(0, follower.sequence)}, the library "
            f"has reached {present}, and minSequence is {wanted}. Retry shortly, or leave it out."
        )
    return follower.sequence


def _page(
    found: list[Hit], min_score: float | None, after: SearchPosition | None
) -> list[SearchHit]:
    return [
        SearchHit(hit.id, hit.passage_id, hit.score, rank)
        for rank, hit in enumerate(found, start=1)
        if (min_score is None or hit.score >= min_score)
        and (after is None or (-hit.score, hit.id) > (-after.score, after.id))
    ]


async def _query_vector(
    context: Context, embedding: LibraryEmbedding, request: SearchRequest
) -> NDArray[np.float32]:
    if request.vector is not None:
        return _checked_vector(request.vector, embedding.dimension)
    text = (request.text or "").strip()
    if not text:
        raise RequestError("Nothing to search for: describe the idea in a few words.")
    if len(text) > MAX_QUERY_LENGTH:
        raise RequestError(
            f"The description has {len(text):,} characters: use at most {MAX_QUERY_LENGTH:,}."
        )
    if found := UNSTORABLE.search(text):
        raise RequestError(f"The description holds U+{ord(found.group()):04X}: leave it out.")
    return await context.services.query_vectors.embed(embedding, text)


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
