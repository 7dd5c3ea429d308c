"""Mutations of definitions."""

from typing import Annotated

import strawberry

from resolvers.writing.definition import (
    create_definitions,
    delete_definitions,
    patch_definitions,
    update_definitions,
    upsert_definitions,
)
from schema.definition import Definition
from schema.fields import Info, resolved
from schema.inputs.batch import BATCH, call_of
from schema.inputs.definition import (
    CreateDefinitionsInput,
    DefinitionUpdateInput,
    DeleteDefinitionsInput,
    PatchDefinitionsInput,
    UpdateDefinitionsInput,
    UpsertDefinitionsInput,
)
from schema.inputs.patch import patches_of
from schema.payload import CreatePayload, DeletePayload, UpdatePayload, UpsertPayload


@strawberry.type(description="What came of creating definitions.")
class CreateDefinitionsPayload(CreatePayload[Definition]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of updating definitions.")
class UpdateDefinitionsPayload(UpdatePayload[Definition]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of patching definitions.")
class PatchDefinitionsPayload(UpdatePayload[Definition]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of upserting definitions.")
class UpsertDefinitionsPayload(UpsertPayload[Definition]):
    """See `UpsertPayload`."""


@strawberry.type(description="What came of deleting definitions.")
class DeleteDefinitionsPayload(DeletePayload[Definition]):
    """See `DeletePayload`."""


@strawberry.type
class DefinitionMutation:
    """The fields that the root takes from here."""

    @resolved("Add definitions to words, with their examples.")
    async def create_definitions(
        self, info: Info, input: Annotated[CreateDefinitionsInput, BATCH]
    ) -> CreateDefinitionsPayload:
        """See `resolvers.writing.definition`."""
        return CreateDefinitionsPayload(
            result=await create_definitions(info.context, call_of(input))
        )

    @resolved("Change definitions; what is omitted stays, null clears.")
    async def update_definitions(
        self, info: Info, input: Annotated[UpdateDefinitionsInput, BATCH]
    ) -> UpdateDefinitionsPayload:
        """See `resolvers.writing.definition`."""
        return UpdateDefinitionsPayload(
            result=await update_definitions(info.context, call_of(input))
        )

    @resolved("Change definitions by JSON Patch (RFC 6902).")
    async def patch_definitions(
        self, info: Info, input: Annotated[PatchDefinitionsInput, BATCH]
    ) -> PatchDefinitionsPayload:
        """See `resolvers.writing.definition`."""
        call = patches_of(info, input, DefinitionUpdateInput, Definition)
        result = await patch_definitions(info.context, call)
        return PatchDefinitionsPayload(result=result)

    @resolved("Add definitions, or change those of the same keys.")
    async def upsert_definitions(
        self, info: Info, input: Annotated[UpsertDefinitionsInput, BATCH]
    ) -> UpsertDefinitionsPayload:
        """See `resolvers.writing.definition`."""
        return UpsertDefinitionsPayload(
            result=await upsert_definitions(info.context, call_of(input))
        )

    @resolved("Delete definitions, with their examples if `cascade` is true.")
    async def delete_definitions(
        self, info: Info, input: Annotated[DeleteDefinitionsInput, BATCH]
    ) -> DeleteDefinitionsPayload:
        """See `resolvers.writing.definition`."""
        return DeleteDefinitionsPayload(
            result=await delete_definitions(info.context, call_of(input))
        )
