"""Cutting what is too long to be one chunk, for want of a better place."""

from collections.abc import Iterator
from typing import Final

import regex

from resolvers.splitting.spans import Span, trimmed
from resolvers.splitting.tokens import TOKEN

# Between words if possible, then between what readers see as one character.
_BREAKS: Final = (TOKEN, regex.compile(r"\X"))
# How far the end of a word or a character may depend on what follows it.
_LOOK_AHEAD: Final = 64


def bounded(text: str, span: Span, limit: int) -> Iterator[Span]:
    """A span in trimmed parts of at most `limit` code points."""
    return iter((span,)) if span.length <= limit else trimmed(text, _parts(text, span, limit))


def _parts(text: str, span: Span, limit: int) -> Iterator[Span]:
    start, end = span
    while end - start > limit:
        middle = start + _last_break(text[start : start + limit + _LOOK_AHEAD], limit)
        yield Span(start, middle)
        start = middle
    yield Span(start, end)


def _last_break(window: str, limit: int) -> int:
    for breaks in _BREAKS:
        places = [at for found in breaks.finditer(window) if 0 < (at := found.start()) <= limit]
        if places:
            return places[-1]
    return limit
