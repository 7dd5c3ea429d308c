"""A definition: one sense of a word, its examples and its relations."""

import strawberry
from strawberry.scalars import JSON

from documents.base import EntityKind
from documents.vocabulary import FrequencyBand, PartOfSpeech, Register
from resolvers.reading.filters import relation_query
from resolvers.reading.page import Listing, Slice
from resolvers.reading.relationship import (
    DEFINITION_EXAMPLES,
    DEFINITION_INCOMING_RELATIONS,
    DEFINITION_RELATIONS,
)
from schema.connection import After, Before, Connection, First, Last, connect, parents_of
from schema.embedding import Embedding, embeddings_of
from schema.fields import Info, Objects, batched, derived, stored
from schema.filters import ExampleFilterArgument, RelationLevels, RelationTypes, query_of
from schema.links import (
    LazyExample,
    LazyIncomingRelation,
    LazyLibrary,
    LazyRelation,
    LazyWord,
    follow,
)
from schema.node import Node, global_id
from schema.orders import ExampleOrderArgument, terms_of
from schema.synset import Synset


@strawberry.type(description="One sense of a word.")
class Definition(Node):
    """One definition."""

    id: strawberry.ID = global_id(EntityKind.DEFINITION)
    key: str = stored("key", "Names it in its library; imported ones keep the source's key.")
    position: int = stored("position", "Its place among the word's definitions.", default=0)
    text: str = stored("text", "What the word means in this sense.")
    part_of_speech: PartOfSpeech | None = stored("part_of_speech", "Its grammatical class.")
    register: Register | None = stored(
        "usage_register", "In what company or style it is used; neutral senses have none."
    )
    domain: str | None = stored("domain", "The field it belongs to.")
    synonyms: list[str] = stored("synonyms", "Words of the same meaning.", default=())
    antonyms: list[str] = stored("antonyms", "Words of the opposite meaning.", default=())
    synset: Synset | None = derived(
        ("synset",),
        lambda row: Synset(row=row) if row.get("synset") else None,
        "The synset it is a member of.",
        same_row=True,
    )
    frequency_band: FrequencyBand | None = stored("frequency_band", "How often it is met.")
    source: str | None = stored("source", "Where it is taken from.")
    metadata: JSON = stored("metadata", "A JSON object of its owner's making.", default={})
    version: int = stored("version", "Rises with each change of the definition's own fields.")

    @batched("The word that it defines.", reads=("word_id",))
    @staticmethod
    async def word(definitions: Objects, info: Info) -> list[LazyWord]:
        """One trip for all definitions of a level."""
        return await follow(info, "words", definitions, "word_id")

    @batched("The library it belongs to.", reads=("library_id",))
    @staticmethod
    async def library(definitions: Objects, info: Info) -> list[LazyLibrary]:
        """One trip for all definitions of a level."""
        return await follow(info, "libraries", definitions, "library_id")

    @batched("Its vector; null while it has none.", reads=("library_id", "text_hash"))
    @staticmethod
    async def embedding(definitions: Objects, info: Info) -> list[Embedding | None]:
        """One trip for all definitions of a level."""
        return await embeddings_of(info, definitions)

    @batched("Sentences that show it at work.")
    @staticmethod
    async def examples(
        definitions: Objects,
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
        listing = Listing(DEFINITION_EXAMPLES, query_of(filter), terms_of(order_by))
        return await connect(info, listing, parents_of(definitions), part)

    @batched("Relations to other definitions, by type.")
    @staticmethod
    async def relations(
        definitions: Objects,
        info: Info,
        type: RelationTypes = None,
        level: RelationLevels = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[LazyRelation]]:
        """One page; the targets are read along."""
        listing = Listing(DEFINITION_RELATIONS, relation_query(type, level))
        part = Slice(first, after, last, before)
        return await connect(info, listing, parents_of(definitions), part)

    @batched(
        "Relations that end here, or at the synset that this is a member of.", reads=("library_id",)
    )
    @staticmethod
    async def incoming_relations(
        definitions: Objects,
        info: Info,
        type: RelationTypes = None,
        level: RelationLevels = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[LazyIncomingRelation]]:
        """One page; the sources are read along."""
        listing = Listing(DEFINITION_INCOMING_RELATIONS, relation_query(type, level))
        return await connect(
            info, listing, parents_of(definitions), Slice(first, after, last, before)
        )
