"""A batch: up to 250 items of one library, checked, then written in one transaction.

    1. Every item's values are checked by themselves (fields.py); the store is not asked.
    2. Texts that are new to the library are embedded, while nothing is locked.
    3. In the transaction, run after run: `prepare` reads what the items refer to, refuses some
       and plans the writes of the others; the plan is written.
    4. All of it is committed, or nothing: under `REJECT_ALL` one refused item is enough.

The transaction starts by writing the library's document, so no other writer of the library comes
between what step 3 reads and what it writes.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar

from documents.errors import NotFoundError
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.unit_of_work import UnitOfWork, run_in_transaction
from resolvers.context import Context
from resolvers.embedding import MissingVectorsError, Vectors, make_vectors, store_vectors
from resolvers.errors import UserError, UserErrorCode
from resolvers.limits import MAX_CHUNKS, MAX_ITEMS
from resolvers.writing.attempt import Attempt
from resolvers.writing.idempotency import Idempotency, check_key
from resolvers.writing.lookup import find_library
from resolvers.writing.references import client_ref_of, settle
from resolvers.writing.result import BatchCall, BatchResult, Findings, Outcomes
from resolvers.writing.rules import BatchRules, Run, check_runs, echo

Item = TypeVar("Item")


async def run_batch(
    context: Context, call: BatchCall[Item], rules: BatchRules[Item]
) -> BatchResult:
    """Write a batch under one set of rules; what is wrong with it is told in the result.

    Raises:
        EmbeddingError: a text is new and the library's model cannot be run here.
    """
    return await run_mixed_batch(context, call, [Run(rules, list(enumerate(call.items)))])


async def run_mixed_batch(
    context: Context, call: BatchCall[Any], runs: Sequence[Run[Any]]
) -> BatchResult:
    """Write a batch, each run seeing what those before it wrote.

    Raises:
        EmbeddingError: a text is new and the library's model cannot be run here.
    """
    errors = check_call(call)
    library = None if errors else await find_library(call.library)
    if library is None:
        return BatchResult((), tuple(errors) or (_no_library(call.library),))
    try:
        result = await _run(context, call, runs, library)
    except NotFoundError:
        return BatchResult((), (_no_library(call.library),))
    # The payload's nodes are read as they are now.
    context.loaders.clear()
    return result


def check_call(call: BatchCall[Any]) -> list[UserError]:
    """What is wrong with the call itself."""
    return check_size(call.items) + check_key(call.idempotency_key)


def check_size(items: Sequence[object]) -> list[UserError]:
    """What is wrong with the number of items."""
    if not items:
        return [UserError(UserErrorCode.INVALID_VALUE, "The batch is empty.", ("items",))]
    if len(items) > MAX_ITEMS:
        message = f"{len(items)} items are too many: send at most {MAX_ITEMS} at once."
        return [UserError(UserErrorCode.TOO_LONG, message, ("items",))]
    return []


async def _run(
    context: Context, call: BatchCall[Any], runs: Sequence[Run[Any]], library: LibraryDocument
) -> BatchResult:
    errors = check_runs(runs)
    idempotency = Idempotency(call, library.id, [run.rules.verb for run in runs])
    # Where nothing will be written, no time is spent on vectors.
    wanted = runs if call.allows(errors) else ()
    # Documents are split for it: off the event loop.
    texts = await asyncio.to_thread(_new_texts, wanted, errors)
    vectors = await make_vectors(context, library, texts)

    async def work(unit: UnitOfWork) -> BatchResult:
        first = await idempotency.first_result(unit.session)
        if first is not None:
            return first
        writing = _Writing(unit, call, vectors, list(errors))
        for run in runs:
            await writing.write(run)
        result = writing.result(runs)
        if not result.accepted:
            unit.discard()
        elif await idempotency.keep(unit.session, result):
            unit.noted = True
        return result

    while True:
        try:
            return (await run_in_transaction(context.services.client, library.id, work)).result
        except MissingVectorsError as error:
            vectors.add(await make_vectors(context, error.library, error.texts))


def _new_texts(runs: Sequence[Run[Any]], errors: list[UserError]) -> list[str]:
    texts = [text for run in runs for text in run.texts(errors)]
    # Of more than a call may bring, the transaction says first which are refused.
    return texts if len(texts) <= MAX_CHUNKS else []


class _Writing:
    """The runs of one batch within its open transaction."""

    def __init__(
        self, unit: UnitOfWork, call: BatchCall[Any], vectors: Vectors, errors: list[UserError]
    ) -> None:
        self._unit = unit
        self._call = call
        self._vectors = vectors
        self._errors = errors
        self._outcomes: Outcomes = {}
        self._subjects: dict[int, DocumentId] = {}
        # Ids by `clientRef`; None for what was refused.
        self._made: dict[str, DocumentId | None] = {}

    @property
    def allowed(self) -> bool:
        """Whether anything may stay of what was written."""
        return self._call.allows(self._errors)

    async def write(self, run: Run[Any]) -> None:
        """Write what can be written of a run, so that those after it find it."""
        attempt = Attempt(run.items, self._errors, run.steps, self._subjects, unit=self._unit)
        # Items of the first run have nothing before them to refer to.
        if self._made:
            settle(attempt, self._made)
        await run.rules.prepare(attempt)
        await attempt.plan.write(self._unit)
        if self.allowed:
            await store_vectors(self._unit, self._vectors, attempt.plan.texts)
        self._outcomes |= attempt.plan.outcomes
        sound = {index for index, _ in attempt.sound()}
        for index, item in run.items:
            if name := client_ref_of(item):
                self._made[name] = self._outcomes[index][1] if index in sound else None

    def result(self, runs: Sequence[Run[Any]]) -> BatchResult:
        """What came of it."""
        findings = Findings(self._errors, self._outcomes, self._subjects)
        items = [(run.rules.kind, echo(item)) for run in runs for _, item in run.items]
        written = self.allowed and bool(self._unit.entries)
        sequence = self._unit.library.sequence
        return BatchResult.of(
            findings.results(items, written=self.allowed), sequence if written else sequence - 1
        )


def _no_library(key: str) -> UserError:
    message = f"There is no library {key!a}. Create it first, or check its key."
    return UserError(UserErrorCode.NOT_FOUND, message, ("library",))
