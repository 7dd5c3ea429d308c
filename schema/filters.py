"""What lists can be narrowed to and ordered by."""

from typing import Annotated

import strawberry

from documents.database import Row
from documents.vocabulary import FrequencyBand, PartOfSpeech, RelationLevel, RelationType
from resolvers.reading.filters import definition_query, word_query
from resolvers.reading.page import Listing
from resolvers.reading.relationship import LIBRARY_WORDS
from schema.enums import OrderDirection, WordOrderField


@strawberry.input(description="Which words are listed; all conditions must hold.")
class WordFilter:
    """Conditions on words."""

    text_prefix: str | None = strawberry.field(
        default=None, description="The headword starts like this, without regard to case and width."
    )
    part_of_speech: list[PartOfSpeech] | None = strawberry.field(
        default=None, description="The word has one of these parts of speech."
    )
    language: list[str] | None = strawberry.field(
        default=None, description="The word has one of these language tags."
    )
    frequency_band: list[FrequencyBand] | None = strawberry.field(
        default=None, description="The word is this common."
    )
    tag: list[str] | None = strawberry.field(
        default=None, description="The word has one of these tags."
    )

    def query(self) -> Row:
        """The store's filter."""
        return word_query(
            self.text_prefix, self.part_of_speech, self.language, self.frequency_band, self.tag
        )


@strawberry.input(description="What words are ordered by.")
class WordOrder:
    """An order of words."""

    field: WordOrderField = strawberry.field(
        default=WordOrderField.TEXT, description="What decides."
    )
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC, description="Which way the list runs."
    )


@strawberry.input(description="Which definitions are listed; all conditions must hold.")
class DefinitionFilter:
    """Conditions on definitions."""

    part_of_speech: list[PartOfSpeech] | None = strawberry.field(
        default=None, description="The definition has one of these parts of speech."
    )
    domain: list[str] | None = strawberry.field(
        default=None, description="The definition has one of these domains."
    )

    def query(self) -> Row:
        """The store's filter."""
        return definition_query(self.part_of_speech, self.domain)


WordFilterArgument = Annotated[
    WordFilter | None, strawberry.argument(description="Which words are listed.")
]
WordOrderArgument = Annotated[
    WordOrder | None, strawberry.argument(description="The order; alphabetical when left out.")
]
DefinitionFilterArgument = Annotated[
    DefinitionFilter | None, strawberry.argument(description="Which definitions are listed.")
]
RelationTypes = Annotated[
    list[RelationType] | None, strawberry.argument(description="Only relations of these types.")
]
RelationLevels = Annotated[
    RelationLevel | None, strawberry.argument(description="Only relations that join these.")
]


def word_listing(filter: WordFilter | None, order: WordOrder | None) -> Listing:
    """The words of a library as a list."""
    query = filter.query() if filter else {}
    down = order is not None and order.direction is OrderDirection.DESC
    return Listing(LIBRARY_WORDS, query, descending=down)
