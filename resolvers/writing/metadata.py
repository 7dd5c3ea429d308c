"""Metadata: a JSON object of the client's own, within what a document can hold."""

from collections.abc import Iterator
from typing import Any

import orjson

from resolvers.errors import UserErrorCode
from resolvers.limits import MAX_METADATA_DEPTH, METADATA_LIMIT_BYTES
from resolvers.stored_json import leaf_problems, name_problems
from resolvers.writing.checks import Spot


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
            yield from name_problems(name)
            yield from _problems(member, depth - 1)
    elif isinstance(value, list):
        for member in value:
            yield from _problems(member, depth - 1)
    else:
        yield from leaf_problems(value)
