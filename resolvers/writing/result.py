"""What a batch is asked for and what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from documents.ids import DocumentId
from documents.vocabulary import DescribedEnum
from resolvers.errors import UserError

Item = TypeVar("Item")


class ErrorPolicy(DescribedEnum):
    """What one refused item means for the others."""

    REJECT_ALL = "reject_all", "Nothing is written when an item is refused."
    REJECT_FAILED = "reject_failed", "The other items are written, in one transaction."


class ItemStatus(DescribedEnum):
    """What came of an item."""

    CREATED = "created", "It is there now."
    UPDATED = "updated", "It has the new values, and another version."
    UNCHANGED = "unchanged", "It had these values already; its version stays."
    DELETED = "deleted", "It is gone."
    REFUSED = "refused", "The errors say why."
    ROLLED_BACK = "rolled_back", "Nothing is wrong with it, but another item was refused."


@dataclass(frozen=True, slots=True)
class BatchCall(Generic[Item]):
    """Items of one library, to be written in one transaction."""

    # The library's key; empty where the items are libraries themselves.
    library: str
    items: Sequence[Item]
    error_policy: ErrorPolicy = ErrorPolicy.REJECT_ALL
    # Deletions only: whether what hangs on an entity may go with it.
    cascade: bool = False

    def allows(self, errors: Sequence[UserError]) -> bool:
        """Whether anything may be written in spite of the errors."""
        return not errors or self.error_policy is ErrorPolicy.REJECT_FAILED


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What came of one item; `id` is known where the entity is, or was, in the store."""

    index: int
    status: ItemStatus
    id: DocumentId | None = None
    errors: tuple[UserError, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What came of a batch.

    Attributes:
        results: one for each item, in order; none where the call itself was refused.
        errors: those of all items, and of the call itself.
        sequence: the library's after the call, None where no library was found.
    """

    results: tuple[ItemResult, ...]
    errors: tuple[UserError, ...]
    sequence: int | None = None

    def count(self, status: ItemStatus) -> int:
        """How many items ended so."""
        return Counter(result.status for result in self.results)[status]


Outcomes = dict[int, tuple[ItemStatus, DocumentId]]


def item_results(
    count: int,
    errors: Sequence[UserError],
    outcomes: Outcomes,
    subjects: dict[int, DocumentId],
    *,
    written: bool,
) -> tuple[ItemResult, ...]:
    """One result an item.

    Args:
        count: the number of items.
        errors: what is wrong with them.
        outcomes: what came of the items that nothing is wrong with, if `written`.
        subjects: the stored entities that items are about.
        written: whether the transaction was committed.
    """
    by_index: dict[int | None, list[UserError]] = {}
    for error in errors:
        by_index.setdefault(error.index, []).append(error)

    def result(index: int) -> ItemResult:
        if refusals := by_index.get(index):
            return ItemResult(index, ItemStatus.REFUSED, subjects.get(index), tuple(refusals))
        if not written:
            return ItemResult(index, ItemStatus.ROLLED_BACK, subjects.get(index))
        return ItemResult(index, *outcomes[index])

    return tuple(map(result, range(count)))


def errors_in_order(results: Sequence[ItemResult]) -> tuple[UserError, ...]:
    """All errors of the items, in the order of the items."""
    return tuple(error for result in results for error in result.errors)
