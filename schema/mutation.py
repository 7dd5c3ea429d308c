"""The root of all mutations: each is one batch, single items included."""

from typing import Annotated

import strawberry

from documents.base import EntityKind
from resolvers.writing.definition import (
    create_definitions,
    delete_definitions,
    update_definitions,
)
from resolvers.writing.example import create_examples, delete_examples, update_examples
from resolvers.writing.library import create_libraries, delete_libraries, update_libraries
from resolvers.writing.word import create_words, delete_words, update_words
from schema.definition import Definition
from schema.example import Example
from schema.fields import Info, resolved
from schema.inputs.batch import call_of
from schema.inputs.definition import (
    CreateDefinitionsInput,
    DeleteDefinitionsInput,
    UpdateDefinitionsInput,
)
from schema.inputs.example import CreateExamplesInput, DeleteExamplesInput, UpdateExamplesInput
from schema.inputs.library import (
    CreateLibrariesInput,
    DeleteLibrariesInput,
    UpdateLibrariesInput,
)
from schema.inputs.word import CreateWordsInput, DeleteWordsInput, UpdateWordsInput
from schema.library import Library
from schema.payload import CreatePayload, DeletePayload, Noun, UpdatePayload
from schema.word import Word

BATCH = strawberry.argument(description="The batch.")

LIBRARY = Noun(EntityKind.LIBRARY, "libraries", Library)
WORD = Noun(EntityKind.WORD, "words", Word)
DEFINITION = Noun(EntityKind.DEFINITION, "definitions", Definition)
EXAMPLE = Noun(EntityKind.EXAMPLE, "examples", Example)


@strawberry.type(description="What came of creating libraries.")
class CreateLibrariesPayload(CreatePayload[Library]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of creating words.")
class CreateWordsPayload(CreatePayload[Word]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of creating definitions.")
class CreateDefinitionsPayload(CreatePayload[Definition]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of creating examples.")
class CreateExamplesPayload(CreatePayload[Example]):
    """See `CreatePayload`."""


@strawberry.type(description="What came of updating libraries.")
class UpdateLibrariesPayload(UpdatePayload[Library]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of updating words.")
class UpdateWordsPayload(UpdatePayload[Word]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of updating definitions.")
class UpdateDefinitionsPayload(UpdatePayload[Definition]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of updating examples.")
class UpdateExamplesPayload(UpdatePayload[Example]):
    """See `UpdatePayload`."""


@strawberry.type(description="What came of deleting libraries.")
class DeleteLibrariesPayload(DeletePayload[Library]):
    """See `DeletePayload`."""


@strawberry.type(description="What came of deleting words.")
class DeleteWordsPayload(DeletePayload[Word]):
    """See `DeletePayload`."""


@strawberry.type(description="What came of deleting definitions.")
class DeleteDefinitionsPayload(DeletePayload[Definition]):
    """See `DeletePayload`."""


@strawberry.type(description="What came of deleting examples.")
class DeleteExamplesPayload(DeletePayload[Example]):
    """See `DeletePayload`."""


@strawberry.type(description="Every mutation is one transaction.")
class Mutation:
    """Fields run one after the other, as GraphQL has it."""

    @resolved("Make libraries; the embedding model of each is fixed from then on.")
    async def create_libraries(
        self, info: Info, input: Annotated[CreateLibrariesInput, BATCH]
    ) -> CreateLibrariesPayload:
        """See `resolvers.writing.library`."""
        result = await create_libraries(info.context, call_of(input))
        return CreateLibrariesPayload(result=result, noun=LIBRARY)

    @resolved("Change what libraries say of themselves.")
    async def update_libraries(
        self, info: Info, input: Annotated[UpdateLibrariesInput, BATCH]
    ) -> UpdateLibrariesPayload:
        """See `resolvers.writing.library`."""
        result = await update_libraries(info.context, call_of(input))
        return UpdateLibrariesPayload(result=result, noun=LIBRARY)

    @resolved("Delete libraries, with all that they hold if `cascade` is true.")
    async def delete_libraries(
        self, info: Info, input: Annotated[DeleteLibrariesInput, BATCH]
    ) -> DeleteLibrariesPayload:
        """See `resolvers.writing.library`."""
        result = await delete_libraries(info.context, call_of(input))
        return DeleteLibrariesPayload(result=result, noun=LIBRARY)

    @resolved("Add words, with their definitions and examples.")
    async def create_words(
        self, info: Info, input: Annotated[CreateWordsInput, BATCH]
    ) -> CreateWordsPayload:
        """See `resolvers.writing.word`."""
        result = await create_words(info.context, call_of(input))
        return CreateWordsPayload(result=result, noun=WORD)

    @resolved("Change words; what is omitted stays, null clears.")
    async def update_words(
        self, info: Info, input: Annotated[UpdateWordsInput, BATCH]
    ) -> UpdateWordsPayload:
        """See `resolvers.writing.word`."""
        result = await update_words(info.context, call_of(input))
        return UpdateWordsPayload(result=result, noun=WORD)

    @resolved("Delete words, with their definitions and examples if `cascade` is true.")
    async def delete_words(
        self, info: Info, input: Annotated[DeleteWordsInput, BATCH]
    ) -> DeleteWordsPayload:
        """See `resolvers.writing.word`."""
        result = await delete_words(info.context, call_of(input))
        return DeleteWordsPayload(result=result, noun=WORD)

    @resolved("Add definitions to words, with their examples.")
    async def create_definitions(
        self, info: Info, input: Annotated[CreateDefinitionsInput, BATCH]
    ) -> CreateDefinitionsPayload:
        """See `resolvers.writing.definition`."""
        result = await create_definitions(info.context, call_of(input))
        return CreateDefinitionsPayload(result=result, noun=DEFINITION)

    @resolved("Change definitions; what is omitted stays, null clears.")
    async def update_definitions(
        self, info: Info, input: Annotated[UpdateDefinitionsInput, BATCH]
    ) -> UpdateDefinitionsPayload:
        """See `resolvers.writing.definition`."""
        result = await update_definitions(info.context, call_of(input))
        return UpdateDefinitionsPayload(result=result, noun=DEFINITION)

    @resolved("Delete definitions, with their examples if `cascade` is true.")
    async def delete_definitions(
        self, info: Info, input: Annotated[DeleteDefinitionsInput, BATCH]
    ) -> DeleteDefinitionsPayload:
        """See `resolvers.writing.definition`."""
        result = await delete_definitions(info.context, call_of(input))
        return DeleteDefinitionsPayload(result=result, noun=DEFINITION)

    @resolved("Add examples to definitions.")
    async def create_examples(
        self, info: Info, input: Annotated[CreateExamplesInput, BATCH]
    ) -> CreateExamplesPayload:
        """See `resolvers.writing.example`."""
        result = await create_examples(info.context, call_of(input))
        return CreateExamplesPayload(result=result, noun=EXAMPLE)

    @resolved("Change examples; what is omitted stays, null clears.")
    async def update_examples(
        self, info: Info, input: Annotated[UpdateExamplesInput, BATCH]
    ) -> UpdateExamplesPayload:
        """See `resolvers.writing.example`."""
        result = await update_examples(info.context, call_of(input))
        return UpdateExamplesPayload(result=result, noun=EXAMPLE)

    @resolved("Delete examples.")
    async def delete_examples(
        self, info: Info, input: Annotated[DeleteExamplesInput, BATCH]
    ) -> DeleteExamplesPayload:
        """See `resolvers.writing.example`."""
        result = await delete_examples(info.context, call_of(input))
        return DeleteExamplesPayload(result=result, noun=EXAMPLE)
