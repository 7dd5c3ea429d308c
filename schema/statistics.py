"""How much of what a library holds; each field is counted only if it is selected."""

from asyncio import gather

import strawberry

from documents.database import Row
from documents.vocabulary import FrequencyBand, PartOfSpeech
from resolvers.reading import statistics
from resolvers.reading.statistics import EmbeddingState, Tally, load_tally
from schema.costs import TALLY, about
from schema.enums import described
from schema.fields import Info, resolved

described(EmbeddingState, "What there is of a text's vector.")

COUNT = "How many there are."


@strawberry.type(description="How many words have a part of speech.")
class PartOfSpeechCount:
    """One label of a tally."""

    value: PartOfSpeech = strawberry.field(description="The part of speech.")
    count: int = strawberry.field(description=COUNT)


@strawberry.type(description="How many words are of a language.")
class LanguageCount:
    """One label of a tally."""

    value: str = strawberry.field(description="The language, as a BCP 47 tag.")
    count: int = strawberry.field(description=COUNT)


@strawberry.type(description="How many words are so common.")
class FrequencyBandCount:
    """One label of a tally."""

    value: FrequencyBand = strawberry.field(description="How often the words are met.")
    count: int = strawberry.field(description=COUNT)


@strawberry.type(description="How many texts of a library have a vector, or wait for one.")
class EmbeddingCount:
    """One label of a tally."""

    state: EmbeddingState = strawberry.field(description="What there is of their vectors.")
    count: int = strawberry.field(description=COUNT)


@strawberry.type(description="How much of what a library holds, counted when it is asked for.")
class LibraryStats:
    """Made of the row of a library."""

    row: strawberry.Private[Row]

    @resolved("How many words it has.", cost=TALLY)
    async def words(self, info: Info) -> int:
        """One trip for all libraries."""
        return await self._whole(info, statistics.WORDS)

    @resolved("How many definitions its words have.", cost=TALLY)
    async def definitions(self, info: Info) -> int:
        """One trip for all libraries."""
        return await self._whole(info, statistics.DEFINITIONS)

    @resolved("How many synsets its definitions make.", cost=TALLY)
    async def synsets(self, info: Info) -> int:
        """One trip for all libraries."""
        return await self._whole(info, statistics.SYNSETS)

    @resolved("How many examples its definitions have.", cost=TALLY)
    async def examples(self, info: Info) -> int:
        """One trip for all libraries."""
        return await self._whole(info, statistics.EXAMPLES)

    @resolved("How many documents it has.", cost=TALLY)
    async def documents(self, info: Info) -> int:
        """One trip for all libraries."""
        return await self._whole(info, statistics.DOCUMENTS)

    @resolved("How many chunks its documents have.", cost=TALLY)
    async def chunks(self, info: Info) -> int:
        """One trip for all libraries."""
        return await self._whole(info, statistics.CHUNKS)

    @resolved(
        "Its words by part of speech; a word of several counts for each.",
        cost=TALLY,
        size=about(10),
    )
    async def by_part_of_speech(self, info: Info) -> list[PartOfSpeechCount]:
        """One trip for all libraries."""
        counts = await load_tally(info.context, statistics.BY_PART_OF_SPEECH, self.row)
        return [
            PartOfSpeechCount(value=PartOfSpeech(value), count=count)
            for value, count in counts.items()
        ]

    @resolved(
        "Its words by language: the library's own, then the others.", cost=TALLY, size=about(5)
    )
    async def by_language(self, info: Info) -> list[LanguageCount]:
        """One trip for all libraries."""
        counts = await load_tally(info.context, statistics.BY_LANGUAGE, self.row)
        return [LanguageCount(value=value, count=count) for value, count in counts.items()]

    @resolved("Its words by how often they are met, as far as known.", cost=TALLY, size=about(5))
    async def by_frequency_band(self, info: Info) -> list[FrequencyBandCount]:
        """One trip for all libraries."""
        counts = await load_tally(info.context, statistics.BY_FREQUENCY_BAND, self.row)
        return [
            FrequencyBandCount(value=FrequencyBand(value), count=count)
            for value, count in counts.items()
        ]

    @resolved(
        "The texts of its definitions and chunks by what there is of their vectors; equal texts "
        "count once, those that were deleted meanwhile still do.",
        cost=TALLY,
        size=about(2),
    )
    async def embeddings(self, info: Info) -> list[EmbeddingCount]:
        """Two trips for all libraries."""
        pending, made = await gather(
            load_tally(info.context, statistics.PENDING_TEXTS, self.row),
            load_tally(info.context, statistics.EMBEDDINGS, self.row),
        )
        return [
            EmbeddingCount(state=EmbeddingState(state), count=count)
            for state, count in (pending | made).items()
        ]

    async def _whole(self, info: Info, tally: Tally) -> int:
        return (await load_tally(info.context, tally, self.row)).get("all", 0)
