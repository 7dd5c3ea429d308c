"""Search by meaning: a description or a vector in, words out."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import TypeVar

import bson
import strawberry
from bson import ObjectId

from documents.database import Row
from documents.vocabulary import PartOfSpeech
from resolvers.errors import RequestError
from resolvers.ranking.candidates import Part
from resolvers.ranking.scoring import Ranking
from resolvers.reading.cursor import decode_cursor, encode_cursor
from resolvers.reading.page import page_size
from resolvers.reading.row import load_rows
from resolvers.search import (
    SearchHit,
    SearchMode,
    SearchPosition,
    SearchRequest,
    SearchResult,
    respell,
    search_library,
    unpack_vector,
)
from schema.connection import PageInfo
from schema.costs import FREE, about
from schema.definition import Definition
from schema.enums import described
from schema.fields import Info, resolved
from schema.score_share import ScoreShare
from schema.selection import Selection, selection_of
from schema.word import Word

Value = TypeVar("Value")

MAX_LIBRARIES = 10

described(SearchMode, "What a search compares.")

DID_YOU_MEAN = (
    "What was asked for, with words that the library has in place of those that it has not; null "
    "where it has them all, or none that is spelt like them."
)


@strawberry.input(description="What is looked for: exactly one of these.", one_of=True)
class SearchBy:
    """A query."""

    text: strawberry.Maybe[str] = strawberry.field(
        description="A description of the idea, of at most 2,000 characters."
    )
    vector: strawberry.Maybe[list[float]] = strawberry.field(
        description="A vector of the library's model, as many numbers as its dimension."
    )
    packed_vector: strawberry.Maybe[str] = strawberry.field(
        description="The same as Base64 of float32 numbers, little-endian: shorter than a list."
    )

    def given_vector(self) -> list[float] | None:
        """In either form; None where a text is given.

        Raises:
            RequestError: it cannot be unpacked.
        """
        if self.packed_vector:
            return unpack_vector(self.packed_vector.value)
        return self.vector.value if self.vector else None


@strawberry.input(description="Which words may be found; all conditions must hold.")
class SearchFilter:
    """Conditions on results."""

    part_of_speech: list[PartOfSpeech] | None = strawberry.field(
        default=None, description="One of these parts of speech."
    )
    language: list[str] | None = strawberry.field(
        default=None, description="One of these language tags."
    )


@strawberry.input(description="A search in one library, or in several together.")
class SearchInput:
    """What `search` takes."""

    by: SearchBy = strawberry.field(description="What is looked for.")
    mode: SearchMode = strawberry.field(
        default=SearchMode.SEMANTIC, description="What is compared with it."
    )
    library: str | None = strawberry.field(
        default=None, description="Key of the library; either this or `libraries`."
    )
    libraries: list[str] | None = strawberry.field(
        default=None,
        description="Keys of libraries that are searched together: a headword that several have is "
        "one result. At most 10. `minSequence` and `sequence` are of the first.",
    )
    filter: SearchFilter | None = strawberry.field(
        default=None, description="Which words may be found."
    )
    min_score: float | None = strawberry.field(
        default=None, description="Leaves out words that score less."
    )
    min_sequence: int | None = strawberry.field(
        default=None,
        description="A `sequence` that a mutation gave: the results reflect it, or there are none.",
    )

    def request(self) -> SearchRequest:
        """The plain request."""
        wanted = self.filter or SearchFilter()
        first, *others = self._keys()
        return SearchRequest(
            library_key=first,
            more_libraries=tuple(others),
            mode=self.mode,
            text=self.by.text.value if self.by.text else None,
            vector=self.by.given_vector(),
            part_of_speech=allowed(wanted.part_of_speech),
            languages=allowed(wanted.language),
            min_score=self.min_score,
            min_sequence=self.min_sequence,
        )

    def _keys(self) -> list[str]:
        """Each library once."""
        if (self.library is None) == (not self.libraries):
            raise RequestError("Name the library, or else the libraries, that are searched.")
        keys = list(dict.fromkeys(self.libraries or [self.library or ""]))
        if len(keys) > MAX_LIBRARIES:
            raise RequestError(f"At most {MAX_LIBRARIES} libraries are searched together.")
        return keys


@dataclass(frozen=True, slots=True)
class CursorMaker:
    """Signs where results stand, for one request."""

    key: bytes
    identity: bytes

    def encode(self, hit: SearchHit) -> str:
        """The cursor of a hit."""
        return encode_cursor(self.key, self.identity, [hit.score, hit.id, hit.rank])

    def decode(self, cursor: str) -> SearchPosition:
        """The position of a hit."""
        score, found_id, rank = decode_cursor(self.key, self.identity, cursor)
        return SearchPosition(score, found_id, rank)


@strawberry.type(description="A word that was found.", directives=[FREE])
class SearchEdge:
    """One hit with its rows."""

    hit: strawberry.Private[SearchHit]
    ranking: strawberry.Private[Ranking]
    word: strawberry.Private[Row]
    matching: strawberry.Private[Row]
    cursors: strawberry.Private[CursorMaker]

    @resolved("Opaque; goes into `after` of the same search.")
    def cursor(self) -> str:
        """Made only when it is asked for."""
        return self.cursors.encode(self.hit)

    @resolved("The word.")
    def node(self) -> Word:
        """Of its row."""
        return Word(row=self.word)

    @resolved("How well the word answers: higher is better. Comparable within one search only.")
    def score(self) -> float:
        """The sum of its parts."""
        return self.hit.score

    @resolved(
        "What each part adds to the score: together they are the score.", size=about(len(Part))
    )
    def explain(self) -> list[ScoreShare]:
        """Looked up only when it is asked for."""
        shares = self.ranking.shares_of(self.hit.rank - 1)
        return [ScoreShare(part=part, share=share) for part, share in shares.items()]

    @resolved("Its place among all results, from 1.")
    def rank(self) -> int:
        """The same on every page."""
        return self.hit.rank

    @resolved("The definition of the word that matches best.")
    def definition(self) -> Definition:
        """Of its row."""
        return Definition(row=self.matching)


@strawberry.type(description="One page of results, the best first.")
class SearchConnection:
    """Hits whose words are still there."""

    edges: list[SearchEdge] = strawberry.field(description="The results.")
    request: strawberry.Private[SearchRequest]
    has_next: strawberry.Private[bool]
    has_previous: strawberry.Private[bool]
    sequence: int | None = strawberry.field(
        description="The library's last transaction that the results reflect for certain. Null "
        "while the index is being made for the first time: then not everything is found yet."
    )

    @resolved("The words found, without their scores.")
    def nodes(self) -> list[Word]:
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
        edges=await _edges(info, result, cursors),
        request=request,
        has_next=result.has_next,
        has_previous=after is not None,
        sequence=result.sequence,
    )


async def _edges(info: Info, result: SearchResult, cursors: CursorMaker) -> list[SearchEdge]:
    hits, ranking = result.hits, result.ranking
    page = selection_of(info)
    edges = page.child("edges")
    words, definitions = await asyncio.gather(
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
    )
    found = zip(hits, words, definitions, strict=True)
    # What was deleted since the index saw it is left out.
    return [
        SearchEdge(hit=hit, ranking=ranking, word=word, matching=definition, cursors=cursors)
        for hit, word, definition in found
        if word is not None and definition is not None
    ]


async def rows_of(
    info: Info,
    collection: str,
    ids: list[ObjectId],
    *selections: Selection,
    more: Iterable[str] = (),
) -> Sequence[Row | None]:
    """Rows with all columns that the selections need, and more; where there are none, unread."""
    columns = frozenset(more).union(*(selection.columns for selection in selections))
    if not selections and not columns:
        return [{"_id": each} for each in ids]
    return await load_rows(info.context, collection, ids, columns)


def allowed(values: list[Value] | None) -> frozenset[Value] | None:
    """The values of a condition; None allows every value."""
    return None if values is None else frozenset(values)


def identity_of(request: SearchRequest) -> bytes:
    """Names a search in its cursors."""
    wanted = {each.name: getattr(request, each.name) for each in fields(request)}
    # Every page may ask for a later one.
    del wanted["min_sequence"]
    for name in ("part_of_speech", "languages", "documents"):
        wanted[name] = None if wanted[name] is None else sorted(map(str, wanted[name]))
    return blake2b(bson.encode({"search": wanted}), digest_size=16).digest()
