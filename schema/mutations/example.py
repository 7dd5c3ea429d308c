"""Mutations of examples."""

from typing import Annotated

import strawberry

from documents.base import EntityKind
from resolvers.writing.example import create_examples, delete_examples, update_examples
from schema.example import Example
from schema.fields import Info, resolved
from schema.inputs.batch import BATCH, call_of
from schema.inputs.example import CreateExamplesInput, DeleteExamplesInput, UpdateExamplesInput
from schema.payload import CreatePayload, DeletePayload, Noun, UpdatePayload

NOUN = Noun(EntityKind.EXAMPLE, "examples", Example)


@strawberry.type(description="What came of creating examples.")
class CreateExamplesPayload(CreatePayload[Example]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of updating examples.")
class UpdateExamplesPayload(UpdatePayload[Example]):
    """See `UpdatePayload`."""


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
        return CreateExamplesPayload(result=result, noun=NOUN)

    @resolved("Change examples; what is omitted stays, null clears.")
    async def update_examples(
        self, info: Info, input: Annotated[UpdateExamplesInput, BATCH]
    ) -> UpdateExamplesPayload:
        """See `resolvers.writing.example`."""
        result = await update_examples(info.context, call_of(input))
        return UpdateExamplesPayload(result=result, noun=NOUN)

    @resolved("Delete examples.")
    async def delete_examples(
        self, info: Info, input: Annotated[DeleteExamplesInput, BATCH]
    ) -> DeleteExamplesPayload:
        """See `resolvers.writing.example`."""
        result = await delete_examples(info.context, call_of(input))
        return DeleteExamplesPayload(result=result, noun=NOUN)
