"""What the steps of a JSON Patch may be, before there is anything to apply them to."""

from collections.abc import Sequence
from typing import Any

import orjson

from documents.text import UNSTORABLE
from resolvers.errors import UserErrorCode
from resolvers.limits import MAX_PATCH_OPERATIONS, PATCH_LIMIT_BYTES, POINTER_LIMIT
from resolvers.writing.checks import Check, Spot, every, listed, matching, text
from resolvers.writing.items import OMITTED, PatchOperation

WITH_VALUE = ("add", "replace", "test")
WITH_SOURCE = ("move", "copy")
OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")

_form = matching(
    rf"(?s)(?=.{{0,{POINTER_LIMIT}}}$)(/([^~/]|~[01])*)*",
    f"a JSON pointer of at most {POINTER_LIMIT} characters, such as '/tags/0' or ''",
)
# The empty pointer means the whole: what is not empty is checked like other texts.
_text = text(POINTER_LIMIT)


def _pointer(spot: Spot, value: str) -> None:
    if value and UNSTORABLE.search(value):
        _text(spot, value)
    else:
        _form(spot, value)


def _operation(spot: Spot, step: PatchOperation) -> None:
    if step.op not in OPERATIONS:
        spot.at("op").refuse(
            UserErrorCode.INVALID_VALUE, f"Expected one of {', '.join(OPERATIONS)}."
        )
    _pointer(spot.at("path"), step.path)
    if isinstance(step.from_, str):
        _pointer(spot.at("from"), step.from_)
    elif step.op in WITH_SOURCE:
        spot.at("from").refuse(UserErrorCode.INVALID_VALUE, f"{step.op!r} needs a 'from'.")
    if step.op in WITH_VALUE:
        _value(spot.at("value"), step)


def _value(spot: Spot, step: PatchOperation) -> None:
    if step.value is OMITTED:
        spot.refuse(UserErrorCode.INVALID_VALUE, f"{step.op!r} needs a value; null is one, too.")
    elif size_of(step.value) is None:
        spot.refuse(
            UserErrorCode.INVALID_VALUE,
            "This nests too deep, or holds half of a surrogate pair or a number over 64 bits.",
        )


def _size(spot: Spot, steps: Sequence[PatchOperation]) -> None:
    size = sum(size_of(step.value) or 0 for step in steps if step.value is not OMITTED)
    if size > PATCH_LIMIT_BYTES:
        spot.refuse(
            UserErrorCode.TOO_LONG,
            f"The values of a patch take at most {PATCH_LIMIT_BYTES} bytes of JSON.",
        )


def size_of(value: Any) -> int | None:
    """Bytes of a value as JSON; None if it cannot be JSON that others read."""
    try:
        return len(orjson.dumps(value))
    except orjson.JSONEncodeError:
        return None


patch: Check = every(listed(MAX_PATCH_OPERATIONS, _operation), _size)
