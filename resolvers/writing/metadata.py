"""Metadata: a JSON object of the client's own, within what a document can hold."""

import math
from collections.abc import Iterator
from typing import Any

import orjson

from documents.text import UNSTORABLE
from resolvers.errors import UserErrorCode
from resolvers.limits import MAX_METADATA_DEPTH, METADATA_LIMIT_BYTES
from resolvers.writing.checks import Spot

INT64 = range(-(2**63), 2**63)


def metadata(spot: Spot, value: Any) -> None:
    """A JSON object of bounded size and depth, with names and values that the store can hold."""
    if not isinstance(value, dict):
        spot.refuse(UserErrorCode.INVALID_VALUE, "Expected a JSON object.")
        return
    problem = next(_problems(value, MAX_METADATA_DEPTH), None)
    if problem is not None:
        spot.refuse(UserErrorCode.INVALID_VALUE, problem)
    elif len(orjson.dumps(value)) > METADATA_LIMIT_BYTES:
        spot.refuse(
            UserErrorCode.TOO_LONG, f"At most {METADATA_LIMIT_BYTES} bytes of metadata fit."
        )


def _problems(value: object, depth: int) -> Iterator[str]:
    if depth < 0:
        yield f"Metadata nests more than {MAX_METADATA_DEPTH} levels deep."
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _name_problems(name)
            yield from _problems(member, depth - 1)
    elif isinstance(value, list):
        for member in value:
            yield from _problems(member, depth - 1)
    else:
        yield from _leaf_problems(value)


def _name_problems(name: str) -> Iterator[str]:
    # MongoDB takes them for an operator or for a path.
    if not name or name.startswith("$") or "." in name or UNSTORABLE.search(name):
        yield f"{name!a} cannot name a value: it is empty, starts with '$', or holds '.'."


def _leaf_problems(value: object) -> Iterator[str]:
    if isinstance(value, str) and UNSTORABLE.search(value):
        yield "A text in the metadata holds a control character or half of a surrogate pair."
    elif isinstance(value, float) and not math.isfinite(value):
        yield "A number in the metadata is not finite."
    elif isinstance(value, int) and value not in INT64:
        yield f"{value} in the metadata does not fit 64 bits."
