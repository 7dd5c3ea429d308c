"""Attributes and text of WN-LMF elements, on their way in."""

import re

from resolvers.transfer.checks import DEFINITION_LIMIT, LABEL_LIMIT, check_text
from resolvers.transfer.errors import RefusedError
from resolvers.transfer.records import LibraryHeader

Attributes = dict[str, str]

_XML_SPACE = re.compile("[ \t\r\n]+")


def collapse_space(text: str) -> str:
    """Single spaces for runs of what XML calls white space; others, as no-break space, stay."""
    return _XML_SPACE.sub(" ", text).strip(" ")


def required(attributes: Attributes, name: str) -> str:
    """The value of an attribute that has to be there.

    Raises:
        RefusedError: it is not, or it is empty.
    """
    value = attributes.get(name)
    if not value:
        raise RefusedError(f"attribute {name} is missing or empty")
    return value


def optional(attributes: Attributes, name: str, limit: int = LABEL_LIMIT) -> str | None:
    """The value of an attribute, or None where it is missing or blank.

    Raises:
        RefusedError: it cannot be stored.
    """
    value = attributes.get(name)
    return check_text(value, name, limit) if value and not value.isspace() else None


def lexicon_header(attributes: Attributes) -> LibraryHeader:
    """What a Lexicon element tells about the library."""
    return LibraryHeader(
        name=optional(attributes, "label") or optional(attributes, "id") or "wordnet",
        language=optional(attributes, "language") or "en",
        licence=optional(attributes, "license"),
        version=optional(attributes, "version"),
        url=optional(attributes, "url"),
        attribution=optional(attributes, "citation", DEFINITION_LIMIT),
        description=optional(attributes, "dc:description", DEFINITION_LIMIT),
    )
