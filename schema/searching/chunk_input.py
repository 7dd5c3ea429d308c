"""A search for chunks of documents, as it is asked for."""

from typing import Annotated

import strawberry
from bson import ObjectId

from documents.base import EntityKind
from documents.vocabulary import DescribedEnum
from resolvers.errors import RequestError
from resolvers.searching.request import SearchMode, SearchRequest, SearchTarget
from schema.enums import described
from schema.filters import ChunkFilter, DocumentFilter, query_of
from schema.node import decode_node_id
from schema.searching.asked import DIVERSITY, SearchBy, allowed, check_diversity


class ChunkGrouping(DescribedEnum):
    """How many chunks of a document may be found."""

    NONE = "none", "All chunks count, those of one document as well."
    DOCUMENT = "document", "Only the best chunk of each document counts."


described(ChunkGrouping, "Whether a document may stand among the results more than once.")

TARGETS = {
    ChunkGrouping.NONE: SearchTarget.CHUNKS,
    ChunkGrouping.DOCUMENT: SearchTarget.DOCUMENTS,
}


@strawberry.input(description="Which chunks may be found; all conditions must hold.")
class ChunkSearchFilter:
    """Conditions on results."""

    document: list[strawberry.ID] | None = strawberry.field(
        default=None, description="A chunk of one of these documents."
    )
    language: list[str] | None = strawberry.field(
        default=None, description="A chunk of a document with one of these language tags."
    )
    documents: DocumentFilter | None = strawberry.field(
        default=None, description="A chunk of a document that this holds for, such as its metadata."
    )
    chunks: ChunkFilter | None = strawberry.field(
        default=None, description="A chunk that this holds for, such as its own metadata."
    )

    def document_ids(self) -> list[ObjectId] | None:
        """The documents' own ids."""
        return None if self.document is None else [_document_id(each) for each in self.document]


@strawberry.input(description="A search in the documents of one library.")
class ChunkSearchInput:
    """What `searchChunks` takes."""

    library: str = strawberry.field(description="Key of the library.")
    by: SearchBy = strawberry.field(description="What is looked for.")
    mode: SearchMode = strawberry.field(
        default=SearchMode.SEMANTIC, description="What is compared with it."
    )
    filter: ChunkSearchFilter | None = strawberry.field(
        default=None, description="Which chunks may be found."
    )
    group_by: ChunkGrouping = strawberry.field(
        default=ChunkGrouping.NONE, description="Whether only the best chunk of a document counts."
    )
    min_score: float | None = strawberry.field(
        default=None, description="Leaves out chunks that score less; the best possible is 1."
    )
    diversity: float = strawberry.field(default=0.0, description=DIVERSITY)
    min_sequence: int | None = strawberry.field(
        default=None,
        description="A `sequence` that a mutation gave: the results reflect it, or there are none.",
    )

    def request(self) -> SearchRequest:
        """The plain request."""
        wanted = self.filter or ChunkSearchFilter()
        return SearchRequest(
            library_key=self.library,
            target=TARGETS[self.group_by],
            mode=self.mode,
            text=self.by.text.value if self.by.text else None,
            vector=self.by.given_vector(),
            blend=self.by.ingredients(),
            languages=allowed(wanted.language),
            documents=allowed(wanted.document_ids()),
            document_query=query_of(wanted.documents) if wanted.documents else None,
            chunk_query=query_of(wanted.chunks) if wanted.chunks else None,
            min_score=self.min_score,
            diversity=check_diversity(self.diversity),
            min_sequence=self.min_sequence,
        )


ChunkSearchArgument = Annotated[
    ChunkSearchInput, strawberry.argument(description="Where to search, and for what.")
]


def _document_id(value: str) -> ObjectId:
    reference = decode_node_id(value)
    if reference.kind is not EntityKind.DOCUMENT:
        raise RequestError(f"This is the id of a {reference.kind}, not of a document.")
    return reference.id
