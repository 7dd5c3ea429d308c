"""Sections of a Markdown text: each begins with a heading (`## Such as this`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import regex

from resolvers.limits import HEADING_LIMIT
from resolvers.splitting.spans import Span

# A fenced block first, whose lines are code; one that does not end reaches to the end.
_HEADING_OR_CODE: Final = regex.compile(
    r"""
    ^ \h{0,3} (?P<fence>`{3,}+|~{3,}+) .*+ (?: (?! \R \h{0,3} (?P=fence) ) \R .*+ )*+ (?: \R .*+ )?+
  | ^ \h{0,3} (?P<marks>\#{1,6}) (?: \h++ (?P<title>.*?) )?? (?: \h++ \#*+ \h*+ )?+ $
    """,
    regex.VERBOSE | regex.VERSION1 | regex.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a text; `path` names the headings above it, the outermost first, and its own."""

    span: Span
    path: tuple[str, ...] = ()


def sections(text: str, level: int) -> Iterator[Section]:
    """The sections of a text in order; headings below `level` (1 to 6) begin none."""
    start, path = 0, dict[int, str]()
    for place, depth, title in _headings(text, level):
        yield Section(Span(start, place), tuple(path.values()))
        start = place
        path = {above: each for above, each in path.items() if above < depth} | {depth: title}
    yield Section(Span(start, len(text)), tuple(path.values()))


def _headings(text: str, level: int) -> Iterator[tuple[int, int, str]]:
    for found in _HEADING_OR_CODE.finditer(text):
        depth, title = len(found["marks"] or ""), found["title"] or ""
        if 0 < depth <= level and 0 < len(title) <= HEADING_LIMIT:
            yield found.start(), depth, title
