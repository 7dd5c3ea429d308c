"""What mutations of examples take."""

import strawberry
from strawberry import UNSET

from resolvers.writing.items import ExampleUpdate, ExampleUpsert, NestedExample, NewExample
from schema.inputs.batch import (
    CLIENT_REF,
    EXPECTED_VERSION,
    ID,
    POSITION,
    BatchInput,
    DeletionInput,
)
from schema.inputs.conversion import described_input, to_item
from schema.inputs.patch import EntityPatchInput

TEXT = "The example itself, of at most 10,000 characters."


@described_input
class ExampleFieldsInput:
    """What new examples and updates share."""

    source: str | None = strawberry.field(default=UNSET, description="Where it is quoted from.")
    position: int | None = strawberry.field(default=UNSET, description=POSITION)


@described_input
class NestedExampleInput(ExampleFieldsInput):
    """An example of a new definition."""

    text: str = strawberry.field(description=TEXT)

    def item(self) -> NestedExample:
        """The plain item."""
        return to_item(NestedExample, self)


@described_input
class NewExampleInput(ExampleFieldsInput):
    """An example of a definition that is there."""

    client_ref: str | None = strawberry.field(default=UNSET, description=CLIENT_REF)
    definition_id: strawberry.ID = strawberry.field(description="The definition it belongs to.")
    text: str = strawberry.field(description=TEXT)

    def item(self) -> NewExample:
        """The plain item."""
        return to_item(NewExample, self)


@described_input
class ExampleUpdateInput(ExampleFieldsInput):
    """New values of an example; what is omitted stays."""

    id: strawberry.ID = strawberry.field(description=ID)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    text: str | None = strawberry.field(default=UNSET, description=TEXT)

    def item(self) -> ExampleUpdate:
        """The plain item."""
        return to_item(ExampleUpdate, self)


@described_input
class ExampleUpsertInput(ExampleFieldsInput):
    """An example as it is to be, by its definition and text; what is omitted stays."""

    client_ref: str | None = strawberry.field(default=UNSET, description=CLIENT_REF)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    definition_id: strawberry.ID = strawberry.field(description="The definition it belongs to.")
    text: str = strawberry.field(description=TEXT)

    def item(self) -> ExampleUpsert:
        """The plain item."""
        return to_item(ExampleUpsert, self)


@described_input
class CreateExamplesInput(BatchInput[NewExampleInput]):
    """Examples to create in a library."""


@described_input
class UpdateExamplesInput(BatchInput[ExampleUpdateInput]):
    """Examples of a library to update."""


@described_input
class DeleteExamplesInput(BatchInput[DeletionInput]):
    """Examples of a library to delete."""


@described_input
class PatchExamplesInput(BatchInput[EntityPatchInput]):
    """Examples of a library to patch."""


@described_input
class UpsertExamplesInput(BatchInput[ExampleUpsertInput]):
    """Examples to make, or to change where they are."""
