"""A batch: up to 250 items of one library, checked, then written in one transaction.

    1. Every item's values are checked by themselves (fields.py); the store is not asked.
    2. Texts that are new to the library are embedded, while nothing is locked.
    3. In the transaction, `prepare` reads what the items refer to, refuses some and plans the
       writes of the others.
    4. The plan is written, or nothing: under `REJECT_ALL` one refused item is enough.

The transaction starts by writing the library's document, so no other writer of the library comes
between what step 3 reads and step 4 writes.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from documents.embedding import EmbeddingDocument
from documents.errors import NotFoundError
from documents.library import LibraryDocument
from documents.unit_of_work import Committed, UnitOfWork, run_in_transaction
from resolvers.context import Context
from resolvers.embedding import ensure_embeddings, store_embeddings
from resolvers.errors import UserError, UserErrorCode
from resolvers.limits import MAX_ITEMS
from resolvers.writing.attempt import Attempt, Review
from resolvers.writing.checks import Check, Spot, fields
from resolvers.writing.lookup import find_library
from resolvers.writing.result import BatchCall, BatchResult, errors_in_order, item_results

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class BatchRules(Generic[Item]):
    """How items of one kind are written.

    Attributes:
        checks: what the values of each field may be.
        prepare: reads, refuses items and plans the writes; may run more than once.
        texts: the definitions' texts that items bring.
    """

    checks: Mapping[str, Check]
    prepare: Callable[[Attempt[Item]], Awaitable[None]]
    texts: Callable[[Sequence[Item]], list[str]] = lambda _: []


async def run_batch(
    context: Context, call: BatchCall[Item], rules: BatchRules[Item]
) -> BatchResult:
    """Write a batch; what is wrong with it is told in the result.

    Raises:
        EmbeddingError: a text is new and the library's model cannot be run here.
    """
    errors = check_size(call.items)
    library = None if errors else await find_library(call.library)
    if library is None:
        return BatchResult((), tuple(errors) or (_no_library(call.library),))
    errors += check_items(call.items, rules.checks)
    # Where nothing will be written, no time is spent on vectors.
    sound = Review(call.items, errors).sound() if call.allows(errors) else []
    texts = rules.texts([item for _, item in sound])
    embeddings = await ensure_embeddings(context, library, texts)
    try:
        committed = await _commit(context, library, call, rules, errors, embeddings)
    except NotFoundError:
        return BatchResult((), (_no_library(call.library),))
    # The payload's nodes are read as they are now.
    context.loaders.clear()
    return _report(call, committed)


def check_size(items: Sequence[object]) -> list[UserError]:
    """What is wrong with the number of items."""
    if not items:
        return [UserError(UserErrorCode.INVALID_VALUE, "The batch is empty.", ("items",))]
    if len(items) > MAX_ITEMS:
        message = f"{len(items)} items are too many: send at most {MAX_ITEMS} at once."
        return [UserError(UserErrorCode.TOO_LONG, message, ("items",))]
    return []


def check_items(items: Sequence[object], checks: Mapping[str, Check]) -> list[UserError]:
    """What is wrong with the items' values, each by itself."""
    errors: list[UserError] = []
    check = fields(checks)
    for index, item in enumerate(items):
        check(Spot(errors, ("items", str(index)), index), item)
    return errors


async def _commit(
    context: Context,
    library: LibraryDocument,
    call: BatchCall[Item],
    rules: BatchRules[Item],
    errors: Sequence[UserError],
    embeddings: Sequence[EmbeddingDocument],
) -> Committed[Attempt[Item]]:
    async def work(unit: UnitOfWork) -> Attempt[Item]:
        attempt = Attempt(call.items, list(errors), unit=unit, cascade=call.cascade)
        await rules.prepare(attempt)
        if call.allows(attempt.errors):
            await attempt.plan.write(unit)
            used = attempt.plan.text_hashes
            await store_embeddings(unit, [each for each in embeddings if each.text_hash in used])
        return attempt

    return await run_in_transaction(context.services.client, library.id, work)


def _report(call: BatchCall[Item], committed: Committed[Attempt[Item]]) -> BatchResult:
    attempt = committed.result
    results = item_results(
        len(call.items),
        attempt.errors,
        attempt.plan.outcomes,
        attempt.subjects,
        written=call.allows(attempt.errors),
    )
    return BatchResult(results, errors_in_order(results), committed.sequence)


def _no_library(key: str) -> UserError:
    message = f"There is no library {key!a}. Create it first, or check its key."
    return UserError(UserErrorCode.NOT_FOUND, message, ("library",))
