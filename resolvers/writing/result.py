"""What a batch is asked for and what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from documents.base import EntityKind
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
    # A second call with the same key is answered with what came of the first.
    idempotency_key: str | None = None

    def allows(self, errors: Sequence[UserError]) -> bool:
        """Whether anything may be written in spite of the errors."""
        return not errors or self.error_policy is ErrorPolicy.REJECT_FAILED


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What came of one item; `id` is known where the entity is, or was, in the store."""

    index: int
    kind: EntityKind
    status: ItemStatus
    id: DocumentId | None = None
    client_ref: str | None = None
    errors: tuple[UserError, ...] = ()


Results = tuple[ItemResult, ...]


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What came of a batch.

    Attributes:
        results: one for each item, in order; none where the call itself was refused.
        errors: those of all items, and of the call itself.
        sequence: the library's after the call, None where no library was found.
    """

    results: Results
    errors: tuple[UserError, ...]
    sequence: int | None = None

    @classmethod
    def of(cls, results: Results, sequence: int | None = None) -> Self:
        """The result of a call that was heard: the errors are those of its items, in order."""
        return cls(results, tuple(error for each in results for error in each.errors), sequence)

    @property
    def accepted(self) -> bool:
        """Whether any item was written, or had its values already."""
        refused = (ItemStatus.REFUSED, ItemStatus.ROLLED_BACK)
        return any(each.status not in refused for each in self.results)

    def count(self, status: ItemStatus) -> int:
        """How many items ended so."""
        return Counter(result.status for result in self.results)[status]


Outcomes = dict[int, tuple[ItemStatus, DocumentId]]


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known about the items of a call when all have been looked at.

    Attributes:
        errors: what is wrong with items.
        outcomes: what comes of the items that nothing is wrong with, if they are written.
        subjects: the stored entities that items are about.
    """

    errors: Sequence[UserError]
    outcomes: Outcomes
    subjects: dict[int, DocumentId]

    def results(self, items: Sequence[tuple[EntityKind, str | None]], *, written: bool) -> Results:
        """One result an item.

        Args:
            items: kind and `clientRef` of each.
            written: whether the transaction is committed.
        """
        by_index: dict[int | None, list[UserError]] = {}
        for error in self.errors:
            by_index.setdefault(error.index, []).append(error)

        def result(index: int, kind: EntityKind, client_ref: str | None) -> ItemResult:
            status, entity = ItemStatus.ROLLED_BACK, self.subjects.get(index)
            refusals = tuple(by_index.get(index, ()))
            if refusals:
                status = ItemStatus.REFUSED
            elif written:
                status, entity = self.outcomes[index]
            return ItemResult(index, kind, status, entity, client_ref, refusals)

        return tuple(result(index, *item) for index, item in enumerate(items))
