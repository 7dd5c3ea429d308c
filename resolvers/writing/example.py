"""Writing examples."""

from collections.abc import Iterator

from documents.base import EntityKind
from documents.definition import DefinitionDocument
from documents.example import ExampleDocument
from documents.ids import DocumentId
from resolvers.context import Context
from resolvers.writing.attempt import Attempt
from resolvers.writing.batch import run_batch
from resolvers.writing.fields import EXAMPLE_CHECKS, target_checks, upsert_checks
from resolvers.writing.items import (
    OMITTED,
    ExampleUpdate,
    ExampleUpsert,
    NestedExample,
    NewExample,
    Patch,
    Removal,
)
from resolvers.writing.lookup import find_parents, find_targets
from resolvers.writing.patch import patching
from resolvers.writing.places import places_after
from resolvers.writing.result import BatchCall, BatchResult
from resolvers.writing.rules import BatchRules
from resolvers.writing.upsert import divide, refuse_repeated
from resolvers.writing.values import change, example_fields, example_values, make


async def create_examples(context: Context, call: BatchCall[NewExample]) -> BatchResult:
    """Add examples to definitions: behind the last ones, unless an item names its position."""
    return await run_batch(context, call, CREATE)


async def update_examples(context: Context, call: BatchCall[ExampleUpdate]) -> BatchResult:
    """Change examples."""
    return await run_batch(context, call, UPDATE)


async def patch_examples(context: Context, call: BatchCall[Patch]) -> BatchResult:
    """Change examples by JSON Patch."""
    return await run_batch(context, call, PATCH)


async def upsert_examples(context: Context, call: BatchCall[ExampleUpsert]) -> BatchResult:
    """Make examples, or change those of the same definition and text."""
    return await run_batch(context, call, UPSERT)


async def delete_examples(context: Context, call: BatchCall[Removal]) -> BatchResult:
    """Remove examples; nothing hangs on them."""
    return await run_batch(context, call, DELETE)


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


async def _prepare_upsert(attempt: Attempt[ExampleUpsert]) -> None:
    parents = await find_parents(attempt, DefinitionDocument, "definition_id")
    refuse_repeated(attempt, "text")
    query = {"definition_id": {"$in": [parent.id for parent in parents.values()]}}
    siblings = await attempt.unit.read(ExampleDocument, query) if parents else []
    # Of equal texts, the first in the order of the definition is meant.
    siblings.sort(key=lambda each: (each.position, each.id), reverse=True)
    by_text = {(example.definition_id, example.text): example for example in siblings}
    new, known = divide(attempt, by_text, ExampleUpdate)
    await _prepare_creation(attempt.about(new))
    await _prepare_update(attempt.about(known))


async def _prepare_removal(attempt: Attempt[Removal]) -> None:
    for index, _, example in await find_targets(attempt, ExampleDocument):
        attempt.plan.delete(index, example)


_TARGET = target_checks(EntityKind.EXAMPLE)
CREATE = BatchRules("createExample", EntityKind.EXAMPLE, EXAMPLE_CHECKS, _prepare_creation)
UPDATE = BatchRules("updateExample", EntityKind.EXAMPLE, _TARGET | EXAMPLE_CHECKS, _prepare_update)
PATCH = patching("patchExample", ExampleDocument, example_fields, UPDATE)
UPSERT = BatchRules(
    "upsertExample", EntityKind.EXAMPLE, upsert_checks(EXAMPLE_CHECKS), _prepare_upsert
)
DELETE = BatchRules("deleteExample", EntityKind.EXAMPLE, _TARGET, _prepare_removal)
