"""What mutations that ask for jobs take."""

import strawberry

from resolvers.reembedding.request import ModelWish
from schema.inputs.conversion import described_input
from schema.inputs.library import EmbeddingProvider


@described_input
class RebuildIndexInput:
    """Whose indexes to make anew."""

    library: str = strawberry.field(description="Key of the library.")


@described_input
class ReembedLibraryInput:
    """Which library to embed anew, and by which model."""

    library: str = strawberry.field(description="Key of the library.")
    provider: EmbeddingProvider = strawberry.field(description="Who makes the new vectors.")
    name: str | None = strawberry.field(
        default=None,
        description="The model, as `EmbeddingModel.name` tells it; if omitted, the one that new"
        " libraries of that provider get.",
    )

    def wish(self) -> ModelWish:
        """The plain wish."""
        return ModelWish(self.provider.value, self.name)


@described_input
class DropFormerVectorsInput:
    """Whose former vectors to remove."""

    library: str = strawberry.field(description="Key of the library.")


@described_input
class CancelJobInput:
    """What to call off."""

    id: strawberry.ID = strawberry.field(description="Global id of the job.")
