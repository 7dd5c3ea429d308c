"""What mutations of words take."""

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from documents.vocabulary import FrequencyBand, PartOfSpeech
from resolvers.writing.items import FormItem, NewWord, PronunciationItem, WordUpdate, WordUpsert
from schema.inputs.batch import (
    CLIENT_REF,
    EXPECTED_VERSION,
    ID,
    METADATA,
    BatchInput,
    CascadingDeletionInput,
)
from schema.inputs.conversion import described_input, to_item
from schema.inputs.definition import NestedDefinitionInput
from schema.inputs.patch import EntityPatchInput

TEXT = "The headword, of at most 200 characters."


@described_input
class PronunciationInput:
    """How a word sounds."""

    value: str = strawberry.field(description="The sounds, in IPA unless the notation says else.")
    variety: str | None = strawberry.field(
        default=UNSET, description="Where it is said so, such as 'en-GB'."
    )
    notation: str | None = strawberry.field(
        default=UNSET, description="What the value is written in, if not in IPA."
    )

    def item(self) -> PronunciationItem:
        """The plain item."""
        return to_item(PronunciationItem, self)


@described_input
class WordFormInput:
    """An inflected or variant spelling."""

    text: str = strawberry.field(description="The spelling.")
    tag: str | None = strawberry.field(default=UNSET, description="What form it is.")

    def item(self) -> FormItem:
        """The plain item."""
        return to_item(FormItem, self)


@described_input
class WordFieldsInput:
    """What new words and updates share."""

    language: str | None = strawberry.field(
        default=UNSET, description="A BCP 47 tag; a new word takes the library's if omitted."
    )
    part_of_speech: list[PartOfSpeech] | None = strawberry.field(
        default=UNSET, description="Its grammatical classes."
    )
    homograph: int | None = strawberry.field(
        default=UNSET, description="Counts entries of the same text and parts of speech, from 1."
    )
    pronunciations: list[PronunciationInput] | None = strawberry.field(
        default=UNSET, description="How it sounds; they are replaced whole."
    )
    etymology: str | None = strawberry.field(default=UNSET, description="Where it comes from.")
    forms: list[WordFormInput] | None = strawberry.field(
        default=UNSET, description="Inflected and variant spellings; they are replaced whole."
    )
    frequency_band: FrequencyBand | None = strawberry.field(
        default=UNSET, description="How often it is met."
    )
    tags: list[str] | None = strawberry.field(default=UNSET, description="Labels of your own.")
    metadata: JSON | None = strawberry.field(default=UNSET, description=METADATA)


@described_input
class NewWordInput(WordFieldsInput):
    """A word with its definitions and their examples."""

    client_ref: str | None = strawberry.field(default=UNSET, description=CLIENT_REF)
    text: str = strawberry.field(description=TEXT)
    definitions: list[NestedDefinitionInput] | None = strawberry.field(
        default=UNSET, description="Its senses, in order."
    )

    def item(self) -> NewWord:
        """The plain item."""
        return to_item(NewWord, self)


@described_input
class WordUpdateInput(WordFieldsInput):
    """New values of a word; what is omitted stays."""

    id: strawberry.ID = strawberry.field(description=ID)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    text: str | None = strawberry.field(default=UNSET, description=TEXT)

    def item(self) -> WordUpdate:
        """The plain item."""
        return to_item(WordUpdate, self)


@described_input
class WordUpsertInput(WordFieldsInput):
    """A word as it is to be; its natural key is its text, parts of speech and homograph number.

    If it is there, what is omitted stays.
    """

    client_ref: str | None = strawberry.field(default=UNSET, description=CLIENT_REF)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    text: str = strawberry.field(description=TEXT)

    def item(self) -> WordUpsert:
        """The plain item."""
        return to_item(WordUpsert, self)


@described_input
class CreateWordsInput(BatchInput[NewWordInput]):
    """Words to create in a library."""


@described_input
class UpdateWordsInput(BatchInput[WordUpdateInput]):
    """Words of a library to update."""


@described_input
class DeleteWordsInput(CascadingDeletionInput):
    """Words of a library to delete."""


@described_input
class PatchWordsInput(BatchInput[EntityPatchInput]):
    """Words of a library to patch."""


@described_input
class UpsertWordsInput(BatchInput[WordUpsertInput]):
    """Words to make, or to change where they are."""
