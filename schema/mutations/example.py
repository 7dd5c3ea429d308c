"""Mutations of examples."""

from typing import Annotated

import strawberry

from resolvers.writing.example import (
    create_examples,
    delete_examples,
    patch_examples,
    update_examples,
    upsert_examples,
)
from schema.example import Example
from schema.fields import Info, resolved
from schema.inputs.batch import BATCH, call_of
from schema.inputs.example import (
    CreateExamplesInput,
    DeleteExamplesInput,
    ExampleUpdateInput,
    PatchExamplesInput,
    UpdateExamplesInput,
    UpsertExamplesInput,
)
from schema.inputs.patch import patches_of
from schema.payload import CreatePayload, DeletePayload, UpdatePayload, UpsertPayload


@strawberry.type(description="What came of creating examples.")
class CreateExamplesPayload(CreatePayload[Example]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of updating examples.")
class UpdateExamplesPayload(UpdatePayload[Example]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of patching examples.")
class PatchExamplesPayload(UpdatePayload[Example]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of upserting examples.")
class UpsertExamplesPayload(UpsertPayload[Example]):
    """See `UpsertPayload`."""


@strawberry.type(description="What came of deleting examples.")
class DeleteExamplesPayload(DeletePayload[Example]):
    """See `DeletePayload`."""


@strawberry.type
class ExampleMutation:
    """The fields that the root takes from here."""

    @resolved("Add examples to definitions.")
    async def create_examples(
        self, info: Info, input: Annotated[CreateExamplesInput, BATCH]
    ) -> CreateExamplesPayload:
        """See `resolvers.writing.example`."""
        result = await create_examples(info.context, call_of(input))
        return CreateExamplesPayload(result=result)

    @resolved("Change examples; what is omitted stays, null clears.")
    async def update_examples(
        self, info: Info, input: Annotated[UpdateExamplesInput, BATCH]
    ) -> UpdateExamplesPayload:
        """See `resolvers.writing.example`."""
        result = await update_examples(info.context, call_of(input))
        return UpdateExamplesPayload(result=result)

    @resolved("Change examples by JSON Patch (RFC 6902).")
    async def patch_examples(
        self, info: Info, input: Annotated[PatchExamplesInput, BATCH]
    ) -> PatchExamplesPayload:
        """See `resolvers.writing.example`."""
        call = patches_of(info, input, ExampleUpdateInput, Example)
        result = await patch_examples(info.context, call)
        return PatchExamplesPayload(result=result)

    @resolved("Add examples, or change those of the same definition and text.")
    async def upsert_examples(
        self, info: Info, input: Annotated[UpsertExamplesInput, BATCH]
    ) -> UpsertExamplesPayload:
        """See `resolvers.writing.example`."""
        result = await upsert_examples(info.context, call_of(input))
        return UpsertExamplesPayload(result=result)

    @resolved("Delete examples.")
    async def delete_examples(
        self, info: Info, input: Annotated[DeleteExamplesInput, BATCH]
    ) -> DeleteExamplesPayload:
        """See `resolvers.writing.example`."""
        result = await delete_examples(info.context, call_of(input))
        return DeleteExamplesPayload(result=result)
