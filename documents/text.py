"""How texts are compared and recognised again."""

import re
import unicodedata
from hashlib import blake2b
from typing import Final

# Controls other than tab, line feed and carriage return, and halves of surrogate pairs.
UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def normalize_headword(text: str) -> str:
    """Fold what readers take for the same headword: case, width, composition, white space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def normalize_prose(text: str) -> str:
    """Canonical composition and single spaces; letters and case stay."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def hash_text(text: str) -> bytes:
    """16 bytes that name a text, whatever its spacing: definitions of one synset share them."""
    return blake2b(normalize_prose(text).encode(), digest_size=16).digest()
