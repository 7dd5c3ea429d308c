"""What an index scan reads: half-open ranges of keys.

A filter on one path gives ranges of ascending value keys (`point`, `above`, `below`, `starting`);
`scan_ranges` joins those of the parts of a compound index, in their directions, into the ranges
of whole keys that the scan reads:

    by_text = [point("run"), point("walk")]
    by_rank = [above(3, inclusive=True)]
    scan_ranges([by_text, by_rank], directions=[1, -1, 1])      two ranges

Comparisons stay inside the bracket of their type, as in MongoDB: nothing but numbers is above 3.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from bson import MaxKey, MinKey

from infra.embedded.bson_types import ORDER_NUMBER, is_nan, type_order
from infra.embedded.keys import TAGS, encode_text_start, encode_value, invert, key_after


class KeyRange(NamedTuple):
    """Keys from `low` (inclusive) to `high` (exclusive).

    `point` marks the range of one single value, which the next part of a key may follow.
    """

    low: bytes
    high: bytes
    point: bool = False


EVERYTHING: Final = KeyRange(b"\x00", b"\xff")


def point(value: Any) -> KeyRange:
    """The keys that equal one value; null stands for a missing field too."""
    key = encode_value(value)
    return KeyRange(key, key_after(key), point=True)


def above(value: Any, *, inclusive: bool) -> KeyRange:
    """The keys of values greater than `value`, in its type bracket."""
    if isinstance(value, MinKey | MaxKey):
        return _beyond_all(value, least=MinKey, inclusive=inclusive)
    key = encode_value(value)
    low = key if inclusive else key_after(key)
    # NaN is equal to itself and not comparable otherwise.
    high = key_after(key) if is_nan(value) else _bracket(value).high
    return KeyRange(low, high)


def below(value: Any, *, inclusive: bool) -> KeyRange:
    """The keys of values less than `value`, in its type bracket."""
    if isinstance(value, MinKey | MaxKey):
        return _beyond_all(value, least=MaxKey, inclusive=inclusive)
    key = encode_value(value)
    low = key if is_nan(value) else _bracket(value).low
    return KeyRange(low, key_after(key) if inclusive else key)


def starting(text: str) -> KeyRange:
    """The keys of the strings that begin with `text`."""
    low = encode_text_start(text)
    return KeyRange(low, key_after(low))


def of_type(value: Any) -> KeyRange:
    """The keys of all values of the type of `value`, NaN among the numbers."""
    tag = TAGS[type_order(value)]
    return KeyRange(bytes((tag,)), bytes((tag + 1,)))


def union(ranges: Iterable[KeyRange]) -> list[KeyRange]:
    """The same keys as ranges that ascend and do not overlap."""
    merged: list[KeyRange] = []
    for item in sorted(ranges):
        if item.low >= item.high:
            continue
        if merged and item.low < merged[-1].high:
            last = merged.pop()
            item = last if item.high <= last.high else KeyRange(last.low, item.high)  # noqa: PLW2901  # the merged range takes its place
        merged.append(item)
    return merged


def intersection(left: Sequence[KeyRange], right: Sequence[KeyRange]) -> list[KeyRange]:
    """The keys that are in both; each side ascends and does not overlap."""
    common: list[KeyRange] = []
    i = j = 0
    while i < len(left) and j < len(right):
        one, other = left[i], right[j]
        low, high = max(one.low, other.low), min(one.high, other.high)
        if low < high:
            common.append(KeyRange(low, high, one.point or other.point))
        if one.high <= other.high:
            i += 1
        else:
            j += 1
    return common


def scan_ranges(parts: Sequence[Sequence[KeyRange]], directions: Sequence[int]) -> list[KeyRange]:
    """The ranges of whole keys that have each part inside one of its ranges.

    Args:
        parts: for the leading parts of the index; all but the last must be points.
        directions: of all the parts of the index.

    Returns:
        Ascending ranges; as many as there are combinations.
    """
    found = [KeyRange(b"", b"\xff", point=True)]
    for ranges, direction in zip(parts, directions, strict=False):
        turned = [item if direction > 0 else _descending(item) for item in ranges]
        found = [
            KeyRange(start.low + item.low, start.low + item.high, item.point)
            for start in found
            for item in turned
        ]
    return sorted(found)


def _descending(item: KeyRange) -> KeyRange:
    if item.point:
        low = invert(item.low)
        return KeyRange(low, key_after(low), point=True)
    return KeyRange(key_after(invert(item.high)), key_after(invert(item.low)))


def _bracket(value: Any) -> KeyRange:
    if type_order(value) == ORDER_NUMBER:
        return KeyRange(encode_value(-math.inf), of_type(value).high)
    return of_type(value)


def _beyond_all(value: MinKey | MaxKey, *, least: type, inclusive: bool) -> KeyRange:
    """Ranges that start at MinKey or end at MaxKey take in every type."""
    key = encode_value(value)
    if not isinstance(value, least):
        return KeyRange(key, key_after(key) if inclusive else key)
    if inclusive:
        return EVERYTHING
    return KeyRange(key_after(key), b"\xff") if least is MinKey else KeyRange(b"\x00", key)
