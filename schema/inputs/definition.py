"""What mutations of definitions take."""

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from documents.vocabulary import (
    FrequencyBand,
    PartOfSpeech,
    Register,
    RelationLevel,
    RelationType,
)
from resolvers.writing.items import (
    DefinitionUpdate,
    DefinitionUpsert,
    NestedDefinition,
    NewDefinition,
    RelationItem,
)
from schema.inputs.batch import (
    CLIENT_REF,
    EXPECTED_VERSION,
    ID,
    METADATA,
    POSITION,
    BatchInput,
    CascadingDeletionInput,
)
from schema.inputs.conversion import described_input, to_item
from schema.inputs.example import NestedExampleInput
from schema.inputs.patch import EntityPatchInput

TEXT = "The definition itself, of at most 10,000 characters."
KEY = "Its name in the library, such as the id in its source; made up if omitted, then fixed."


@described_input
class RelationInput:
    """A typed edge to a definition of the same library."""

    type: RelationType = strawberry.field(description="How the target stands to the source.")
    target_id: strawberry.ID = strawberry.field(description="The definition it leads to.")
    level: RelationLevel = strawberry.field(
        default=RelationLevel.SENSE, description="Whether it joins senses or whole synsets."
    )

    def item(self) -> RelationItem:
        """The plain item."""
        return to_item(RelationItem, self)


@described_input
class DefinitionFieldsInput:
    """What new definitions and updates share."""

    position: int | None = strawberry.field(default=UNSET, description=POSITION)
    part_of_speech: PartOfSpeech | None = strawberry.field(
        default=UNSET, description="Its grammatical class; a new one takes the word's if omitted."
    )
    register: Register | None = strawberry.field(
        default=UNSET, description="In what company or style it is used."
    )
    domain: str | None = strawberry.field(default=UNSET, description="The field it belongs to.")
    synonyms: list[str] | None = strawberry.field(
        default=UNSET, description="Words of the same meaning."
    )
    antonyms: list[str] | None = strawberry.field(
        default=UNSET, description="Words of the opposite meaning."
    )
    relations: list[RelationInput] | None = strawberry.field(
        default=UNSET, description="Edges to other definitions; they are replaced whole."
    )
    frequency_band: FrequencyBand | None = strawberry.field(
        default=UNSET, description="How often the word is met in this sense."
    )
    source: str | None = strawberry.field(default=UNSET, description="Where it is taken from.")
    metadata: JSON | None = strawberry.field(default=UNSET, description=METADATA)


@described_input
class NestedDefinitionInput(DefinitionFieldsInput):
    """A definition of a new word."""

    text: str = strawberry.field(description=TEXT)
    key: str | None = strawberry.field(default=UNSET, description=KEY)
    examples: list[NestedExampleInput] | None = strawberry.field(
        default=UNSET, description="Its examples, in order."
    )

    def item(self) -> NestedDefinition:
        """The plain item."""
        return to_item(NestedDefinition, self)


@described_input
class NewDefinitionInput(DefinitionFieldsInput):
    """A definition of a word that is there."""

    client_ref: str | None = strawberry.field(default=UNSET, description=CLIENT_REF)
    word_id: strawberry.ID = strawberry.field(description="The word it belongs to.")
    text: str = strawberry.field(description=TEXT)
    key: str | None = strawberry.field(default=UNSET, description=KEY)
    examples: list[NestedExampleInput] | None = strawberry.field(
        default=UNSET, description="Its examples, in order."
    )

    def item(self) -> NewDefinition:
        """The plain item."""
        return to_item(NewDefinition, self)


@described_input
class DefinitionUpdateInput(DefinitionFieldsInput):
    """New values of a definition; what is omitted stays."""

    id: strawberry.ID = strawberry.field(description=ID)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    text: str | None = strawberry.field(default=UNSET, description=TEXT)

    def item(self) -> DefinitionUpdate:
        """The plain item."""
        return to_item(DefinitionUpdate, self)


@described_input
class DefinitionUpsertInput(DefinitionFieldsInput):
    """A definition as it is to be, by its key; if it is there, what is omitted stays."""

    client_ref: str | None = strawberry.field(default=UNSET, description=CLIENT_REF)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    word_id: strawberry.ID = strawberry.field(description="The word it belongs to.")
    key: str = strawberry.field(description="Its name in the library.")
    text: str = strawberry.field(description=TEXT)

    def item(self) -> DefinitionUpsert:
        """The plain item."""
        return to_item(DefinitionUpsert, self)


@described_input
class CreateDefinitionsInput(BatchInput[NewDefinitionInput]):
    """Definitions to create in a library."""


@described_input
class UpdateDefinitionsInput(BatchInput[DefinitionUpdateInput]):
    """Definitions of a library to update."""


@described_input
class DeleteDefinitionsInput(CascadingDeletionInput):
    """Definitions of a library to delete."""


@described_input
class PatchDefinitionsInput(BatchInput[EntityPatchInput]):
    """Definitions of a library to patch."""


@described_input
class UpsertDefinitionsInput(BatchInput[DefinitionUpsertInput]):
    """Definitions to make, or to change where they are."""
