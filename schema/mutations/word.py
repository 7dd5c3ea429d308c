"""Mutations of words."""

from typing import Annotated

import strawberry

from resolvers.writing.word import (
    create_words,
    delete_words,
    patch_words,
    update_words,
    upsert_words,
)
from schema.fields import Info, resolved
from schema.inputs.batch import BATCH, call_of
from schema.inputs.patch import patches_of
from schema.inputs.word import (
    CreateWordsInput,
    DeleteWordsInput,
    PatchWordsInput,
    UpdateWordsInput,
    UpsertWordsInput,
    WordUpdateInput,
)
from schema.payload import CreatePayload, DeletePayload, UpdatePayload, UpsertPayload
from schema.word import Word


@strawberry.type(description="What came of creating words.")
class CreateWordsPayload(CreatePayload[Word]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of updating words.")
class UpdateWordsPayload(UpdatePayload[Word]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of patching words.")
class PatchWordsPayload(UpdatePayload[Word]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of upserting words.")
class UpsertWordsPayload(UpsertPayload[Word]):
    """See `UpsertPayload`."""


@strawberry.type(description="What came of deleting words.")
class DeleteWordsPayload(DeletePayload[Word]):
    """See `DeletePayload`."""


@strawberry.type
class WordMutation:
    """The fields that the root takes from here."""

    @resolved("Add words, with their definitions and examples.")
    async def create_words(
        self, info: Info, input: Annotated[CreateWordsInput, BATCH]
    ) -> CreateWordsPayload:
        """See `resolvers.writing.word`."""
        result = await create_words(info.context, call_of(input))
        return CreateWordsPayload(result=result)

    @resolved("Change words; what is omitted stays, null clears.")
    async def update_words(
        self, info: Info, input: Annotated[UpdateWordsInput, BATCH]
    ) -> UpdateWordsPayload:
        """See `resolvers.writing.word`."""
        result = await update_words(info.context, call_of(input))
        return UpdateWordsPayload(result=result)

    @resolved("Change words by JSON Patch (RFC 6902).")
    async def patch_words(
        self, info: Info, input: Annotated[PatchWordsInput, BATCH]
    ) -> PatchWordsPayload:
        """See `resolvers.writing.word`."""
        call = patches_of(info, input, WordUpdateInput, Word)
        result = await patch_words(info.context, call)
        return PatchWordsPayload(result=result)

    @resolved("Add words, or change those of the same text, parts of speech and homograph.")
    async def upsert_words(
        self, info: Info, input: Annotated[UpsertWordsInput, BATCH]
    ) -> UpsertWordsPayload:
        """See `resolvers.writing.word`."""
        result = await upsert_words(info.context, call_of(input))
        return UpsertWordsPayload(result=result)

    @resolved("Delete words, with their definitions and examples if `cascade` is true.")
    async def delete_words(
        self, info: Info, input: Annotated[DeleteWordsInput, BATCH]
    ) -> DeleteWordsPayload:
        """See `resolvers.writing.word`."""
        result = await delete_words(info.context, call_of(input))
        return DeleteWordsPayload(result=result)
