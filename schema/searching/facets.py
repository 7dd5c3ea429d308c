"""What results have in common, in the same request: counts of their values, made when selected."""

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from documents.base import EntityKind
from documents.database import Row
from documents.vocabulary import DescribedEnum, FrequencyBand, PartOfSpeech
from resolvers.reading.page import page_size
from resolvers.reading.row import COLLECTIONS, load_rows
from resolvers.searching.facets import (
    MOST_VALUES,
    Counted,
    count_column,
    count_metadata,
    documents_of,
    most_common,
)
from schema.costs import FREE, TALLY, ListSize, about
from schema.document import Document
from schema.enums import described
from schema.fields import Info, resolved
from schema.selection import selection_of
from schema.statistics import COUNT, FrequencyBandCount, LanguageCount, PartOfSpeechCount


class MetadataOwner(DescribedEnum):
    """Whose metadata is counted."""

    CHUNK = "chunk", "The chunk's own."
    DOCUMENT = "document", "That of the chunk's document."


described(MetadataOwner, "Whose metadata is counted.")

Path = Annotated[
    list[str],
    strawberry.argument(
        description='The names that lead to the place, such as ["exam", "level"]; nine at most.'
    ),
]
Of = Annotated[MetadataOwner, strawberry.argument(description="Whose metadata.")]
First = Annotated[
    int | None, strawberry.argument(description="How many at most, up to 100; 20 if not given.")
]


@strawberry.type(description="How many of the chunks found are of a document.")
class DocumentCount:
    """One document of a facet."""

    row: strawberry.Private[Row]
    count: int = strawberry.field(description=COUNT)

    @resolved("The document.")
    def document(self) -> Document:
        """Of its row."""
        return Document(row=self.row)


@strawberry.type(description="How many results have a value at a place of the metadata.")
class MetadataCount:
    """One value of a facet."""

    value: JSON = strawberry.field(description="A text, a number, true or false.")
    count: int = strawberry.field(description=COUNT)


@strawberry.type(
    description="The words found, counted by their values: all that are ranked, of each library "
    "the best 800, in mode HYBRID those of both ways, with a score that is allowed, whatever page "
    "was asked for. The most frequent first.",
    directives=[FREE],
)
class WordFacets:
    """Made of the results of a search."""

    counted: strawberry.Private[Counted]

    @resolved(
        "By the part of speech of the definition that matches best.", cost=TALLY, size=about(10)
    )
    async def by_part_of_speech(self, info: Info) -> list[PartOfSpeechCount]:
        """One trip."""
        counts = await count_column(
            info.context, "definitions", self.counted.passages, "part_of_speech"
        )
        return [PartOfSpeechCount(value=PartOfSpeech(value), count=n) for value, n in counts]

    @resolved("By language.", cost=TALLY, size=about(5))
    async def by_language(self, info: Info) -> list[LanguageCount]:
        """One trip."""
        counts = await count_column(info.context, "words", self.counted.ids, "language")
        return [LanguageCount(value=value, count=n) for value, n in counts]

    @resolved("By how often they are met, as far as known.", cost=TALLY, size=about(5))
    async def by_frequency_band(self, info: Info) -> list[FrequencyBandCount]:
        """One trip."""
        counts = await count_column(info.context, "words", self.counted.ids, "frequency_band")
        return [FrequencyBandCount(value=FrequencyBand(value), count=n) for value, n in counts]


@strawberry.type(
    description="The chunks found, counted by what they are of: the best 1,000, or the best of "
    "each of 1,000 documents, with a score that is allowed, whatever page was asked for. The most "
    "frequent first.",
    directives=[FREE],
)
class ChunkFacets:
    """Made of the results of a search."""

    counted: strawberry.Private[Counted]

    @resolved(
        "By document.",
        cost=TALLY,
        size=ListSize(
            assumed_size=20, slicing_arguments=["first"], require_one_slicing_argument=False
        ),
    )
    async def by_document(self, info: Info, first: First = None) -> list[DocumentCount]:
        """Two trips."""
        found = most_common(
            await documents_of(info.context, self.counted.passages), page_size(first)
        )
        columns = selection_of(info).child("document").columns
        rows = await load_rows(info.context, "documents", [key for key, _ in found], columns)
        return [
            DocumentCount(row=row, count=count)
            for row, (_, count) in zip(rows, found, strict=True)
            if row
        ]

    @resolved(
        "By what stands at a place of the metadata; of a list each member counts, other than lists "
        "and objects. The 100 most frequent values.",
        cost=TALLY,
        size=about(MOST_VALUES),
    )
    async def by_metadata(
        self, info: Info, path: Path, of: Of = MetadataOwner.CHUNK
    ) -> list[MetadataCount]:
        """One trip, or two."""
        ids = self.counted.passages
        if of is MetadataOwner.DOCUMENT:
            ids = await documents_of(info.context, ids)
        collection = COLLECTIONS[EntityKind(of.value)]
        counts = await count_metadata(info.context, collection, ids, path)
        return [MetadataCount(value=value, count=n) for value, n in counts]
