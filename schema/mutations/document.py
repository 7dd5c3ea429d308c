"""Mutations of documents."""

from typing import Annotated

import strawberry

from resolvers.writing.document import (
    create_documents,
    delete_documents,
    patch_documents,
    update_documents,
    upsert_documents,
)
from schema.document import Document
from schema.fields import Info, resolved
from schema.inputs.batch import BATCH, call_of
from schema.inputs.document import (
    CreateDocumentsInput,
    DeleteDocumentsInput,
    DocumentUpdateInput,
    PatchDocumentsInput,
    UpdateDocumentsInput,
    UpsertDocumentsInput,
)
from schema.inputs.patch import patches_of
from schema.payload import CreatePayload, DeletePayload, UpdatePayload, UpsertPayload


@strawberry.type(description="What came of creating documents.")
class CreateDocumentsPayload(CreatePayload[Document]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of updating documents.")
class UpdateDocumentsPayload(UpdatePayload[Document]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of patching documents.")
class PatchDocumentsPayload(UpdatePayload[Document]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of upserting documents.")
class UpsertDocumentsPayload(UpsertPayload[Document]):
    """See `UpsertPayload`."""


@strawberry.type(description="What came of deleting documents.")
class DeleteDocumentsPayload(DeletePayload[Document]):
    """See `DeletePayload`."""


@strawberry.type
class DocumentMutation:
    """The fields that the root takes from here."""

    @resolved("Add documents; their texts are split into chunks, unless they bring them.")
    async def create_documents(
        self, info: Info, input: Annotated[CreateDocumentsInput, BATCH]
    ) -> CreateDocumentsPayload:
        """See `resolvers.writing.document`."""
        return CreateDocumentsPayload(result=await create_documents(info.context, call_of(input)))

    @resolved("Change documents; another text, or another way to split it, makes other chunks.")
    async def update_documents(
        self, info: Info, input: Annotated[UpdateDocumentsInput, BATCH]
    ) -> UpdateDocumentsPayload:
        """See `resolvers.writing.document`."""
        return UpdateDocumentsPayload(result=await update_documents(info.context, call_of(input)))

    @resolved("Change documents by JSON Patch (RFC 6902).")
    async def patch_documents(
        self, info: Info, input: Annotated[PatchDocumentsInput, BATCH]
    ) -> PatchDocumentsPayload:
        """See `resolvers.writing.document`."""
        call = patches_of(info, input, DocumentUpdateInput, Document)
        result = await patch_documents(info.context, call)
        return PatchDocumentsPayload(result=result)

    @resolved("Add documents, or change those of the same keys.")
    async def upsert_documents(
        self, info: Info, input: Annotated[UpsertDocumentsInput, BATCH]
    ) -> UpsertDocumentsPayload:
        """See `resolvers.writing.document`."""
        return UpsertDocumentsPayload(result=await upsert_documents(info.context, call_of(input)))

    @resolved("Delete documents, with their chunks if `cascade` is true.")
    async def delete_documents(
        self, info: Info, input: Annotated[DeleteDocumentsInput, BATCH]
    ) -> DeleteDocumentsPayload:
        """See `resolvers.writing.document`."""
        return DeleteDocumentsPayload(result=await delete_documents(info.context, call_of(input)))
