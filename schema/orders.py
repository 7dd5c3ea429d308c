"""What lists can be ordered by; which combinations there are, the database indexes decide."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Protocol

import strawberry

from resolvers.reading.order import ASCENDING, DESCENDING, OrderTerm
from schema.enums import OrderDirection

FIELD = "What decides."
DIRECTION = "Which way the list runs."


@strawberry.enum(description="What words are ordered by.")
class WordOrderField(Enum):
    """Names of resolvers.reading.relationship.LIBRARY_WORDS."""

    TEXT = strawberry.enum_value(
        "text", description="Alphabetically by headword, without regard to case and width."
    )
    SPELLING = strawberry.enum_value(
        "spelling", description="By headword, character by character: capitals come first."
    )
    LANGUAGE = strawberry.enum_value("language", description="By language tag, then as by TEXT.")
    FREQUENCY = strawberry.enum_value(
        "frequency",
        description="DESC begins with the commonest, each band as by TEXT, and ends with words of"
        " unknown frequency; ASC is the same list from its end.",
    )
    CREATED = strawberry.enum_value("created", description="By when they were made.")


@strawberry.enum(description="What definitions are ordered by.")
class DefinitionOrderField(Enum):
    """Names of LIBRARY_DEFINITIONS and WORD_DEFINITIONS."""

    ID = strawberry.enum_value("id", description="In an order that stays the same; of a library.")
    KEY = strawberry.enum_value("key", description="By key; of a library.")
    PART_OF_SPEECH = strawberry.enum_value(
        "part_of_speech", description="By the name of the class, those without first; of a library."
    )
    DOMAIN = strawberry.enum_value(
        "domain", description="By domain, those without first; of a library."
    )
    POSITION = strawberry.enum_value(
        "position", description="In the order of the dictionary; of a word."
    )


@strawberry.enum(description="What examples are ordered by.")
class ExampleOrderField(Enum):
    """Names of LIBRARY_EXAMPLES and DEFINITION_EXAMPLES."""

    ID = strawberry.enum_value("id", description="In an order that stays the same; of a library.")
    POSITION = strawberry.enum_value(
        "position", description="In the order of the dictionary; of a definition."
    )


@strawberry.enum(description="What synsets are ordered by.")
class SynsetOrderField(Enum):
    """Names of LIBRARY_SYNSETS."""

    KEY = strawberry.enum_value("key", description="By key.")


@strawberry.enum(description="What documents are ordered by.")
class DocumentOrderField(Enum):
    """Names of LIBRARY_DOCUMENTS."""

    KEY = strawberry.enum_value("key", description="By key.")
    TITLE = strawberry.enum_value("title", description="By title, character by character.")


@strawberry.enum(description="What chunks are ordered by.")
class ChunkOrderField(Enum):
    """Names of LIBRARY_CHUNKS and DOCUMENT_CHUNKS."""

    ID = strawberry.enum_value("id", description="In an order that stays the same; of a library.")
    POSITION = strawberry.enum_value(
        "position", description="From the first to the last; of a document."
    )


@strawberry.enum(description="What libraries are ordered by.")
class LibraryOrderField(Enum):
    """Names of LIBRARIES."""

    KEY = strawberry.enum_value("key", description="By key.")
    NAME = strawberry.enum_value("name", description="By name, character by character.")
    CREATED = strawberry.enum_value("created", description="By when they were made.")


@strawberry.input(description="A field that words are ordered by, and its direction.")
class WordOrder:
    """One term of an order."""

    field: WordOrderField = strawberry.field(description=FIELD)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=DIRECTION)


@strawberry.input(description="A field that definitions are ordered by, and its direction.")
class DefinitionOrder:
    """One term of an order."""

    field: DefinitionOrderField = strawberry.field(description=FIELD)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=DIRECTION)


@strawberry.input(description="A field that examples are ordered by, and its direction.")
class ExampleOrder:
    """One term of an order."""

    field: ExampleOrderField = strawberry.field(description=FIELD)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=DIRECTION)


@strawberry.input(description="A field that synsets are ordered by, and its direction.")
class SynsetOrder:
    """One term of an order."""

    field: SynsetOrderField = strawberry.field(description=FIELD)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=DIRECTION)


@strawberry.input(description="A field that documents are ordered by, and its direction.")
class DocumentOrder:
    """One term of an order."""

    field: DocumentOrderField = strawberry.field(description=FIELD)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=DIRECTION)


@strawberry.input(description="A field that chunks are ordered by, and its direction.")
class ChunkOrder:
    """One term of an order."""

    field: ChunkOrderField = strawberry.field(description=FIELD)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=DIRECTION)


@strawberry.input(description="A field that libraries are ordered by, and its direction.")
class LibraryOrder:
    """One term of an order."""

    field: LibraryOrderField = strawberry.field(description=FIELD)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=DIRECTION)


ORDER = strawberry.argument(
    description="The order: the first field decides, the next among equals. Left out or empty: as"
    " the field's description says. Those without a database index are refused, with those there"
    " are."
)
WordOrderArgument = Annotated[list[WordOrder] | None, ORDER]
DefinitionOrderArgument = Annotated[list[DefinitionOrder] | None, ORDER]
ExampleOrderArgument = Annotated[list[ExampleOrder] | None, ORDER]
SynsetOrderArgument = Annotated[list[SynsetOrder] | None, ORDER]
DocumentOrderArgument = Annotated[list[DocumentOrder] | None, ORDER]
ChunkOrderArgument = Annotated[list[ChunkOrder] | None, ORDER]
LibraryOrderArgument = Annotated[list[LibraryOrder] | None, ORDER]


class _Term(Protocol):
    """What all terms have in common."""

    @property
    def field(self) -> Enum:
        """What decides."""

    @property
    def direction(self) -> OrderDirection:
        """Which way the list runs."""


def terms_of(order_by: Sequence[_Term] | None) -> tuple[OrderTerm, ...]:
    """The plain wish."""
    return tuple(
        OrderTerm(
            term.field.value, ASCENDING if term.direction is OrderDirection.ASC else DESCENDING
        )
        for term in order_by or ()
    )
