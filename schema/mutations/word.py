"""Mutations of words."""

from typing import Annotated

import strawberry

from documents.base import EntityKind
from resolvers.writing.word import create_words, delete_words, update_words
from schema.fields import Info, resolved
from schema.inputs.batch import BATCH, call_of
from schema.inputs.word import CreateWordsInput, DeleteWordsInput, UpdateWordsInput
from schema.payload import CreatePayload, DeletePayload, Noun, UpdatePayload
from schema.word import Word

NOUN = Noun(EntityKind.WORD, "words", Word)


@strawberry.type(description="What came of creating words.")
class CreateWordsPayload(CreatePayload[Word]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of updating words.")
class UpdateWordsPayload(UpdatePayload[Word]):
    """See `UpdatePayload`."""


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
        return CreateWordsPayload(result=result, noun=NOUN)

    @resolved("Change words; what is omitted stays, null clears.")
    async def update_words(
        self, info: Info, input: Annotated[UpdateWordsInput, BATCH]
    ) -> UpdateWordsPayload:
        """See `resolvers.writing.word`."""
        result = await update_words(info.context, call_of(input))
        return UpdateWordsPayload(result=result, noun=NOUN)

    @resolved("Delete words, with their definitions and examples if `cascade` is true.")
    async def delete_words(
        self, info: Info, input: Annotated[DeleteWordsInput, BATCH]
    ) -> DeleteWordsPayload:
        """See `resolvers.writing.word`."""
        result = await delete_words(info.context, call_of(input))
        return DeleteWordsPayload(result=result, noun=NOUN)
