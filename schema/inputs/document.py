"""What mutations of documents take."""

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from resolvers.writing.items import DocumentUpdate, DocumentUpsert, NewDocument, ReadyChunk
from schema.inputs.batch import (
    CLIENT_REF,
    EXPECTED_VERSION,
    ID,
    METADATA,
    BatchInput,
    CascadingDeletionInput,
)
from schema.inputs.chunking import ChunkingInput
from schema.inputs.conversion import described_input, to_item
from schema.inputs.patch import EntityPatchInput

TITLE = "What it is called, in at most 500 characters."
KEY = "Its name in the library, such as a path or a URL; made up if omitted, then fixed."


@described_input
class ReadyChunkInput:
    """A chunk that is there already, of at most 10,000 characters."""

    text: str = strawberry.field(
        description="What it says; if the document has a text, this stands in it letter by letter."
    )
    start: int | None = strawberry.field(
        default=UNSET,
        description="Where it begins in the document's text, in Unicode code points; if omitted,"
        " it is looked for behind the beginning of the chunk before.",
    )
    heading_path: list[str] | None = strawberry.field(
        default=UNSET, description="The headings that it stands under, the highest first."
    )
    metadata: JSON | None = strawberry.field(default=UNSET, description=METADATA)

    def item(self) -> ReadyChunk:
        """The plain item."""
        return to_item(ReadyChunk, self)


@described_input
class DocumentFieldsInput:
    """What new documents and updates share."""

    text: str | None = strawberry.field(
        default=UNSET,
        description="The whole text, of at most 1,000,000 characters; another one is split anew.",
    )
    language: str | None = strawberry.field(
        default=UNSET, description="A BCP 47 tag; a new document takes the library's if omitted."
    )
    source: str | None = strawberry.field(default=UNSET, description="Where it is taken from.")
    source_url: str | None = strawberry.field(default=UNSET, description="Where it can be read.")
    metadata: JSON | None = strawberry.field(default=UNSET, description=METADATA)
    chunking: ChunkingInput | None = strawberry.field(
        default=UNSET,
        description="How the text is split: every five sentences, one of them shared, unless it is"
        " or was said otherwise.",
    )
    chunks: list[ReadyChunkInput] | None = strawberry.field(
        default=UNSET,
        description="The chunks, at most 5,000 in order, instead of splitting; they are replaced"
        " whole.",
    )


@described_input
class NewDocumentInput(DocumentFieldsInput):
    """A document with its text, its chunks, or both."""

    client_ref: str | None = strawberry.field(default=UNSET, description=CLIENT_REF)
    key: str | None = strawberry.field(default=UNSET, description=KEY)
    title: str = strawberry.field(description=TITLE)

    def item(self) -> NewDocument:
        """The plain item."""
        return to_item(NewDocument, self)


@described_input
class DocumentUpdateInput(DocumentFieldsInput):
    """New values of a document; what is omitted stays.

    Chunks of the same place and text stay, with their ids and metadata.
    """

    id: strawberry.ID = strawberry.field(description=ID)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    title: str | None = strawberry.field(default=UNSET, description=TITLE)

    def item(self) -> DocumentUpdate:
        """The plain item."""
        return to_item(DocumentUpdate, self)


@described_input
class DocumentUpsertInput(DocumentFieldsInput):
    """A document as it is to be, by its key; if it is there, what is omitted stays."""

    client_ref: str | None = strawberry.field(default=UNSET, description=CLIENT_REF)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    key: str = strawberry.field(description="Its name in the library.")
    title: str = strawberry.field(description=TITLE)

    def item(self) -> DocumentUpsert:
        """The plain item."""
        return to_item(DocumentUpsert, self)


@described_input
class CreateDocumentsInput(BatchInput[NewDocumentInput]):
    """Documents to create in a library."""


@described_input
class UpdateDocumentsInput(BatchInput[DocumentUpdateInput]):
    """Documents of a library to update."""


@described_input
class DeleteDocumentsInput(CascadingDeletionInput):
    """Documents of a library to delete."""


@described_input
class PatchDocumentsInput(BatchInput[EntityPatchInput]):
    """Documents of a library to patch."""


@described_input
class UpsertDocumentsInput(BatchInput[DocumentUpsertInput]):
    """Documents to make, or to change where they are."""
