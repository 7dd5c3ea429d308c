"""What mutations answer: a result for each item, the counts, and everything that was refused."""

from typing import Generic, TypeVar

import strawberry

from resolvers import errors
from resolvers.errors import UserErrorCode
from resolvers.writing import result as outcome
from resolvers.writing.result import BatchResult, ItemStatus
from schema.costs import about
from schema.enums import described
from schema.fields import Info, resolved
from schema.links import load_node
from schema.node import encode_node_id

T = TypeVar("T")

described(ItemStatus, "What came of an item.")
described(UserErrorCode, "Why an item, or a whole call, was refused.")


@strawberry.type(description="Something that the input got wrong; what to do about it is said.")
class UserError:
    """One refusal."""

    code: UserErrorCode = strawberry.field(description="Stable; for programs.")
    message: str = strawberry.field(description="For people.")
    field: list[str] = strawberry.field(
        description="Leads from the input to the value at fault, such as items, 3, text."
    )
    index: int | None = strawberry.field(
        description="The item at fault, from 0; null if it is the whole call."
    )


def public_errors(refusals: tuple[errors.UserError, ...]) -> list[UserError]:
    """Refusals of the rules as the client sees them."""
    return [
        UserError(code=each.code, message=each.message, field=list(each.field), index=each.index)
        for each in refusals
    ]


@strawberry.type(description="What came of one item.")
class ItemResult(Generic[T]):
    """Its node is read after the transaction, for all items in one trip."""

    result: strawberry.Private[outcome.ItemResult]

    @resolved("Place of the item in the input, from 0.")
    def index(self) -> int:
        """As in the rules."""
        return self.result.index

    @resolved("What came of it.")
    def status(self) -> ItemStatus:
        """As in the rules."""
        return self.result.status

    @resolved("What the item made or is about, even if it is gone now.")
    def id(self) -> strawberry.ID | None:
        """A global id."""
        found = self.result.id
        return None if found is None else encode_node_id(self.result.kind, found)

    @resolved("The name that the input gave to what the item makes.")
    def client_ref(self) -> str | None:
        """As in the input."""
        return self.result.client_ref

    @resolved("How it looks now; after a version conflict, what is in the way.")
    async def node(self, info: Info) -> T | None:
        """Reads the selected columns only."""
        if self.result.id is None or self.result.status is ItemStatus.DELETED:
            return None
        node: T | None = await load_node(info, self.result.kind, self.result.id)
        return node

    @resolved("Why it was refused.", size=about(1))
    def user_errors(self) -> list[UserError]:
        """Those of this item."""
        return public_errors(self.result.errors)


@strawberry.type(description="What came of a batch.")
class BatchPayload(Generic[T]):
    """What the payloads of all mutations share."""

    result: strawberry.Private[BatchResult]

    @resolved("One for each item, in order; none if the call was refused.")
    def results(self) -> list[ItemResult[T]]:
        """In the order of the input."""
        return [ItemResult(result=each) for each in self.result.results]

    @resolved("Everything that was refused, and why.", size=about(1))
    def user_errors(self) -> list[UserError]:
        """Those of all items, or of the call."""
        return public_errors(self.result.errors)

    @resolved("How many items were refused.")
    def refused_count(self) -> int:
        """Items that were rolled back are not counted."""
        return self.result.count(ItemStatus.REFUSED)

    @resolved("The library's count of transactions after this one; null for libraries.")
    def sequence(self) -> int | None:
        """What a reader may wait for."""
        return self.result.sequence


@strawberry.type(description="What came of creating.")
class CreatePayload(BatchPayload[T]):
    """A batch of new entities."""

    @resolved("How many items were created.")
    def created_count(self) -> int:
        """Without what was nested in them."""
        return self.result.count(ItemStatus.CREATED)


@strawberry.type(description="What came of updating.")
class UpdatePayload(BatchPayload[T]):
    """A batch of changes."""

    @resolved("How many items were changed.")
    def updated_count(self) -> int:
        """Without those that had the values already."""
        return self.result.count(ItemStatus.UPDATED)

    @resolved("How many items had the values already.")
    def unchanged_count(self) -> int:
        """They keep their version."""
        return self.result.count(ItemStatus.UNCHANGED)


@strawberry.type(description="What came of upserting.")
class UpsertPayload(UpdatePayload[T]):
    """A batch of entities as they are to be."""

    @resolved("How many items were created.")
    def created_count(self) -> int:
        """Those whose natural keys were free."""
        return self.result.count(ItemStatus.CREATED)


@strawberry.type(description="What came of deleting.")
class DeletePayload(BatchPayload[T]):
    """A batch of deletions."""

    @resolved("How many items were deleted.")
    def deleted_count(self) -> int:
        """Without what hung on them."""
        return self.result.count(ItemStatus.DELETED)
