"""Mutations of libraries."""

from typing import Annotated

import strawberry

from resolvers.writing.library import (
    create_libraries,
    delete_libraries,
    patch_libraries,
    update_libraries,
    upsert_libraries,
)
from schema.fields import Info, resolved
from schema.inputs.batch import BATCH, call_of
from schema.inputs.library import (
    CreateLibrariesInput,
    DeleteLibrariesInput,
    LibraryUpdateInput,
    PatchLibrariesInput,
    UpdateLibrariesInput,
    UpsertLibrariesInput,
)
from schema.inputs.patch import patches_of
from schema.library import Library
from schema.payload import CreatePayload, DeletePayload, UpdatePayload, UpsertPayload


@strawberry.type(description="What came of creating libraries.")
class CreateLibrariesPayload(CreatePayload[Library]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of updating libraries.")
class UpdateLibrariesPayload(UpdatePayload[Library]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of patching libraries.")
class PatchLibrariesPayload(UpdatePayload[Library]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of upserting libraries.")
class UpsertLibrariesPayload(UpsertPayload[Library]):
    """See `UpsertPayload`."""


@strawberry.type(description="What came of deleting libraries.")
class DeleteLibrariesPayload(DeletePayload[Library]):
    """See `DeletePayload`."""


@strawberry.type
class LibraryMutation:
    """The fields that the root takes from here."""

    @resolved("Make libraries; the embedding model of each stays until it is embedded anew.")
    async def create_libraries(
        self, info: Info, input: Annotated[CreateLibrariesInput, BATCH]
    ) -> CreateLibrariesPayload:
        """See `resolvers.writing.library`."""
        result = await create_libraries(info.context, call_of(input))
        return CreateLibrariesPayload(result=result)

    @resolved("Change what libraries say of themselves; what is omitted stays, null clears.")
    async def update_libraries(
        self, info: Info, input: Annotated[UpdateLibrariesInput, BATCH]
    ) -> UpdateLibrariesPayload:
        """See `resolvers.writing.library`."""
        result = await update_libraries(info.context, call_of(input))
        return UpdateLibrariesPayload(result=result)

    @resolved("Change what libraries say of themselves by JSON Patch (RFC 6902).")
    async def patch_libraries(
        self, info: Info, input: Annotated[PatchLibrariesInput, BATCH]
    ) -> PatchLibrariesPayload:
        """See `resolvers.writing.library`."""
        call = patches_of(info, input, LibraryUpdateInput, Library)
        result = await patch_libraries(info.context, call)
        return PatchLibrariesPayload(result=result)

    @resolved("Make libraries, or change those of the same keys.")
    async def upsert_libraries(
        self, info: Info, input: Annotated[UpsertLibrariesInput, BATCH]
    ) -> UpsertLibrariesPayload:
        """See `resolvers.writing.library`."""
        result = await upsert_libraries(info.context, call_of(input))
        return UpsertLibrariesPayload(result=result)

    @resolved("Delete libraries, with all that they hold if `cascade` is true.")
    async def delete_libraries(
        self, info: Info, input: Annotated[DeleteLibrariesInput, BATCH]
    ) -> DeleteLibrariesPayload:
        """See `resolvers.writing.library`."""
        result = await delete_libraries(info.context, call_of(input))
        return DeleteLibrariesPayload(result=result)
