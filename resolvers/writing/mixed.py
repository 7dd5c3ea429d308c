"""Mixed batches: any operations on what one library holds, in order, in one transaction.

Items that follow each other under the same rules are written together, in few trips; each such
run sees what those before it wrote. An item that depends on one of the current run begins a new
run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from documents.base import EntityKind
from resolvers.context import Context
from resolvers.writing import chunk, definition, document, example, word
from resolvers.writing.batch import run_mixed_batch
from resolvers.writing.items import Target
from resolvers.writing.references import announce, client_ref_of, references_of
from resolvers.writing.result import BatchCall, BatchResult
from resolvers.writing.rules import BatchRules, Run

RULES: dict[str, BatchRules[Any]] = {
    rules.verb: rules
    for noun in (word, definition, example, document)
    for rules in (noun.CREATE, noun.UPDATE, noun.PATCH, noun.UPSERT, noun.DELETE)
} | {chunk.UPDATE.verb: chunk.UPDATE}


@dataclass(frozen=True, slots=True)
class Operation:
    """One item of a mixed batch; `verb` says by which rules it is written."""

    verb: str
    item: Any


async def apply_batch(context: Context, call: BatchCall[Operation]) -> BatchResult:
    """Run operations in their order; later ones may refer to what earlier ones make."""
    return await run_mixed_batch(context, call, _runs(call.items))


def _runs(operations: Sequence[Operation]) -> list[Run[Any]]:
    runs: list[list[tuple[int, Operation]]] = []
    for placed in enumerate(_announced(operations)):
        if runs and _joins(placed[1], [each for _, each in runs[-1]]):
            runs[-1].append(placed)
        else:
            runs.append([placed])
    return [
        Run(RULES[run[0][1].verb], [(i, each.item) for i, each in run], (run[0][1].verb,))
        for run in runs
    ]


def _announced(operations: Iterable[Operation]) -> list[Operation]:
    """The operations, knowing of what kind the results are that they refer to."""
    kinds: dict[str, EntityKind] = {}
    announced = []
    for each in operations:
        announced.append(replace(each, item=announce(each.item, kinds)))
        if name := client_ref_of(each.item):
            kinds.setdefault(name, RULES[each.verb].kind)
    return announced


def _joins(operation: Operation, run: Sequence[Operation]) -> bool:
    """Whether it makes no difference if an operation is written together with a run."""
    if operation.verb != run[0].verb:
        return False
    names = {client_ref_of(each.item) for each in run}
    if any(name in names for _, name in references_of(operation.item)):
        return False
    subject = getattr(operation.item, "subject", None)
    return subject is None or not (
        any(getattr(each.item, "subject", None) == subject for each in run)
        or _by_reference(operation)
        or _by_reference(run[0])
    )


def _by_reference(operation: Operation) -> bool:
    """Whether it names its target by a `clientRef`, which may mean what another names by its id."""
    item = operation.item
    return isinstance(item, Target) and item.id.text.startswith("@")
