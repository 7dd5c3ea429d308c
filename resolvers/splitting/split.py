"""The ways to split a text: by sentences, tokens or headings."""

from collections.abc import Iterator
from dataclasses import dataclass

from resolvers.limits import CHUNK_LIMIT
from resolvers.splitting.cutting import bounded
from resolvers.splitting.packing import Measure, Unit, pack
from resolvers.splitting.sections import sections
from resolvers.splitting.sentences import sentences
from resolvers.splitting.spans import Span
from resolvers.splitting.tokens import tokens


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk to be: `text[start:end]`, and the headings that it stands under."""

    span: Span
    heading_path: tuple[str, ...] = ()


def split_sentences(text: str, size: int, overlap: int) -> Iterator[Piece]:
    """Chunks of `size` sentences, of which `overlap` are repeated in the next chunk."""
    units = [Unit(part) for each in sentences(text) for part in bounded(text, each, CHUNK_LIMIT)]
    return map(Piece, pack(units, Measure(size, overlap, CHUNK_LIMIT)))


def split_tokens(text: str, size: int, overlap: int) -> Iterator[Piece]:
    """Chunks of `size` tokens, of which `overlap` are repeated in the next chunk."""
    units = [Unit(part) for each in tokens(text) for part in bounded(text, each, CHUNK_LIMIT)]
    return map(Piece, pack(units, Measure(size, overlap, CHUNK_LIMIT)))


def split_headings(text: str, level: int, size: int, overlap: int) -> Iterator[Piece]:
    """A chunk for each section; one of more than `size` tokens is divided between sentences.

    Args:
        text: Markdown.
        level: headings below it, from 1 to 6, begin no section.
        size: in tokens.
        overlap: in tokens; so many, or fewer, are repeated in the next chunk of the section.
    """
    measure = Measure(size, overlap, CHUNK_LIMIT)
    for section in sections(text, level):
        units = list(_weighed(text, section.span, size))
        for span in pack(units, measure):
            yield Piece(span, section.path)


def _weighed(text: str, part: Span, size: int) -> Iterator[Unit]:
    """Sentences with the number of their tokens; those of too many token by token."""
    for sentence in sentences(text, part):
        words = [
            each for token in tokens(text, sentence) for each in bounded(text, token, CHUNK_LIMIT)
        ]
        if len(words) > size or sentence.length > CHUNK_LIMIT:
            yield from map(Unit, words)
        else:
            yield Unit(sentence, len(words))
