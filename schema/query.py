"""Where reading begins."""

import asyncio
from typing import Annotated, Any

import strawberry

from documents.base import EntityKind
from documents.errors import NotFoundError
from documents.job import JobState
from documents.library import LibraryState
from resolvers.errors import LimitError
from resolvers.reading.jobs import job_listing
from resolvers.reading.keyset import both
from resolvers.reading.lookup import look_up_words
from resolvers.reading.page import MAX_PAGE_SIZE, Listing, Parent, Slice, Wanted, load_page
from resolvers.reading.relationship import (
    LIBRARIES,
    LIBRARY_DOCUMENTS,
    LIBRARY_WORDS,
    LIBRARY_WORDS_BY_KEY,
)
from resolvers.reading.row import load_library
from resolvers.reading.statistics import LIBRARY_COLUMNS
from schema.connection import (
    After,
    Before,
    Connection,
    First,
    Last,
    connect_collection,
    connect_library,
)
from schema.costs import SEARCH, each_of
from schema.document import Document
from schema.federation import FederationQuery
from schema.fields import Info, resolved
from schema.filters import LibraryFilterArgument, WordFilterArgument, query_of
from schema.job import Job
from schema.library import Library
from schema.links import load_node
from schema.lookup import (
    DocumentBy,
    LibraryBy,
    NaturalDocumentKey,
    NaturalWordKey,
    WordBy,
    WordLookup,
)
from schema.node import Node, NodeReference, decode_node_id, decode_node_id_of
from schema.orders import LibraryOrderArgument, WordOrderArgument, terms_of
from schema.searching.chunk_input import ChunkSearchArgument
from schema.searching.chunks import ChunkSearchConnection, search_chunks
from schema.searching.word_input import SearchInput
from schema.searching.words import SearchConnection, search
from schema.selection import selection_of
from schema.statistics import LibraryStats
from schema.word import Word

LibraryKey = Annotated[str, strawberry.argument(description="Key of the library.")]
NodeId = Annotated[strawberry.ID, strawberry.argument(description="A global id.")]
NodeIds = Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 global ids.")]
LibraryByArgument = Annotated[LibraryBy, strawberry.argument(description="Which library.")]
WordByArgument = Annotated[WordBy, strawberry.argument(description="Which word.")]
DocumentByArgument = Annotated[DocumentBy, strawberry.argument(description="Which document.")]
JobLibrary = Annotated[
    str | None, strawberry.argument(description="Only those about the library of this key.")
]
JobStates = Annotated[list[JobState] | None, strawberry.argument(description="Only these.")]
Texts = Annotated[list[str], strawberry.argument(description="At most 100 headwords.")]
SearchArgument = Annotated[
    SearchInput, strawberry.argument(description="Where to search, and for what.")
]


