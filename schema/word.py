"""A word: one lexical entry with its definitions."""

import strawberry
from strawberry.scalars import JSON

from documents.base import EntityKind
from documents.database import Row
from documents.vocabulary import FrequencyBand, PartOfSpeech
from resolvers.reading.page import Listing, Slice
from resolvers.reading.relationship import WORD_DEFINITIONS
from schema.connection import After, Before, Connection, First, Last, connect, parents_of
from schema.costs import about
from schema.fields import Info, Objects, batched, stored
from schema.filters import DefinitionFilterArgument, query_of
from schema.links import LazyDefinition, LazyLibrary, follow
from schema.node import Node, global_id
from schema.orders import DefinitionOrderArgument, terms_of


@strawberry.type(description="How a word sounds.")
class Pronunciation:
    """The stored sub-document as a row."""

    row: strawberry.Private[Row]
    value: str = stored("value", "The sounds, in IPA unless the notation says otherwise.")
    variety: str | None = stored("variety", "Who says it so, such as a region.")
    notation: str | None = stored("notation", "How the sounds are written, if not in IPA.")


@strawberry.type(description="An inflected or variant spelling of a word.")
class WordForm:
    """The stored sub-document as a row."""

    row: strawberry.Private[Row]
    text: str = stored("text", "The spelling.")
    tag: str | None = stored("tag", "What form it is, such as plural.")


@strawberry.type(description="A lexical entry: a headword and what is known about it.")
class Word(Node):
    """One word."""

    id: strawberry.ID = global_id(EntityKind.WORD)
    text: str = stored("text", "The headword.")
    normalized: str = stored("normalized", "The headword as it is compared: case and width folded.")
    language: str = stored("language", "The word's language, as a BCP 47 tag.")
    part_of_speech: list[PartOfSpeech] = stored(
        "part_of_speech", "Its grammatical classes.", default=()
    )
    homograph: int = stored(
        "homograph",
        "Tells apart entries of the library that share text and parts of speech; counts from 1.",
        default=1,
    )
    pronunciations: list[Pronunciation] = stored(
        "pronunciations",
        "How it sounds.",
        default=(),
        convert=lambda rows: [Pronunciation(row=row) for row in rows],
        size=about(3),
    )
    etymology: str | None = stored("etymology", "Where it comes from.")
    forms: list[WordForm] = stored(
        "forms",
        "Its other spellings.",
        default=(),
        convert=lambda rows: [WordForm(row=row) for row in rows],
        size=about(5),
    )
    frequency_band: FrequencyBand | None = stored("frequency_band", "How often it is met.")
    tags: list[str] = stored("tags", "Its owner's labels.", default=())
    metadata: JSON = stored("metadata", "A JSON object of its owner's making.", default={})
    version: int = stored("version", "Rises with each change of the word's own fields.")

    @batched("The library it belongs to.", reads=("library_id",))
    @staticmethod
    async def library(words: Objects, info: Info) -> list[LazyLibrary]:
        """One trip for all words of a level."""
        return await follow(info, "libraries", words, "library_id")

    @batched("Its senses, in the order of the dictionary.")
    @staticmethod
    async def definitions(
        words: Objects,
        info: Info,
        filter: DefinitionFilterArgument = None,
        order_by: DefinitionOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[LazyDefinition]]:
        """One page."""
        part = Slice(first, after, last, before)
        listing = Listing(WORD_DEFINITIONS, query_of(filter), terms_of(order_by))
        return await connect(info, listing, parents_of(words), part)
