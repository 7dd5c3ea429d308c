"""What a text may hold, whatever format it comes in."""

from typing import Final

from documents.text import UNSTORABLE
from resolvers.limits import (
    DEFINITION_LIMIT,
    ETYMOLOGY_LIMIT,
    EXAMPLE_LIMIT,
    HEADWORD_LIMIT,
    LABEL_LIMIT,
)
from resolvers.transfer.errors import RefusedError

__all__ = [
    "DEFINITION_LIMIT",
    "ETYMOLOGY_LIMIT",
    "EXAMPLE_LIMIT",
    "HEADWORD_LIMIT",
    "LABEL_LIMIT",
    "LINE_LIMIT_BYTES",
    "check_text",
]

# A line or a CSV row longer than this is refused unread: memory stays bounded.
LINE_LIMIT_BYTES: Final = 16 * 1024 * 1024


def check_text(text: str, what: str, limit: int = LABEL_LIMIT) -> str:
    """Give `text` back if it can be stored.

    Raises:
        RefusedError: it is blank, too long, or holds a control character or a lone surrogate.
    """
    if not text or text.isspace():
        raise RefusedError(f"{what} is blank; fill it in or leave it out")
    if len(text) > limit:
        raise RefusedError(f"{what} has {len(text):,} characters; at most {limit:,} are taken")
    if found := UNSTORABLE.search(text):
        code = f"U+{ord(found.group()):04X}"
        raise RefusedError(f"{what} holds {code} at character {found.start() + 1}; remove it")
    return text