@strawberry.type(description="Where reading begins.")
class Query(FederationQuery):
    """The root of queries."""

    @resolved("The object of a global id; null if there is none.")
    async def node(self, info: Info, id: NodeId) -> Node | None:
        """Any type."""
        return await _follow(info, decode_node_id(id))

    @resolved(
        "The objects of global ids, in their order; null where there is none.",
        size=each_of("ids", at_most=MAX_PAGE_SIZE),
    )
    async def nodes(self, info: Info, ids: NodeIds) -> list[Node | None]:
        """One trip for each type."""
        if len(ids) > MAX_PAGE_SIZE:
            raise LimitError(f"At most {MAX_PAGE_SIZE} ids at once: ask again for the others.")
        references = [decode_node_id(each) for each in ids]
        return await asyncio.gather(*(_follow(info, each) for each in references))

    @resolved("One library; null if there is none.")
    async def library(self, info: Info, by: LibraryByArgument) -> Library | None:
        """By id or key."""
        if by.id:
            library: Library | None = await _load_typed(info, EntityKind.LIBRARY, by.id.value)
            return library
        columns = selection_of(info).columns
        row = await load_library(info.context, by.key.value, columns) if by.key else None
        return Library(row=row) if row else None

    @resolved("How much of what a library holds.")
    async def library_stats(self, info: Info, library: LibraryKey) -> LibraryStats:
        """The same as of the library itself."""
        row = await load_library(info.context, library, frozenset(LIBRARY_COLUMNS))
        if row is None:
            raise NotFoundError(f"There is no library {library!r}.")
        return LibraryStats(row=row)

    @resolved("All libraries, by their keys unless ordered otherwise.")
    async def libraries(
        self,
        info: Info,
        filter: LibraryFilterArgument = None,
        order_by: LibraryOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Library]:
        """One page."""
        ready = {"state": LibraryState.READY.value}
        listing = Listing(LIBRARIES, both(ready, query_of(filter)), terms_of(order_by))
        return await connect_collection(info, listing, Slice(first, after, last, before))

    @resolved("One word; null if there is none.")
    async def word(self, info: Info, by: WordByArgument) -> Word | None:
        """By id or natural key."""
        if by.id:
            word: Word | None = await _load_typed(info, EntityKind.WORD, by.id.value)
            return word
        return await _find_word(info, by.natural.value) if by.natural else None

    @resolved("The words of a library, alphabetically unless ordered otherwise.")
    async def words(
        self,
        info: Info,
        library: LibraryKey,
        filter: WordFilterArgument = None,
        order_by: WordOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Word]:
        """One page."""
        listing = Listing(LIBRARY_WORDS, query_of(filter), terms_of(order_by))
        return await connect_library(info, listing, library, Slice(first, after, last, before))

    @resolved(
        "Many words by their texts, each with suggestions if it is not there.",
        size=each_of("texts", at_most=MAX_PAGE_SIZE),
    )
    async def lookup_words(self, info: Info, library: LibraryKey, texts: Texts) -> list[WordLookup]:
        """In the order of the texts; two trips at most."""
        selection = selection_of(info)
        columns = selection.child("word").columns | selection.child("words").columns
        found = await look_up_words(
            info.context,
            library,
            texts,
            columns,
            with_suggestions="suggestions" in selection,
        )
        return [WordLookup(found=each) for each in found]

    @resolved("One document; null if there is none.")
    async def document(self, info: Info, by: DocumentByArgument) -> Document | None:
        """By id or natural key."""
        if by.id:
            document: Document | None = await _load_typed(info, EntityKind.DOCUMENT, by.id.value)
            return document
        return await _find_document(info, by.natural.value) if by.natural else None

    @resolved("Jobs, the newest first; those that are over are kept for a week.")
    async def jobs(
        self,
        info: Info,
        library: JobLibrary = None,
        state: JobStates = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Job]:
        """One page."""
        part = Slice(first, after, last, before)
        listing = await job_listing(info.context, library, state)
        return await connect_collection(info, listing, part)

    @resolved(
        "Words whose definitions mean what is described, the best first; some hundreds at most.",
        cost=SEARCH,
    )
    async def search(
        self, info: Info, input: SearchArgument, first: First = None, after: After = None
    ) -> SearchConnection:
        """One page."""
        return await search(info, input, first, after)

    @resolved(
        "Chunks of documents that mean what is described, the best first; 10,000 at most.",
        cost=SEARCH,
    )
    async def search_chunks(
        self, info: Info, input: ChunkSearchArgument, first: First = None, after: After = None
    ) -> ChunkSearchConnection:
        """One page."""
        return await search_chunks(info, input, first, after)


async def _follow(info: Info, reference: NodeReference) -> Node | None:
    node: Node | None = await load_node(info, reference.kind, reference.id)
    return node


async def _load_typed(info: Info, kind: EntityKind, value: str) -> Any:
    return await load_node(info, kind, decode_node_id_of(kind, value))


async def _find_word(info: Info, natural: NaturalWordKey) -> Word | None:
    listing = Listing(LIBRARY_WORDS_BY_KEY, natural.query())
    wanted = Wanted(columns=selection_of(info).columns)
    page = await load_page(info.context, listing, Parent(natural.library), Slice(first=1), wanted)
    return Word(row=page.rows[0]) if page.rows else None


async def _find_document(info: Info, natural: NaturalDocumentKey) -> Document | None:
    listing = Listing(LIBRARY_DOCUMENTS, {"key": natural.key})
    wanted = Wanted(columns=selection_of(info).columns)
    page = await load_page(info.context, listing, Parent(natural.library), Slice(first=1), wanted)
    return Document(row=page.rows[0]) if page.rows else None
