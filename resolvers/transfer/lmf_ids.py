"""Any key as an XML id, and back.

XML ids are names: a letter or underscore, then letters, digits, dots, hyphens and underscores.
Keys that are names already stay as they are. Other characters are written _xHHHH_, as SQL/XML
(ISO/IEC 9075-14) does for identifiers.
"""

import re
from typing import Final

# How a lexicon says, in its dc:format, that its ids are to be read back with `key_of_id`.
ESCAPED_IDS: Final = "lexigraph-1"
# Ids of an XML document share one space; this ends those of synsets that equal a sense key.
_SYNSET_MARK: Final = "_x_"

_ESCAPED_START = re.compile(r"^[^A-Za-z_]")
_ESCAPED = re.compile(r"_x(?=[0-9A-F_])|[^A-Za-z0-9._-]")
_ESCAPE_OR_MARK = re.compile(r"_x(?:((?:10|0?[0-9A-F])?[0-9A-F]{4})_|_$)")


def id_of_key(key: str, *, marked: bool = False) -> str:
    """The id of a key; `marked` for a synset whose key some sense has too."""
    escaped = _ESCAPED.sub(lambda found: _escape(found.group()[0]) + found.group()[1:], key)
    escaped = _ESCAPED_START.sub(lambda found: _escape(found.group()), escaped)
    return escaped + _SYNSET_MARK if marked else escaped


def key_of_id(id_: str) -> str:
    """The key that `id_of_key` made the id of."""
    return _ESCAPE_OR_MARK.sub(lambda found: chr(int(found[1], 16)) if found[1] else "", id_)


def _escape(character: str) -> str:
    return f"_x{ord(character):04X}_"
