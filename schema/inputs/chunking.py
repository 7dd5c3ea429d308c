"""How the text of a document is to be split."""

import strawberry

from documents.vocabulary import ChunkingMethod
from resolvers.writing.items import ChunkingItem
from schema.inputs.conversion import ItemInput, described_input

SHARED = "How many of them the next chunk repeats: fewer than the size."


@described_input
class SentenceChunkingInput:
    """Chunks of whole sentences, by the rules of Unicode for any language."""

    size: int = strawberry.field(default=5, description="How many sentences: 1 to 100.")
    overlap: int = strawberry.field(default=1, description=SHARED)

    def item(self) -> ChunkingItem:
        """The plain item."""
        return ChunkingItem(method=ChunkingMethod.SENTENCES, size=self.size, overlap=self.overlap)


@described_input
class TokenChunkingInput:
    """Chunks of words, numbers and marks; single ideographs count as one."""

    size: int = strawberry.field(default=180, description="How many tokens: 10 to 2,000.")
    overlap: int = strawberry.field(default=20, description=SHARED)

    def item(self) -> ChunkingItem:
        """The plain item."""
        return ChunkingItem(method=ChunkingMethod.TOKENS, size=self.size, overlap=self.overlap)


@described_input
class HeadingChunkingInput:
    """Chunks of the sections of a Markdown text, each with the headings above it."""

    level: int = strawberry.field(
        default=3, description="Headings below this one, from 1 to 6, begin no chunk."
    )
    max_tokens: int = strawberry.field(
        default=180,
        description="A section of more tokens is divided between its sentences: 10 to 2,000.",
    )
    overlap: int = strawberry.field(
        default=20,
        description="How many tokens, in whole sentences, the next chunk of a section repeats at"
        " most: fewer than `maxTokens`.",
    )

    def item(self) -> ChunkingItem:
        """The plain item."""
        return ChunkingItem(
            method=ChunkingMethod.HEADINGS,
            size=self.max_tokens,
            overlap=self.overlap,
            level=self.level,
        )


@strawberry.input(description="How a text is split: exactly one of these.", one_of=True)
class ChunkingInput:
    """A way to split."""

    sentences: strawberry.Maybe[SentenceChunkingInput] = strawberry.field(
        description="By sentences."
    )
    tokens: strawberry.Maybe[TokenChunkingInput] = strawberry.field(description="By tokens.")
    headings: strawberry.Maybe[HeadingChunkingInput] = strawberry.field(
        description="By the headings of a Markdown text."
    )

    def item(self) -> ChunkingItem:
        """The plain item."""
        ways = (self.sentences, self.tokens, self.headings)
        given: list[ItemInput[ChunkingItem]] = [way.value for way in ways if way]
        return given[0].item()
