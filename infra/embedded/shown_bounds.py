"""Index bounds as MongoDB's `explain` shows them: per field, intervals of values in scan order.

    {"language": ['["en", "en"]'], "rank": ["(3.0, inf]"]}

A scan knows keys alone; they are read back here. Where a type has a next value (dates, ids), an
open end is shown as the closed one beside it, which is the same set.
"""

import json
import struct
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from bson import ObjectId

from infra.embedded.bson_types import (
    ORDER_ARRAY,
    ORDER_BINARY,
    ORDER_BOOL,
    ORDER_DATE,
    ORDER_NULL,
    ORDER_NUMBER,
    ORDER_OBJECT,
    ORDER_OBJECT_ID,
    ORDER_STRING,
)
from infra.embedded.keys import TAGS
from infra.embedded.ranges import EVERYTHING, KeyRange

_MOST_SHOWN: Final = 20
_SIGN: Final = 1 << 63
_NUMBER_KEY_BYTES: Final = 10


class _End(NamedTuple):
    """A value at the end of an interval, and whether the key is the first one behind it."""

    text: str
    behind: bool = False


def shown_bounds(
    paths: Sequence[str],
    directions: Sequence[int],
    parts: Sequence[Sequence[KeyRange]],
    *,
    backwards: bool,
) -> dict[str, list[str]]:
    """The intervals that a scan reads of each field of its index; the first few of many."""
    return {
        path: [
            _interval(item, turned=(direction < 0) != backwards)
            for item in (ranges or [EVERYTHING])[:_MOST_SHOWN]
        ]
        for path, direction, ranges in zip_longest(paths, directions, parts)
    }


def _interval(item: KeyRange, *, turned: bool) -> str:
    low, high = _end(item.low), _end(item.high)
    if item.point:
        high = low._replace(behind=True)
    opening, closing = "(" if low.behind else "[", "]" if high.behind else ")"
    if not turned:
        return f"{opening}{low.text}, {high.text}{closing}"
    return f"{'[' if high.behind else '('}{high.text}, {low.text}{')' if low.behind else ']'}"


def _end(key: bytes) -> _End:
    if len(key) == 1:
        return _TYPE_ENDS.get(key[0], _End(f"0x{key.hex()}"))
    show = _VALUES.get(key[0])
    return _End(f"0x{key.hex()}") if show is None else show(key[1:])


def _whole(body: bytes, size: int) -> bytes:
    # What lies behind a key that ends in the highest byte is shorter than the key.
    return body.ljust(size, b"\x00")


def _string(body: bytes) -> _End:
    behind = body.endswith(b"\x00\x01")
    text = body.removesuffix(b"\x00\x01").removesuffix(b"\x00\x00").replace(b"\x00\xff", b"\x00")
    return _End(json.dumps(text.decode(errors="replace"), ensure_ascii=False), behind)


def _number(body: bytes) -> _End:
    (bits,) = struct.unpack(">Q", _whole(body[:8], 8))
    raw = bits ^ _SIGN if bits & _SIGN else bits ^ (2**64 - 1)
    (value,) = struct.unpack(">d", struct.pack(">Q", raw)) if bits else (float("nan"),)
    return _End(str(value), body[-1:] == b"\x01" and len(body) == _NUMBER_KEY_BYTES - 1)


def _date(body: bytes) -> _End:
    return _End(f"new Date({int.from_bytes(_whole(body, 8), 'big') - _SIGN})")


_VALUES: Final[dict[int, Callable[[bytes], _End]]] = {
    TAGS[ORDER_STRING]: _string,
    TAGS[ORDER_NUMBER]: _number,
    TAGS[ORDER_OBJECT_ID]: lambda body: _End(f"ObjectId('{ObjectId(_whole(body, 12))}')"),
    TAGS[ORDER_BOOL]: lambda body: _End("true" if body == b"\x01" else "false"),
    TAGS[ORDER_DATE]: _date,
}


def _ends_of_types() -> dict[int, _End]:
    """How a type's values begin and end, by its byte and the one after that."""
    limits: dict[int, tuple[str, Any]] = {
        ORDER_NULL: ("null", "null"),
        ORDER_NUMBER: ("nan", "inf"),
        ORDER_STRING: ('""', None),
        ORDER_OBJECT: ("{}", None),
        ORDER_ARRAY: ("[]", None),
        ORDER_BINARY: ("BinData(0, )", None),
        ORDER_OBJECT_ID: ("ObjectId('" + "0" * 24 + "')", "ObjectId('" + "f" * 24 + "')"),
        ORDER_BOOL: ("false", "true"),
        ORDER_DATE: ("new Date(-9223372036854775808)", "new Date(9223372036854775807)"),
    }
    found = {0x00: _End("MinKey"), 0xFF: _End("MaxKey", behind=True)}
    kinds = sorted(limits, key=TAGS.__getitem__)
    for kind, following in zip_longest(kinds, kinds[1:]):
        first, last = limits[kind]
        found[TAGS[kind]] = _End(first)
        if last is not None:
            found[TAGS[kind] + 1] = _End(last, behind=True)
        elif following is not None:
            found[TAGS[kind] + 1] = _End(limits[following][0])
    return found


_TYPE_ENDS: Final = _ends_of_types()
