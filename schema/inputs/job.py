"""What mutations that ask for jobs take."""

import strawberry

from schema.inputs.conversion import described_input


@described_input
class RebuildIndexInput:
    """Whose indexes to make anew."""

    library: str = strawberry.field(description="Key of the library.")


@described_input
class CancelJobInput:
    """What to call off."""

    id: strawberry.ID = strawberry.field(description="Global id of the job.")
