"""Mutations of definitions."""

from typing import Annotated

import strawberry

from documents.base import EntityKind
from resolvers.writing.definition import create_definitions, delete_definitions, update_definitions
from schema.definition import Definition
from schema.fields import Info, resolved
from schema.inputs.batch import BATCH, call_of
from schema.inputs.definition import (
    CreateDefinitionsInput,
    DeleteDefinitionsInput,
    UpdateDefinitionsInput,
)
from schema.payload import CreatePayload, DeletePayload, Noun, UpdatePayload

NOUN = Noun(EntityKind.DEFINITION, "definitions", Definition)


@strawberry.type(description="What came of creating definitions.")
class CreateDefinitionsPayload(CreatePayload[Definition]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of updating definitions.")
class UpdateDefinitionsPayload(UpdatePayload[Definition]):
    """See `UpdatePayload`."""


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
        result = await create_definitions(info.context, call_of(input))
        return CreateDefinitionsPayload(result=result, noun=NOUN)

    @resolved("Change definitions; what is omitted stays, null clears.")
    async def update_definitions(
        self, info: Info, input: Annotated[UpdateDefinitionsInput, BATCH]
    ) -> UpdateDefinitionsPayload:
        """See `resolvers.writing.definition`."""
        result = await update_definitions(info.context, call_of(input))
        return UpdateDefinitionsPayload(result=result, noun=NOUN)

    @resolved("Delete definitions, with their examples if `cascade` is true.")
    async def delete_definitions(
        self, info: Info, input: Annotated[DeleteDefinitionsInput, BATCH]
    ) -> DeleteDefinitionsPayload:
        """See `resolvers.writing.definition`."""
        result = await delete_definitions(info.context, call_of(input))
        return DeleteDefinitionsPayload(result=result, noun=NOUN)
