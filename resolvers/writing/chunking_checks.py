"""What the ways to split a text may be."""

from documents.vocabulary import ChunkingMethod
from resolvers.errors import UserErrorCode
from resolvers.limits import MAX_CHUNK_SENTENCES, MAX_CHUNK_TOKENS, MAX_HEADING_LEVEL
from resolvers.writing.checks import Spot, number, optional
from resolvers.writing.items import ChunkingItem

MIN_CHUNK_TOKENS = 10

_sizes = {
    ChunkingMethod.SENTENCES: number(1, MAX_CHUNK_SENTENCES),
    ChunkingMethod.TOKENS: number(MIN_CHUNK_TOKENS, MAX_CHUNK_TOKENS),
    ChunkingMethod.HEADINGS: number(MIN_CHUNK_TOKENS, MAX_CHUNK_TOKENS),
}
_level = optional(number(1, MAX_HEADING_LEVEL))


def chunking(spot: Spot, given: ChunkingItem) -> None:
    """A way to split a text: sizes within bounds, and an overlap that leaves room for more."""
    inside = spot.at(given.method.value)
    by_headings = given.method is ChunkingMethod.HEADINGS
    _sizes[given.method](inside.at("max_tokens" if by_headings else "size"), given.size)
    _level(inside.at("level"), given.level)
    if not 0 <= given.overlap < given.size:
        inside.at("overlap").refuse(
            UserErrorCode.INVALID_VALUE, "Expected a number from 0 to less than the size."
        )
