"""What is known about the items of a batch, and what one run of its transaction would write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from documents.base import EntityDocument
from documents.chunk import ChunkDocument
from documents.definition import DefinitionDocument
from documents.document import DocumentDocument
from documents.example import ExampleDocument
from documents.ids import DocumentId
from documents.unit_of_work import UnitOfWork
from documents.word import WordDocument
from resolvers.errors import UserError
from resolvers.writing.checks import Spot
from resolvers.writing.result import ItemStatus, Outcomes

Item = TypeVar("Item")
Other = TypeVar("Other")
Found = TypeVar("Found", bound=tuple[Any, ...])

# Items with their places in the call.
Placed = Sequence[tuple[int, Item]]

PARENTS_FIRST: tuple[type[EntityDocument], ...] = (
    WordDocument,
    DefinitionDocument,
    ExampleDocument,
    DocumentDocument,
    ChunkDocument,
)
# What has a text that is embedded.
EMBEDDED = WordDocument | DefinitionDocument | ChunkDocument


@dataclass(slots=True)
class Plan:
    """Writes of one transaction, of any type and in any order, and what they mean for the items."""

    new: list[EntityDocument] = field(default_factory=list)
    changed: list[EntityDocument] = field(default_factory=list)
    removed: list[EntityDocument] = field(default_factory=list)
    outcomes: Outcomes = field(default_factory=dict)
    # New and other texts of passages, by their hashes.
    texts: dict[bytes, str] = field(default_factory=dict)

    def create(self, index: int, document: EntityDocument, *children: EntityDocument) -> None:
        """Add what an item makes."""
        self.add(document, *children)
        self.outcomes[index] = (ItemStatus.CREATED, document.id)

    def add(self, *documents: EntityDocument) -> None:
        """Add what is made on the way."""
        self.new += documents
        for each in documents:
            if isinstance(each, EMBEDDED):
                self.texts[each.text_hash] = each.text

    def update(
        self,
        index: int,
        stored: EntityDocument,
        updated: EntityDocument,
        *,
        with_others: bool = False,
    ) -> None:
        """Put an item's values in the place of what is stored; equal values write nothing.

        Args:
            index: of the item.
            stored: as read in this transaction.
            updated: with the item's values.
            with_others: what hangs on it changes, which counts as a change of its own.
        """
        if updated == stored and not with_others:
            self.outcomes[index] = (ItemStatus.UNCHANGED, stored.id)
            return
        self.changed.append(updated)
        self.outcomes[index] = (ItemStatus.UPDATED, stored.id)
        before = stored.text_hash if isinstance(stored, EMBEDDED) else None
        if isinstance(updated, EMBEDDED) and updated.text_hash != before:
            self.texts[updated.text_hash] = updated.text

    def delete(self, index: int, document: EntityDocument, *children: EntityDocument) -> None:
        """Remove what an item names, and what hangs on it."""
        self.removed += [document, *children]
        self.outcomes[index] = (ItemStatus.DELETED, document.id)

    async def write(self, unit: UnitOfWork) -> None:
        """Store it all, parents first; children go first."""
        for model in PARENTS_FIRST:
            await unit.insert([each for each in self.new if type(each) is model])
            await unit.replace([each for each in self.changed if type(each) is model])
        for model in reversed(PARENTS_FIRST):
            await unit.delete([each for each in self.removed if type(each) is model])


@dataclass(slots=True)
class Review(Generic[Item]):
    """What is known about items of a call; `errors` starts with those of the values."""

    items: Placed[Item]
    errors: list[UserError]
    # What stands between an item's place and its fields.
    steps: tuple[str, ...] = ()
    # The stored entities that items are about.
    subjects: dict[int, DocumentId] = field(default_factory=dict)

    def spot(self, index: int) -> Spot:
        """The place of an item in the input."""
        return Spot(self.errors, ("items", str(index), *self.steps), index)

    def sound(self) -> list[tuple[int, Item]]:
        """The items that nothing is known against, so far."""
        return self.sound_among(self.items)

    def sound_among(self, found: Iterable[Found]) -> list[Found]:
        """What was found for items that nothing is known against, so far; indexes come first."""
        refused = {error.index for error in self.errors}
        return [each for each in found if each[0] not in refused]


@dataclass(slots=True, kw_only=True)
class Attempt(Review[Item]):
    """A review within an open transaction, made anew whenever the transaction is tried again."""

    unit: UnitOfWork
    plan: Plan = field(default_factory=Plan)

    @property
    def library_id(self) -> DocumentId:
        """The library that everything belongs to."""
        return self.unit.library.id

    def about(
        self, items: Placed[Other], errors: list[UserError] | None = None
    ) -> "Attempt[Other]":
        """The same attempt with other items in the same places, or refusing into another list."""
        return Attempt(
            items,
            self.errors if errors is None else errors,
            self.steps,
            self.subjects,
            unit=self.unit,
            plan=self.plan,
        )
