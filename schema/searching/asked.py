"""What every search asks for."""

from typing import TypeVar

import strawberry

from resolvers.errors import LimitError, RequestError
from resolvers.searching.asked import unpack_vector
from resolvers.searching.meanings import MEANINGFUL
from resolvers.searching.request import Ingredient, SearchMode, StoredNode
from schema.enums import described
from schema.node import decode_node_id

Value = TypeVar("Value")

MAX_PARTS = 20
MAX_WEIGHT = 100

described(SearchMode, "What a search compares.")

DIVERSITY = (
    "How much the results are to differ: from 0, where scores alone decide, to 1, where each is as "
    "unlike those before it as can be. The best 200 are put in that order, by the vectors of their "
    "definitions or chunks; scores stay what they are."
)
DID_YOU_MEAN = (
    "What was asked for, with words that the library has in place of those that it has not; null "
    "where it has them all, or none that is spelt like them."
)


@strawberry.input(description="A part of what is looked for: a text, or something by its id.")
class BlendPart:
    """Exactly one of text and id."""

    text: str | None = strawberry.field(
        default=None, description="A word or a description, of at most 2,000 characters."
    )
    id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of a word, definition or chunk."
    )
    weight: float = strawberry.field(
        default=1.0, description="How much it counts: above 0, at most 100."
    )

    def ingredient(self, sign: int) -> Ingredient:
        """The plain part.

        Raises:
            RequestError: it is both or neither, or its weight makes no sense.
        """
        if (self.text is None) == (self.id is None):
            raise RequestError("A part of a blend is a text or an id: give one of them.")
        if not 0 < self.weight <= MAX_WEIGHT:
            raise RequestError(f"The weight of a part is above 0 and at most {MAX_WEIGHT}.")
        node = None if self.id is None else node_named(self.id)
        return Ingredient(sign * self.weight, self.text, node)


@strawberry.input(
    description="More of these, less of those: the vectors of `more` are added, those of `less` "
    "taken away. What it is made of is no result, and neither is a word that is one of its texts."
)
class Blend:
    """Vector arithmetic."""

    more: list[BlendPart] = strawberry.field(description="What results are to be like.")
    less: list[BlendPart] = strawberry.field(
        default_factory=list, description="What they are not to be like."
    )

    def ingredients(self) -> tuple[Ingredient, ...]:
        """The plain parts.

        Raises:
            RequestError: nothing is added, or one of the parts makes no sense.
            LimitError: too many parts.
        """
        if not self.more:
            raise RequestError("A blend has something that there is to be more of: add to `more`.")
        if len(self.more) + len(self.less) > MAX_PARTS:
            raise LimitError(f"A blend has at most {MAX_PARTS} parts.")
        return (
            *(each.ingredient(1) for each in self.more),
            *(each.ingredient(-1) for each in self.less),
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
    similar_to: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description="The id of a word, definition or chunk: what means the like, by the vectors "
        "that are stored; itself is no result. It may be of another library with the same model."
    )
    blend: strawberry.Maybe[Blend] = strawberry.field(
        description="Several of these, added and taken away: king less man more woman."
    )

    def ingredients(self) -> tuple[Ingredient, ...]:
        """What vectors are added of.

        Raises:
            RequestError: an id is of something that has no meaning, or a blend makes no sense.
            LimitError: too many parts.
        """
        if self.similar_to:
            return (Ingredient(1.0, node=node_named(self.similar_to.value)),)
        return self.blend.value.ingredients() if self.blend else ()

    def given_vector(self) -> list[float] | None:
        """In either form; None where a text is given.

        Raises:
            RequestError: it cannot be unpacked.
        """
        if self.packed_vector:
            return unpack_vector(self.packed_vector.value)
        return self.vector.value if self.vector else None


def check_diversity(diversity: float) -> float:
    """How much results are to differ.

    Raises:
        RequestError: it is not from 0 to 1.
    """
    if not 0 <= diversity <= 1:
        raise RequestError("The diversity of results is a number from 0 to 1.")
    return diversity


def node_named(value: str) -> StoredNode:
    """What a global id names, if it has a meaning.

    Raises:
        RequestError: it is no id, or that of something else.
    """
    reference = decode_node_id(value)
    if reference.kind not in MEANINGFUL:
        raise RequestError(
            f"This is the id of a {reference.kind}: give that of a word, definition or chunk."
        )
    return StoredNode(reference.kind, reference.id)


def allowed(values: list[Value] | None) -> frozenset[Value] | None:
    """The values of a condition; None allows every value."""
    return None if values is None else frozenset(values)
