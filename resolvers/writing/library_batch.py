"""A batch of libraries: one transaction, but a sequence and a change log for each of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError

from documents.base import EntityKind
from documents.change import ChangeDocument, ChangeEntry, ChangeOperation
from documents.database import Row
from documents.errors import DuplicateError
from documents.job import JobKind
from documents.library import LibraryDocument, LibraryState
from documents.unit_of_work import duplicate_from
from resolvers.context import Context
from resolvers.errors import UserError
from resolvers.jobs.queue import enqueue
from resolvers.writing.attempt import Other, Placed, Review
from resolvers.writing.batch import check_call
from resolvers.writing.checks import Check
from resolvers.writing.idempotency import Idempotency
from resolvers.writing.result import (
    BatchCall,
    BatchResult,
    Findings,
    ItemStatus,
    Outcomes,
)
from resolvers.writing.rules import check_items, echo

Item = TypeVar("Item")

# A key that another call took at the same moment is seen by the check of the next try.
TRIES = 3


@dataclass(slots=True, kw_only=True)
class LibraryAttempt(Review[Item]):
    """One run of the transaction: items are refused, then written if the policy allows it."""

    session: AsyncClientSession
    call: BatchCall[Any]
    # Whether libraries may be kept in another engine.
    has_engines: bool
    outcomes: Outcomes = field(default_factory=dict)

    @property
    def may_write(self) -> bool:
        """Whether the sound items are to be written."""
        return self.call.allows(self.errors)

    def result(self) -> BatchResult:
        """What came of it; libraries have no sequence in common."""
        findings = Findings(self.errors, self.outcomes, self.subjects)
        items = [(EntityKind.LIBRARY, echo(item)) for _, item in self.items]
        return BatchResult.of(findings.results(items, written=self.may_write))

    async def read(self, query: Row) -> list[LibraryDocument]:
        """Libraries as this transaction sees them."""
        return await LibraryDocument.find(query, session=self.session).to_list()

    def about(self, items: Placed[Other]) -> "LibraryAttempt[Other]":
        """The same attempt with other items in the same places."""
        return LibraryAttempt(
            items,
            self.errors,
            self.steps,
            self.subjects,
            session=self.session,
            call=self.call,
            has_engines=self.has_engines,
            outcomes=self.outcomes,
        )

    async def create(self, index: int, library: LibraryDocument) -> None:
        """Store a new library."""
        library.sequence = 1
        await LibraryDocument.insert_many([library], session=self.session)
        await self._log(index, library, ChangeOperation.CREATED, ItemStatus.CREATED)

    async def update(self, index: int, stored: LibraryDocument, updated: LibraryDocument) -> None:
        """Store a library's new values; equal ones write nothing."""
        if updated == stored:
            self.outcomes[index] = (ItemStatus.UNCHANGED, stored.id)
            return
        updated.version += 1
        updated.sequence += 1
        await updated.replace(session=self.session)
        if updated.index != stored.index:
            await enqueue(self.session, JobKind.REBUILD_INDEX, stored.id)
        await self._log(index, updated, ChangeOperation.UPDATED, ItemStatus.UPDATED)

    async def mark_for_erasure(self, index: int, library: LibraryDocument) -> None:
        """Let nobody read or write the library any more."""
        library.state = LibraryState.DELETING
        await library.replace(session=self.session)
        self.outcomes[index] = (ItemStatus.DELETED, library.id)

    async def _log(
        self,
        index: int,
        library: LibraryDocument,
        operation: ChangeOperation,
        status: ItemStatus,
    ) -> None:
        entry = ChangeEntry(
            kind=library.kind, id=library.id, operation=operation, version=library.version
        )
        change = ChangeDocument(library_id=library.id, sequence=library.sequence, entries=[entry])
        await change.insert(session=self.session)
        self.outcomes[index] = (status, library.id)


def check_libraries(call: BatchCall[Any], checks: Mapping[str, Check]) -> list[UserError]:
    """What is wrong with the call, or with its items' values."""
    return check_call(call) or check_items(list(enumerate(call.items)), checks)


async def run_library_batch(
    context: Context,
    call: BatchCall[Item],
    verb: str,
    errors: Sequence[UserError],
    work: Callable[[LibraryAttempt[Item]], Awaitable[None]],
) -> BatchResult:
    """Run `work` in a transaction, unless the call itself is refused."""
    if any(error.index is None for error in errors):
        return BatchResult((), tuple(errors))
    idempotency = Idempotency(call, None, [verb])

    async def attempt(session: AsyncClientSession) -> BatchResult:
        first = await idempotency.first_result(session)
        if first is not None:
            return first
        placed = list(enumerate(call.items))
        review = LibraryAttempt(
            placed,
            list(errors),
            session=session,
            call=call,
            has_engines=context.services.semantic_indexes.engines is not None,
        )
        await work(review)
        result = review.result()
        if result.accepted:
            await idempotency.keep(session, result)
        return result

    result = await _in_transaction(context, attempt)
    context.loaders.clear()
    return result


async def _in_transaction(
    context: Context, attempt: Callable[[AsyncClientSession], Awaitable[BatchResult]]
) -> BatchResult:
    for tries_left in reversed(range(TRIES)):
        async with context.services.client.start_session() as session:
            try:
                return await session.with_transaction(attempt)
            except BulkWriteError as error:
                reason = duplicate_from(error)
                if not isinstance(reason, DuplicateError) or not tries_left:
                    raise reason from error
    raise AssertionError("the last try returns or raises")
