"""What all batches have in common."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

import strawberry
from strawberry import UNSET

from resolvers.writing.items import Removal
from resolvers.writing.result import BatchCall, ErrorPolicy
from schema.enums import described
from schema.inputs.conversion import ItemInput, Plain, described_input, to_item

ID = "Which one is meant."
EXPECTED_VERSION = "Refuse the item if its version is another by now."
METADATA = "A JSON object of your own, of at most 16,384 bytes and 8 levels; it is replaced whole."
POSITION = "Place among its siblings, lowest first; if omitted, a new one comes last."
CLIENT_REF = (
    "Your own name for what is made here, of at most 100 characters: the result repeats it, and "
    "later items of `applyBatch` may say '@' and the name where an id is expected."
)
IDEMPOTENCY_KEY = (
    "Your own name for this request, such as a UUID: sent again within 24 hours, it is not run "
    "again but answered with what came of the first."
)
ERROR_POLICY = "What one refused item means for the others."
CASCADE = (
    "Delete what hangs on the items as well; otherwise items that something hangs on are refused."
)

# The argument of every mutation.
BATCH = strawberry.argument(description="The batch.")

Item = TypeVar("Item", covariant=True)

described(ErrorPolicy, ERROR_POLICY)


@described_input
class LibrariesInput(Generic[Item]):
    """Libraries to write."""

    items: list[Item] = strawberry.field(
        description="At most 250, decided upon in one transaction."
    )
    error_policy: ErrorPolicy = strawberry.field(
        default=ErrorPolicy.REJECT_ALL, description=ERROR_POLICY
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@described_input
class BatchInput(Generic[Item]):
    """Items of one library to write."""

    library: str = strawberry.field(description="Key of the library that all items belong to.")
    items: list[Item] = strawberry.field(description="At most 250, written in one transaction.")
    error_policy: ErrorPolicy = strawberry.field(
        default=ErrorPolicy.REJECT_ALL, description=ERROR_POLICY
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@described_input
class DeletionInput:
    """Something to delete."""

    id: strawberry.ID = strawberry.field(description=ID)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)

    def item(self) -> Removal:
        """The plain item."""
        return to_item(Removal, self)


@described_input
class OperationDeletionInput(DeletionInput):
    """Something to delete in a mixed batch."""

    cascade: bool = strawberry.field(default=False, description=CASCADE)


@described_input
class CascadingDeletionInput(BatchInput[DeletionInput]):
    """Items of one library to delete."""

    cascade: bool = strawberry.field(default=False, description=CASCADE)


def call_of(
    given: BatchInput[ItemInput[Plain]] | LibrariesInput[ItemInput[Plain]],
) -> BatchCall[Plain]:
    """The batch as the rules take it."""
    items = [each.item() for each in given.items]
    if getattr(given, "cascade", False):
        items = [_cascading(item) for item in items]
    return call_with(given, items)


def call_with(
    given: BatchInput[Any] | LibrariesInput[Any], items: Sequence[Plain]
) -> BatchCall[Plain]:
    """The batch as the rules take it, with items that were made already."""
    return BatchCall(
        library=getattr(given, "library", ""),
        items=items,
        error_policy=given.error_policy,
        idempotency_key=given.idempotency_key,
    )


def _cascading(item: Plain) -> Plain:
    return replace(item, cascade=True) if isinstance(item, Removal) else item
