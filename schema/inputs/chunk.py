"""What mutations of chunks take."""

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from resolvers.writing.items import ChunkUpdate
from schema.inputs.batch import EXPECTED_VERSION, ID, METADATA, BatchInput
from schema.inputs.conversion import described_input, to_item


@described_input
class ChunkUpdateInput:
    """New values of a chunk; what is omitted stays. Its text is that of its document."""

    id: strawberry.ID = strawberry.field(description=ID)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    metadata: JSON | None = strawberry.field(default=UNSET, description=METADATA)

    def item(self) -> ChunkUpdate:
        """The plain item."""
        return to_item(ChunkUpdate, self)


@described_input
class UpdateChunksInput(BatchInput[ChunkUpdateInput]):
    """Chunks of a library to update."""
