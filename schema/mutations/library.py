"""Mutations of libraries."""

from typing import Annotated

import strawberry

from documents.base import EntityKind
from resolvers.writing.library import create_libraries, delete_libraries, update_libraries
from schema.fields import Info, resolved
from schema.inputs.batch import BATCH, call_of
from schema.inputs.library import CreateLibrariesInput, DeleteLibrariesInput, UpdateLibrariesInput
from schema.library import Library
from schema.payload import CreatePayload, DeletePayload, Noun, UpdatePayload

NOUN = Noun(EntityKind.LIBRARY, "libraries", Library)


@strawberry.type(description="What came of creating libraries.")
class CreateLibrariesPayload(CreatePayload[Library]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of updating libraries.")
class UpdateLibrariesPayload(UpdatePayload[Library]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of deleting libraries.")
class DeleteLibrariesPayload(DeletePayload[Library]):
    """See `DeletePayload`."""


@strawberry.type
class LibraryMutation:
    """The fields that the root takes from here."""

    @resolved("Make libraries; the embedding model of each is fixed from then on.")
    async def create_libraries(
        self, info: Info, input: Annotated[CreateLibrariesInput, BATCH]
    ) -> CreateLibrariesPayload:
        """See `resolvers.writing.library`."""
        result = await create_libraries(info.context, call_of(input))
        return CreateLibrariesPayload(result=result, noun=NOUN)

    @resolved("Change what libraries say of themselves.")
    async def update_libraries(
        self, info: Info, input: Annotated[UpdateLibrariesInput, BATCH]
    ) -> UpdateLibrariesPayload:
        """See `resolvers.writing.library`."""
        result = await update_libraries(info.context, call_of(input))
        return UpdateLibrariesPayload(result=result, noun=NOUN)

    @resolved("Delete libraries, with all that they hold if `cascade` is true.")
    async def delete_libraries(
        self, info: Info, input: Annotated[DeleteLibrariesInput, BATCH]
    ) -> DeleteLibrariesPayload:
        """See `resolvers.writing.library`."""
        result = await delete_libraries(info.context, call_of(input))
        return DeleteLibrariesPayload(result=result, noun=NOUN)
