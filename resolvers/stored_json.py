"""What JSON the store can hold, and tell apart from its own operators and paths."""

import math
from collections.abc import Iterator

from documents.text import UNSTORABLE

INT64 = range(-(2**63), 2**63)


def name_problems(name: str) -> Iterator[str]:
    """What keeps a text from naming a member of an object."""
    # MongoDB takes them for an operator or for a path.
    if not name or name.startswith("$") or "." in name or UNSTORABLE.search(name):
        yield f"{name!a} cannot name a value: it is empty, starts with '$', or holds '.'."


def leaf_problems(value: object) -> Iterator[str]:
    """What keeps a text or number from being stored."""
    if isinstance(value, str) and UNSTORABLE.search(value):
        yield "A text in the metadata holds a control character or half of a surrogate pair."
    elif isinstance(value, float) and not math.isfinite(value):
        yield "A number in the metadata is not finite."
    elif isinstance(value, int) and value not in INT64:
        yield f"{value} in the metadata does not fit 64 bits."
