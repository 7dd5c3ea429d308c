"""A library: its words, definitions, examples and synsets; its documents and chunks."""

import strawberry
from strawberry.scalars import JSON

from documents.base import EntityKind
from resolvers.reading.page import Listing, Slice
from resolvers.reading.relationship import (
    LIBRARY_CHUNKS,
    LIBRARY_DEFINITIONS,
    LIBRARY_DOCUMENTS,
    LIBRARY_EXAMPLES,
    LIBRARY_SYNSETS,
    LIBRARY_WORDS,
)
from resolvers.reading.statistics import LIBRARY_COLUMNS
from schema.connection import After, Before, Connection, First, Last, connect, parents_of
from schema.embedding import EmbeddingModel
from schema.fields import Info, Objects, batched, resolved, stored
from schema.filters import (
    ChunkFilterArgument,
    DefinitionFilterArgument,
    DocumentFilterArgument,
    ExampleFilterArgument,
    WordFilterArgument,
    query_of,
)
from schema.library_index import LibraryIndex, index_of
from schema.links import LazyChunk, LazyDefinition, LazyDocument, LazyExample, LazySynset, LazyWord
from schema.node import Node, global_id
from schema.orders import (
    ChunkOrderArgument,
    DefinitionOrderArgument,
    DocumentOrderArgument,
    ExampleOrderArgument,
    SynsetOrderArgument,
    WordOrderArgument,
    terms_of,
)
from schema.statistics import LibraryStats


@strawberry.type(description="Words and documents that are kept, searched and versioned together.")
class Library(Node):
    """One library."""

    id: strawberry.ID = global_id(EntityKind.LIBRARY)
    key: str = stored("key", "Names the library in arguments: small letters, digits and hyphens.")
    name: str = stored("name", "The name to show.")
    language: str = stored("language", "Main language of the headwords, as a BCP 47 tag.")
    description: str | None = stored("description", "What the library holds.")
    license: str | None = stored("license", "The terms under which its content may be used.")
    attribution: str | None = stored("attribution", "Whom to name wherever its content is shown.")
    source_url: str | None = stored("source_url", "Where its content comes from.")
    source_version: str | None = stored("source_version", "Which edition of the source it holds.")
    embedding: EmbeddingModel = stored(
        "embedding",
        "The model that makes its vectors.",
        convert=lambda value: EmbeddingModel(row=value),
    )
    next_embedding: EmbeddingModel | None = stored(
        "next_embedding",
        "The model that it is being embedded by anew; see its job for how far that is.",
        convert=lambda value: EmbeddingModel(row=value),
    )
    former_embedding: EmbeddingModel | None = stored(
        "former_embedding",
        "The model that it had before, while the vectors are kept: re-embedding by it is quick.",
        convert=lambda value: EmbeddingModel(row=value),
    )
    metadata: JSON = stored("metadata", "A JSON object of its owner's making.", default={})
    sequence: int = stored("sequence", "How many transactions have changed it so far.")
    version: int = stored("version", "Rises with each change of the library's own fields.")

    @resolved("How its vectors are searched, and how that goes.", reads=("index",))
    def index(self, info: Info) -> LibraryIndex:
        """As the worker that answers has it."""
        return index_of(info, self.row)

    @resolved("How much of what it holds.", reads=LIBRARY_COLUMNS)
    def stats(self) -> LibraryStats:
        """Nothing is counted that is not selected."""
        return LibraryStats(row=self.row)

    @batched("Its words, alphabetically unless ordered otherwise.")
    @staticmethod
    async def words(
        libraries: Objects,
        info: Info,
        filter: WordFilterArgument = None,
        order_by: WordOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[LazyWord]]:
        """One page."""
        part = Slice(first, after, last, before)
        listing = Listing(LIBRARY_WORDS, query_of(filter), terms_of(order_by))
        return await connect(info, listing, parents_of(libraries), part)

    @batched("Its definitions, in an order that stays the same.")
    @staticmethod
    async def definitions(
        libraries: Objects,
        info: Info,
        filter: DefinitionFilterArgument = None,
        order_by: DefinitionOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[LazyDefinition]]:
        """One page."""
        listing = Listing(LIBRARY_DEFINITIONS, query_of(filter), terms_of(order_by))
        part = Slice(first, after, last, before)
        return await connect(info, listing, parents_of(libraries), part)

    @batched("The examples of its definitions, in an order that stays the same.")
    @staticmethod
    async def examples(
        libraries: Objects,
        info: Info,
        filter: ExampleFilterArgument = None,
        order_by: ExampleOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[LazyExample]]:
        """One page."""
        part = Slice(first, after, last, before)
        listing = Listing(LIBRARY_EXAMPLES, query_of(filter), terms_of(order_by))
        return await connect(info, listing, parents_of(libraries), part)

    @batched("Its synsets by their keys: definitions of one meaning taken together.")
    @staticmethod
    async def synsets(
        libraries: Objects,
        info: Info,
        order_by: SynsetOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[LazySynset]]:
        """One page."""
        part = Slice(first, after, last, before)
        listing = Listing(LIBRARY_SYNSETS, order_by=terms_of(order_by))
        return await connect(info, listing, parents_of(libraries), part)

    @batched("Its documents, by their keys.")
    @staticmethod
    async def documents(
        libraries: Objects,
        info: Info,
        filter: DocumentFilterArgument = None,
        order_by: DocumentOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[LazyDocument]]:
        """One page."""
        part = Slice(first, after, last, before)
        listing = Listing(LIBRARY_DOCUMENTS, query_of(filter), terms_of(order_by))
        return await connect(info, listing, parents_of(libraries), part)

    @batched("The chunks of its documents, in an order that stays the same.")
    @staticmethod
    async def chunks(
        libraries: Objects,
        info: Info,
        filter: ChunkFilterArgument = None,
        order_by: ChunkOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[LazyChunk]]:
        """One page."""
        part = Slice(first, after, last, before)
        listing = Listing(LIBRARY_CHUNKS, query_of(filter), terms_of(order_by))
        return await connect(info, listing, parents_of(libraries), part)
