"""What every search asks for."""

from typing import TypeVar

import strawberry

from resolvers.searching.asked import unpack_vector
from resolvers.searching.request import SearchMode
from schema.enums import described

Value = TypeVar("Value")

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


def allowed(values: list[Value] | None) -> frozenset[Value] | None:
    """The values of a condition; None allows every value."""
    return None if values is None else frozenset(values)
