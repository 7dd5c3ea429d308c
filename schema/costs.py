"""What fields cost, declared where fields are: `@cost` and `@listSize` of the cost specification.

https://ibm.github.io/graphql-specs/cost-spec.html, with whole numbers as Apollo and GraphQL
gateways write them. An object costs 1 unless its field or type says otherwise, a leaf nothing, a
list its size times what an item costs. `schema.pricing` does the sums.
"""

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import strawberry
from strawberry.schema_directive import Location

from resolvers.limits import MAX_ITEMS
from resolvers.reading.page import DEFAULT_PAGE_SIZE

# One more thing to load for each object that has the field.
LOAD = 1
# A page is read by one command for all parents, and merged for each.
PAGE = 2
# A transaction.
BATCH = 10
# Index entries are counted.
TALLY = 20
# Every vector of a library is looked at.
SEARCH = 100


@strawberry.schema_directive(
    locations=[
        Location.ARGUMENT_DEFINITION,
        Location.ENUM,
        Location.FIELD_DEFINITION,
        Location.INPUT_FIELD_DEFINITION,
        Location.OBJECT,
        Location.SCALAR,
    ],
    name="cost",
    description="What it adds to the price of an operation, each time it appears in the answer.",
)
class Cost:
    """The weight of a field, or of all fields of a type."""

    weight: int = strawberry.field(description="The price of one.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How long a list is for the price of an operation.",
)
class ListSize:
    """The length of a list that is not there yet."""

    assumed_size: int | None = strawberry.field(description="The length if no argument says it.")
    slicing_arguments: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Arguments that say it."
    )
    sized_fields: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The lists meant, where the field is an object that has them.",
    )
    require_one_slicing_argument: bool | None = strawberry.field(
        default=True,
        description="Whether exactly one of the arguments must be given.",
    )
    # A list argument that the answer has an item for each of; gateways know `assumedSize` alone.
    sized_by: strawberry.Private[tuple[str, ...]] = ()


# For the types of objects that only hold others.
FREE = Cost(weight=0)


def price_of(
    method: Callable[..., Any], cost: int | None, size: ListSize | None
) -> tuple[Cost | ListSize, ...]:
    """The directives of a field that a method computes; see `schema.fields.resolved`."""
    parameters = inspect.signature(method).parameters
    usual: tuple[int | None, ListSize | None]
    if slicing := [name for name in ("first", "last") if name in parameters]:
        usual = PAGE, page_size(*slicing)
    elif "input" in parameters and _is_batch(parameters["input"].annotation):
        usual = BATCH, each_of("input", "items", at_most=MAX_ITEMS, field="results")
    else:
        usual = LOAD if inspect.iscoroutinefunction(method) else None, None
    cost = usual[0] if cost is None else cost
    size = size or usual[1]
    return (*(() if cost is None else (Cost(weight=cost),)), *((size,) if size else ()))


def _is_batch(annotation: object) -> bool:
    """Whether an argument is an input with `items`."""
    kind = getattr(annotation, "__origin__", annotation)
    return is_dataclass(kind) and any(field.name == "items" for field in fields(kind))


def page_size(*arguments: str) -> ListSize:
    """The size of a connection."""
    return ListSize(
        assumed_size=DEFAULT_PAGE_SIZE,
        slicing_arguments=list(arguments),
        sized_fields=["edges", "nodes"],
        require_one_slicing_argument=False,
    )


def about(size: int) -> ListSize:
    """The size of a list that has as many items as there are."""
    return ListSize(assumed_size=size, require_one_slicing_argument=False)


def each_of(*path: str, at_most: int, field: str | None = None) -> ListSize:
    """The size of a list with an item for each of an argument.

    Args:
        path: leads to the argument's list, such as `input`, `items`.
        at_most: how long the argument may be.
        field: the list meant, where the field is an object.
    """
    return ListSize(
        assumed_size=at_most,
        sized_fields=[field] if field else strawberry.UNSET,
        require_one_slicing_argument=False,
        sized_by=path,
    )
