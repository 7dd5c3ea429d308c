"""A definition: one sense of a word, its examples and its relations."""

import strawberry
from strawberry.scalars import JSON

from documents.base import EntityKind
from documents.vocabulary import FrequencyBand, PartOfSpeech, Register
from resolvers.reading.filters import relation_query
from resolvers.reading.page import Listing, Parent, Slice
from resolvers.reading.relationship import (
    DEFINITION_EXAMPLES,
    DEFINITION_INCOMING_RELATIONS,
    DEFINITION_RELATIONS,
)
from schema.connection import After, Before, Connection, First, Last, connect
from schema.embedding import Embedding, embedding_of
from schema.fields import Info, derived, resolved, stored
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

    @resolved("The word that it defines.", reads=("word_id",))
    async def word(self, info: Info) -> LazyWord:
        """One trip for all definitions of a level."""
        word: LazyWord = await follow(info, "words", self.row["word_id"])
        return word

    @resolved("The library it belongs to.", reads=("library_id",))
    async def library(self, info: Info) -> LazyLibrary:
        """One trip for all definitions of a level."""
        library: LazyLibrary = await follow(info, "libraries", self.row["library_id"])
        return library

    @resolved("Its vector; null while it has none.", reads=("library_id", "text_hash"))
    async def embedding(self, info: Info) -> Embedding | None:
        """One trip for all definitions of a level."""
        return await embedding_of(info, self.row)

    @resolved("Sentences that show it at work.")
    async def examples(
        self,
        info: Info,
        filter: ExampleFilterArgument = None,
        order_by: ExampleOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[LazyExample]:
        """One page."""
        part = Slice(first, after, last, before)
        listing = Listing(DEFINITION_EXAMPLES, query_of(filter), terms_of(order_by))
        return await connect(info, listing, Parent(self.row["_id"]), part)

    @resolved("Relations to other definitions, by type.")
    async def relations(
        self,
        info: Info,
        type: RelationTypes = None,
        level: RelationLevels = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[LazyRelation]:
        """One page; the targets are read along."""
        listing = Listing(DEFINITION_RELATIONS, relation_query(type, level))
        part = Slice(first, after, last, before)
        return await connect(info, listing, Parent(self.row["_id"]), part)

    @resolved(
        "Relations that end here, or at the synset that this is a member of.", reads=("library_id",)
    )
    async def incoming_relations(
        self,
        info: Info,
        type: RelationTypes = None,
        level: RelationLevels = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[LazyIncomingRelation]:
        """One page; the sources are read along."""
        listing = Listing(DEFINITION_INCOMING_RELATIONS, relation_query(type, level))
        parent = Parent(self.row["_id"], self.row["library_id"])
        return await connect(info, listing, parent, Slice(first, after, last, before))
