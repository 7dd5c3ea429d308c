"""Conditions on metadata: a path into a JSON object of the client's own, and what stands there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from documents.database import Row
from resolvers.errors import LimitError, RequestError
from resolvers.limits import MAX_FILTER_VALUES, MAX_METADATA_DEPTH
from resolvers.reading.keyset import both
from resolvers.stored_json import leaf_problems, name_problems

# The store's comparisons stay within a type: a number is never beside a text.
RANGES = {"gt": "$gt", "gte": "$gte", "lt": "$lt", "lte": "$lte"}


@dataclass(frozen=True, slots=True)
class MetadataTest:
    """What is asked of one place; values are those of JSON, the names of ranges those of RANGES."""

    path: Sequence[str]
    exists: bool | None = None
    equal: Any = None
    among: Sequence[Any] | None = None
    contains: Any = None
    ranges: tuple[tuple[str, Any], ...] = ()


def metadata_condition(test: MetadataTest) -> Row:
    """The store's filter.

    Raises:
        LimitError: a path too long, or too many values.
        RequestError: a path or a value that metadata cannot have.
    """
    path = _stored_path(test.path)
    if test.among is not None and len(test.among) > MAX_FILTER_VALUES:
        raise LimitError(f"A condition takes at most {MAX_FILTER_VALUES} values.")
    told = [(name, _value(value)) for name, value in test.ranges if value is not None]
    return both(
        {} if test.exists is None else {path: {"$exists": test.exists}},
        {} if test.equal is None else _single(path, {"$eq": _value(test.equal)}),
        {} if test.among is None else _single(path, {"$in": [_value(each) for each in test.among]}),
        {} if test.contains is None else {path: {"$elemMatch": {"$eq": _value(test.contains)}}},
        _single(path, {RANGES[name]: value for name, value in told}) if told else {},
    )


def _single(path: str, comparison: Row) -> Row:
    # Without the second test the store would look into lists, too: that is what `contains` is for.
    return both({path: comparison}, {path: {"$not": {"$type": "array"}}})


def _stored_path(path: Sequence[str]) -> str:
    if not 0 < len(path) <= MAX_METADATA_DEPTH + 1:
        raise LimitError(f"A path into metadata has 1 to {MAX_METADATA_DEPTH + 1} names.")
    for name in path:
        for problem in name_problems(name):
            raise RequestError(problem)
    return ".".join(("metadata", *path))


def _value(value: Any) -> Any:
    if value is None or isinstance(value, dict | list):
        raise RequestError(
            "Metadata is compared with texts, numbers, true and false: name what stands inside an "
            "object by a longer path, and ask for what is missing by exists."
        )
    for problem in leaf_problems(value):
        raise RequestError(problem)
    return value
