"""What mixed batches take."""

from typing import Any

import strawberry
from strawberry import Maybe

from resolvers.writing.mixed import Operation
from resolvers.writing.result import BatchCall
from schema.definition import Definition
from schema.document import Document
from schema.example import Example
from schema.fields import Info
from schema.inputs.batch import BatchInput, DeletionInput, OperationDeletionInput, call_with
from schema.inputs.chunk import ChunkUpdateInput
from schema.inputs.conversion import described_input
from schema.inputs.definition import (
    DefinitionUpdateInput,
    DefinitionUpsertInput,
    NewDefinitionInput,
)
from schema.inputs.document import DocumentUpdateInput, DocumentUpsertInput, NewDocumentInput
from schema.inputs.example import ExampleUpdateInput, ExampleUpsertInput, NewExampleInput
from schema.inputs.patch import EntityPatchInput
from schema.inputs.shape import InputShape
from schema.inputs.word import NewWordInput, WordUpdateInput, WordUpsertInput
from schema.word import Word

# What patches see, by the verbs of the operations.
PATCHED = {
    "patch_word": (WordUpdateInput, Word),
    "patch_definition": (DefinitionUpdateInput, Definition),
    "patch_example": (ExampleUpdateInput, Example),
    "patch_document": (DocumentUpdateInput, Document),
}


@strawberry.input(description="One operation: exactly one of these.", one_of=True)
class BatchOperationInput:
    """Each as in the mutation of its own."""

    create_word: Maybe[NewWordInput] = strawberry.field(description="Add a word.")
    update_word: Maybe[WordUpdateInput] = strawberry.field(description="Change a word.")
    patch_word: Maybe[EntityPatchInput] = strawberry.field(description="Patch a word.")
    upsert_word: Maybe[WordUpsertInput] = strawberry.field(description="Add or change a word.")
    delete_word: Maybe[OperationDeletionInput] = strawberry.field(description="Delete a word.")
    create_definition: Maybe[NewDefinitionInput] = strawberry.field(description="Add a definition.")
    update_definition: Maybe[DefinitionUpdateInput] = strawberry.field(
        description="Change a definition."
    )
    patch_definition: Maybe[EntityPatchInput] = strawberry.field(description="Patch a definition.")
    upsert_definition: Maybe[DefinitionUpsertInput] = strawberry.field(
        description="Add or change a definition."
    )
    delete_definition: Maybe[OperationDeletionInput] = strawberry.field(
        description="Delete a definition."
    )
    create_example: Maybe[NewExampleInput] = strawberry.field(description="Add an example.")
    update_example: Maybe[ExampleUpdateInput] = strawberry.field(description="Change an example.")
    patch_example: Maybe[EntityPatchInput] = strawberry.field(description="Patch an example.")
    upsert_example: Maybe[ExampleUpsertInput] = strawberry.field(
        description="Add or change an example."
    )
    delete_example: Maybe[DeletionInput] = strawberry.field(description="Delete an example.")
    create_document: Maybe[NewDocumentInput] = strawberry.field(description="Add a document.")
    update_document: Maybe[DocumentUpdateInput] = strawberry.field(description="Change a document.")
    patch_document: Maybe[EntityPatchInput] = strawberry.field(description="Patch a document.")
    upsert_document: Maybe[DocumentUpsertInput] = strawberry.field(
        description="Add or change a document."
    )
    delete_document: Maybe[OperationDeletionInput] = strawberry.field(
        description="Delete a document."
    )
    update_chunk: Maybe[ChunkUpdateInput] = strawberry.field(description="Change a chunk.")


@described_input
class ApplyBatchInput(BatchInput[BatchOperationInput]):
    """Operations on what a library holds, in their order.

    Where an operation expects an id, '@' and the `clientRef` of an earlier one stands for what that
    one makes.
    """


def operations_of(info: Info, given: ApplyBatchInput) -> BatchCall[Operation]:
    """The batch as the rules take it."""
    return call_with(given, [_operation(info, each) for each in given.items])


def _operation(info: Info, given: BatchOperationInput) -> Operation:
    name, some = next((name, some) for name, some in vars(given).items() if some)
    arguments = [InputShape(info, *PATCHED[name])] if name in PATCHED else []
    verb, _, noun = name.partition("_")
    item: Any = some.value.item(*arguments)
    return Operation(verb + noun.capitalize(), item)
