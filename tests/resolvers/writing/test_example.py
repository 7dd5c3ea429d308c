"""Examples: foreign keys and places."""

import pytest
from batches import call, count, created_id, refer, refusals, statuses, stored, word

from documents.base import EntityKind
from documents.ids import DocumentId
from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.writing.example import create_examples, delete_examples, update_examples
from resolvers.writing.items import ExampleUpdate, NewExample, Reference, Removal
from resolvers.writing.word import create_words


@pytest.fixture
async def flower(context: Context, library: LibraryDocument) -> Reference:
    """A definition without examples."""
    await create_words(context, call(word("rose", "A flower.")))
    (row,) = await stored(context, "definitions")
    return refer(EntityKind.DEFINITION, row["_id"])


async def test_examples_follow_each_other(context: Context, flower: Reference) -> None:
    for texts in (("a", "b"), ("c",)):
        items = [NewExample(definition_id=flower, text=text, source="s") for text in texts]
        await create_examples(context, call(*items))
    rows = await stored(context, "examples")
    assert [(row["text"], row["position"]) for row in rows] == [("a", 0), ("b", 1), ("c", 2)]


async def test_an_example_of_a_missing_definition_is_refused(
    context: Context, flower: Reference
) -> None:
    item = NewExample(definition_id=refer(EntityKind.DEFINITION, DocumentId()), text="Lost.")
    result = await create_examples(context, call(item))
    assert refusals(result) == [("NOT_FOUND", "items.0.definitionId")]
    assert await count(context, "examples") == 0


async def test_examples_are_updated_and_deleted(context: Context, flower: Reference) -> None:
    made = await create_examples(
        context, call(NewExample(definition_id=flower, text="a", source="s"))
    )
    reference = refer(EntityKind.EXAMPLE, created_id(made))

    item = ExampleUpdate(id=reference, text="b", source=None, expected_version=1)
    assert statuses(await update_examples(context, call(item))) == ["updated"]
    (row,) = await stored(context, "examples")
    assert (row["text"], row["version"], "source" in row) == ("b", 2, False)

    assert statuses(await delete_examples(context, call(Removal(id=reference)))) == ["deleted"]
    assert await count(context, "examples") == 0
