"""Sentences by the default rules of Unicode (UAX #29), with one line break taken for a space.

Texts are often wrapped at some column, where the unchanged rules would end a sentence. A blank line
ends a paragraph, and its last sentence. There is no list of abbreviations: "Dr. No" is two.
"""

from collections.abc import Iterator
from typing import Final

import regex

from resolvers.splitting.spans import Span, trimmed

_PARAGRAPH_END: Final = regex.compile(r"(?:\R\h*){2,}+|\u2029")

# Rule SB5: what extends a character goes with it.
_EXTENDED: Final = r"[\p{SB=Extend}\p{SB=Format}]*+"

# Possessive throughout: nothing is looked at twice, whatever the text.
_SENTENCE_END: Final = regex.compile(
    rf"""
    (?:
        \p{{SB=STerm}} {_EXTENDED}
      | (?P<period>\p{{SB=ATerm}}) {_EXTENDED}
        (?! \p{{SB=Numeric}} )                                                           # SB6
        (?! (?<= [\p{{SB=Upper}}\p{{SB=Lower}}] {_EXTENDED} \p{{SB=ATerm}} {_EXTENDED} )
            \p{{SB=Upper}} )                                                             # SB7
    )
    (?: \p{{SB=Close}} {_EXTENDED} )*+                                                   # SB9
    (?: [\p{{SB=Sp}}\p{{SB=Sep}}\p{{SB=CR}}\p{{SB=LF}}] {_EXTENDED} )*+                  # SB10
    (?! [\p{{SB=SContinue}}\p{{SB=STerm}}\p{{SB=ATerm}}] )                               # SB8a
    (?(period)
        (?! [^\p{{SB=OLetter}}\p{{SB=Upper}}\p{{SB=Lower}}\p{{SB=STerm}}\p{{SB=ATerm}}]*+
            \p{{SB=Lower}} )                                                             # SB8
    )
    """,
    regex.VERBOSE | regex.VERSION1,
)


def sentences(text: str, part: Span | None = None) -> Iterator[Span]:
    """The sentences of a text, or of a part of it, in order."""
    return trimmed(text, _between_ends(text, part or Span(0, len(text))))


def _between_ends(text: str, part: Span) -> Iterator[Span]:
    for paragraph in _paragraphs(text, part):
        start = paragraph.start
        for found in _SENTENCE_END.finditer(text, paragraph.start, paragraph.end):
            yield Span(start, found.end())
            start = found.end()
        yield Span(start, paragraph.end)


def _paragraphs(text: str, part: Span) -> Iterator[Span]:
    start = part.start
    for found in _PARAGRAPH_END.finditer(text, part.start, part.end):
        yield Span(start, found.start())
        start = found.end()
    yield Span(start, part.end)
