"""Mutations of chunks."""

from typing import Annotated

import strawberry

from resolvers.writing.chunk import update_chunks
from schema.chunk import Chunk
from schema.fields import Info, resolved
from schema.inputs.batch import BATCH, call_of
from schema.inputs.chunk import UpdateChunksInput
from schema.payload import UpdatePayload


@strawberry.type(description="What came of updating chunks.")
class UpdateChunksPayload(UpdatePayload[Chunk]):
    """See `UpdatePayload`."""


@strawberry.type
class ChunkMutation:
    """The field that the root takes from here."""

    @resolved("Change the metadata of chunks; they are made and deleted with their documents.")
    async def update_chunks(
        self, info: Info, input: Annotated[UpdateChunksInput, BATCH]
    ) -> UpdateChunksPayload:
        """See `resolvers.writing.chunk`."""
        result = await update_chunks(info.context, call_of(input))
        return UpdateChunksPayload(result=result)
