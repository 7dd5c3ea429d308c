"""Tokens: words, numbers, marks and single ideographs, by the default rules of Unicode (UAX #29).

What embedding models call tokens are smaller: in English about 1.3 for one of these.
"""

from collections.abc import Iterator
from typing import Final

import regex

from resolvers.splitting.spans import Span

# Rule WB4: what extends a character goes with it.
_EXTENDED: Final = r"[\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}]*+"
_LETTER: Final = r"[\p{WB=ALetter}\p{WB=Hebrew_Letter}]"
_JOINS_WORDS: Final = rf"\p{{WB=ExtendNumLet}}{_EXTENDED}"

# Possessive throughout: nothing is looked at twice, whatever the text. What `str.strip` removes
# is no token.
TOKEN: Final = regex.compile(
    rf"""
    (?:
        {_LETTER} {_EXTENDED}
        (?: [\p{{WB=MidLetter}}\p{{WB=MidNumLet}}\p{{WB=Single_Quote}}] {_EXTENDED}
            (?={_LETTER}) )?+
      | \p{{WB=Numeric}} {_EXTENDED}
        (?: [\p{{WB=MidNum}}\p{{WB=MidNumLet}}\p{{WB=Single_Quote}}] {_EXTENDED}
            (?=\p{{WB=Numeric}}) )?+
      | {_JOINS_WORDS}
    )++
  | (?: \p{{WB=Katakana}} {_EXTENDED} | {_JOINS_WORDS} )++
  # A flag is two of them; \X would count those before, at every one of many.
  | \p{{RI}} {_EXTENDED} (?: \p{{RI}} {_EXTENDED} )?+
  | (?![\s\x1c-\x1f]) \X
    """,
    regex.VERBOSE | regex.VERSION1,
)


def tokens(text: str, part: Span | None = None) -> Iterator[Span]:
    """The tokens of a text, or of a part of it, in order."""
    start, end = part or Span(0, len(text))
    return (Span(*found.span()) for found in TOKEN.finditer(text, start, end))
