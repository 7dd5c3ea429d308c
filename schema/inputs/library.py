"""What mutations of libraries take."""

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from documents.vocabulary import DescribedEnum, IndexKind
from resolvers.writing.items import IndexItem, LibraryUpdate, LibraryUpsert, NewLibrary
from schema.enums import described
from schema.inputs.batch import (
    CASCADE,
    CLIENT_REF,
    EXPECTED_VERSION,
    ID,
    METADATA,
    DeletionInput,
    LibrariesInput,
)
from schema.inputs.conversion import described_input, to_item
from schema.inputs.patch import EntityPatchInput

NAME = "What people call it."


class EmbeddingProvider(DescribedEnum):
    """Who makes the vectors of a library."""

    MINILM = "minilm", "The model all-MiniLM-L6-v2: it knows meanings."
    STATIC = (
        "static",
        "A table distilled from minilm: less exact, many times as fast.",
    )
    CORPUS = "corpus", "A table trained from texts alone, for languages and fields no model knows."
    OPENAI = "openai", "The endpoint in the server's settings: any API like OpenAI's."
    SENTENCE_TRANSFORMERS = (
        "sentence-transformers",
        "The model of that library in the server's settings; the library is to be installed.",
    )
    HASHING = "hashing", "Words and letters only: needs no weights, finds what is spelt alike."


described(EmbeddingProvider, "Who makes the vectors of a library.")


@described_input
class LibraryIndexInput:
    """How a library's vectors are searched; a change is made by a job, beside the index in use."""

    kind: IndexKind = strawberry.field(
        default=IndexKind.AUTO, description="How what is near is found."
    )
    recall: float | None = strawberry.field(
        default=None,
        description="Share of the ten nearest that searches are to find, between 0 and 1, such as"
        " 0.99: the index finds out how broadly it has to look. About 0.97 to 0.99 if omitted.",
    )

    def item(self) -> IndexItem:
        """The plain item."""
        return IndexItem(kind=self.kind, recall=self.recall)


@described_input
class LibraryFieldsInput:
    """What new libraries and updates share."""

    language: str | None = strawberry.field(
        default=UNSET, description="A BCP 47 tag, English if omitted; new words take it."
    )
    description: str | None = strawberry.field(default=UNSET, description="What it holds.")
    license: str | None = strawberry.field(
        default=UNSET, description="Under what terms it may be used."
    )
    attribution: str | None = strawberry.field(
        default=UNSET, description="Whom to name where it is shown."
    )
    source_url: str | None = strawberry.field(default=UNSET, description="Where it comes from.")
    source_version: str | None = strawberry.field(
        default=UNSET, description="Which version of its source it holds."
    )
    index: LibraryIndexInput | None = strawberry.field(
        default=UNSET, description="How its vectors are searched; the server's choice if omitted."
    )
    metadata: JSON | None = strawberry.field(default=UNSET, description=METADATA)


@described_input
class NewLibraryInput(LibraryFieldsInput):
    """A library; its key stays, and its embedding model until it is embedded anew."""

    client_ref: str | None = strawberry.field(default=UNSET, description=CLIENT_REF)
    key: str = strawberry.field(
        description="Names it in requests: 1 to 63 of a-z, 0-9 and '-', not '-' first."
    )
    name: str = strawberry.field(description=NAME)
    provider: EmbeddingProvider | None = strawberry.field(
        default=UNSET, description="Who makes its vectors; the server's choice if omitted."
    )

    def item(self) -> NewLibrary:
        """The plain item."""
        return to_item(NewLibrary, self)


@described_input
class LibraryUpdateInput(LibraryFieldsInput):
    """New values of a library; what is omitted stays."""

    id: strawberry.ID = strawberry.field(description=ID)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    name: str | None = strawberry.field(default=UNSET, description=NAME)

    def item(self) -> LibraryUpdate:
        """The plain item."""
        return to_item(LibraryUpdate, self)


@described_input
class LibraryUpsertInput(LibraryFieldsInput):
    """A library as it is to be, by its key; if it is there, what is omitted stays."""

    client_ref: str | None = strawberry.field(default=UNSET, description=CLIENT_REF)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    key: str = strawberry.field(
        description="Names it in requests: 1 to 63 of a-z, 0-9 and '-', not '-' first."
    )
    name: str = strawberry.field(description=NAME)
    provider: EmbeddingProvider | None = strawberry.field(
        default=UNSET, description="Who makes its vectors; a library that is there keeps its own."
    )

    def item(self) -> LibraryUpsert:
        """The plain item."""
        return to_item(LibraryUpsert, self)


@described_input
class CreateLibrariesInput(LibrariesInput[NewLibraryInput]):
    """Libraries to create."""


@described_input
class UpdateLibrariesInput(LibrariesInput[LibraryUpdateInput]):
    """Libraries to update."""


@described_input
class DeleteLibrariesInput(LibrariesInput[DeletionInput]):
    """Libraries to delete."""

    cascade: bool = strawberry.field(default=False, description=CASCADE)


@described_input
class PatchLibrariesInput(LibrariesInput[EntityPatchInput]):
    """Libraries to patch."""


@described_input
class UpsertLibrariesInput(LibrariesInput[LibraryUpsertInput]):
    """Libraries to make, or to change where they are."""
