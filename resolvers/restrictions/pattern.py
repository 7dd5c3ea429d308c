"""Patterns of headwords, as crosswords need them: `c?t`, `*ology`.

A question mark stands for one character, an asterisk for any number of them, also none.
"""

import re

from documents.text import UNSTORABLE, normalize_headword
from resolvers.errors import RequestError
from resolvers.limits import HEADWORD_LIMIT


def check_pattern(pattern: str) -> str:
    """A pattern, folded as headwords are.

    Raises:
        RequestError: it is empty or too long, or holds what no headword can.
    """
    if UNSTORABLE.search(pattern):
        raise RequestError(f"The pattern {pattern[:80]!a} holds what no headword can: correct it.")
    folded = normalize_headword(pattern)
    if not folded:
        raise RequestError("The pattern is empty: write one such as c?t or *ology.")
    if len(folded) > HEADWORD_LIMIT:
        raise RequestError(f"The pattern is longer than a headword, {HEADWORD_LIMIT} characters.")
    return folded


def lines_like(pattern: str) -> re.Pattern[str]:
    """Finds the lines of a text that match a checked pattern, each in time linear in its length."""
    first, *others = (_literally(part) for part in pattern.split("*"))
    if not others:
        return re.compile(f"^{first}$", re.MULTILINE)
    *middle, last = others
    # The first place of a part is as good as any: groups that give nothing back keep it linear.
    within = "".join(f"(?>.*?{part})" for part in middle if part)
    return re.compile(f"^{first}{within}.*{last}$", re.MULTILINE)


def _literally(part: str) -> str:
    return ".".join(map(re.escape, part.split("?")))
