"""The public names of closed vocabularies, with the description of every value."""

from enum import Enum
from typing import TypeVar

import strawberry

from documents.vocabulary import (
    ChunkingMethod,
    DescribedEnum,
    FrequencyBand,
    IndexKind,
    PartOfSpeech,
    Register,
    RelationLevel,
    RelationType,
)

Members = TypeVar("Members", bound=type[DescribedEnum])


def described(members: Members, description: str) -> Members:
    """Publish a vocabulary whose members describe themselves."""
    strawberry.enum(members, description=description)
    definition = members.__strawberry_definition__  # type: ignore[attr-defined] # set one line above
    for value in definition.values:
        value.description = members[value.name].description
    return members


described(PartOfSpeech, "The grammatical class of a word or of one of its definitions.")
described(ChunkingMethod, "What a document's text is split by.")
described(IndexKind, "How an index finds what is near.")
described(RelationType, 'How a target stands to its source: "the target is a … of the source".')
described(RelationLevel, "What a relation joins.")
described(FrequencyBand, "How often a word or a sense is met.")
described(Register, "In what company or style a sense is used.")


@strawberry.enum(description="Which way a list runs.")
class OrderDirection(Enum):
    """Which way a list runs."""

    ASC = strawberry.enum_value("asc", description="From the first to the last.")
    DESC = strawberry.enum_value("desc", description="From the last to the first.")


@strawberry.enum(description="How the likeness of two vectors is measured.")
class SimilarityMetric(Enum):
    """How the likeness of two vectors is measured."""

    COSINE = strawberry.enum_value("cosine", description="The cosine of their angle.")
    INNER_PRODUCT = strawberry.enum_value("inner_product", description="Their dot product.")
    SQUARED_L2 = strawberry.enum_value(
        "squared_l2", description="Their squared distance, turned around: nearer is higher."
    )
