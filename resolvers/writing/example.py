"""Writing examples."""

from collections.abc import Iterator

from documents.base import EntityKind
from documents.definition import DefinitionDocument
from documents.example import ExampleDocument
from documents.ids import DocumentId
from resolvers.context import Context
from resolvers.writing.attempt import Attempt
from resolvers.writing.batch import BatchRules, run_batch
from resolvers.writing.fields import EXAMPLE_CHECKS, target_checks
from resolvers.writing.items import OMITTED, ExampleUpdate, NestedExample, NewExample, Target
from resolvers.writing.lookup import find_parents, find_targets
from resolvers.writing.places import places_after
from resolvers.writing.result import BatchCall, BatchResult
from resolvers.writing.values import change, example_values, make


async def create_examples(context: Context, call: BatchCall[NewExample]) -> BatchResult:
    """Add examples to definitions: behind the last ones, unless an item names its position."""
    return await run_batch(context, call, BatchRules(EXAMPLE_CHECKS, _prepare_creation))


async def update_examples(context: Context, call: BatchCall[ExampleUpdate]) -> BatchResult:
    """Change examples."""
    checks = target_checks(EntityKind.EXAMPLE) | EXAMPLE_CHECKS
    return await run_batch(context, call, BatchRules(checks, _prepare_update))


async def delete_examples(context: Context, call: BatchCall[Target]) -> BatchResult:
    """Remove examples; nothing hangs on them."""
    rules = BatchRules(target_checks(EntityKind.EXAMPLE), _prepare_removal)
    return await run_batch(context, call, rules)


def new_example(
    library_id: DocumentId,
    definition_id: DocumentId,
    item: NestedExample,
    places: Iterator[int],
) -> ExampleDocument:
    """The document of a new example; it takes the next place unless it names its own."""
    values = example_values(item)
    if item.position is OMITTED:
        values["position"] = next(places)
    return make(ExampleDocument, values, library_id=library_id, definition_id=definition_id)


async def _prepare_creation(attempt: Attempt[NewExample]) -> None:
    parents = await find_parents(attempt, DefinitionDocument, "definition_id")
    parent_ids = {parent.id for parent in parents.values()}
    places = await places_after(attempt.unit, ExampleDocument, "definition_id", parent_ids)
    for index, item in attempt.sound():
        parent_id = parents[index].id
        example = new_example(attempt.library_id, parent_id, item, places[parent_id])
        attempt.plan.create(index, example)


async def _prepare_update(attempt: Attempt[ExampleUpdate]) -> None:
    for index, item, example in await find_targets(attempt, ExampleDocument):
        attempt.plan.update(index, example, change(example, example_values(item)))


async def _prepare_removal(attempt: Attempt[Target]) -> None:
    for index, _, example in await find_targets(attempt, ExampleDocument):
        attempt.plan.delete(index, example)
