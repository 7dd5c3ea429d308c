"""What a text may hold, whatever format it comes in."""

from typing import Any, Final

from documents.text import UNSTORABLE
from resolvers.errors import UserError
from resolvers.limits import (
    DEFINITION_LIMIT,
    ETYMOLOGY_LIMIT,
    EXAMPLE_LIMIT,
    HEADWORD_LIMIT,
    LABEL_LIMIT,
    MAX_HOMOGRAPH,
    MAX_POSITION,
)
from resolvers.transfer.errors import RefusedError
from resolvers.writing.checks import Check, Spot, language_tag
from resolvers.writing.chunking_checks import chunking
from resolvers.writing.items import ChunkingItem
from resolvers.writing.metadata import metadata

__all__ = [
    "DEFINITION_LIMIT",
    "ETYMOLOGY_LIMIT",
    "EXAMPLE_LIMIT",
    "HEADWORD_LIMIT",
    "LABEL_LIMIT",
    "LINE_LIMIT_BYTES",
    "MAX_HOMOGRAPH",
    "MAX_POSITION",
    "check_chunking",
    "check_language",
    "check_metadata",
    "check_text",
    "parse_number",
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


def check_language(tag: str, what: str) -> None:
    """Refuse what is no language tag.

    Raises:
        RefusedError: it has not the form of a BCP 47 tag.
    """
    _check(language_tag, tag, what)


def check_metadata(value: object, what: str) -> None:
    """Refuse metadata that a document cannot hold.

    Raises:
        RefusedError: it is too large or too deep, or a name or value in it cannot be stored.
    """
    _check(metadata, value, what)


def check_chunking(given: ChunkingItem, what: str) -> None:
    """Refuse a way to split a text that makes no sense.

    Raises:
        RefusedError: a size is out of bounds, or chunks would overlap wholly.
    """
    _check(chunking, given, what)


def _check(check: Check, value: Any, what: str) -> None:
    """What mutations refuse is refused here in the same words."""
    errors: list[UserError] = []
    check(Spot(errors, ()), value)
    if errors:
        raise RefusedError(f"{what}: {errors[0].message}")


def parse_number(text: str, what: str, at_least: int, at_most: int) -> int:
    """A whole number that is written in a text.

    Raises:
        RefusedError: it is none, or out of bounds.
    """
    # Python parses no number of more than some thousand digits; none that fits has as many.
    short = text.isdecimal() and len(text) <= len(str(at_most))
    if not short or not at_least <= int(text) <= at_most:
        expected = f"a whole number from {at_least:,} to {at_most:,}"
        raise RefusedError(f'{what} has to be {expected}, not "{text[:40]}"')
    return int(text)
