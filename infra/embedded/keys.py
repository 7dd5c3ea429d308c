"""Order-preserving keys: bytes that compare as MongoDB compares the values.

    encode_value(value)                 the key of one value
    encode_key([1, "a"], [1, -1])       the key of a compound entry; directions are 1 or -1
    key_after(key)                      above every key that begins with `key`

Laws (tests/infra/embedded/test_keys.py): `encode_value(a) < encode_value(b)` exactly when
`compare(a, b) < 0`, and the keys are equal exactly when the values are. No key of one value is a
proper prefix of another's, so keys can be joined, and a descending part is its bytes inverted.
What an index scan reads, as ranges of such keys, is in `ranges`.

Layout: one byte for the type (`TAGS`), then
    number      8 bytes of the greatest double that is not above it, 0 when it is that double,
                else 1 and its decimal digits: int64 and decimal128 between two doubles stay exact
    text        UTF-8, NUL written as 00 FF, ended by 00 00
    object      per field: type, name, 00, value; ended by 00
    array       per element: type, value; ended by 00
    binary      length (4), subtype (1), bytes
The layout is part of the file format: changing it means a new format version.
"""

import math
import struct
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from bson import Int64, ObjectId

from infra.embedded.bson_types import (
    MISSING,
    ORDER_ABSENT,
    ORDER_ARRAY,
    ORDER_BINARY,
    ORDER_BOOL,
    ORDER_CODE,
    ORDER_CODE_WITH_SCOPE,
    ORDER_DATE,
    ORDER_MAX_KEY,
    ORDER_MIN_KEY,
    ORDER_NULL,
    ORDER_NUMBER,
    ORDER_OBJECT,
    ORDER_OBJECT_ID,
    ORDER_REGEX,
    ORDER_STRING,
    ORDER_TIMESTAMP,
    Number,
    binary_parts,
    python_number,
    regex_flags,
    regex_pattern,
    type_order,
)

# Type bytes: above 00, which ends objects and arrays, and below FF, which ends all keys.
TAGS: Final[dict[int, int]] = {
    ORDER_MIN_KEY: 0x04, ORDER_ABSENT: 0x08, ORDER_NULL: 0x10, ORDER_NUMBER: 0x18,
    ORDER_STRING: 0x20, ORDER_OBJECT: 0x28, ORDER_ARRAY: 0x30, ORDER_BINARY: 0x38,
    ORDER_OBJECT_ID: 0x40, ORDER_BOOL: 0x48, ORDER_DATE: 0x50, ORDER_TIMESTAMP: 0x58,
    ORDER_REGEX: 0x60, ORDER_CODE: 0x68, ORDER_CODE_WITH_SCOPE: 0x70, ORDER_MAX_KEY: 0xF0,
}  # fmt: skip
_STRING_TAG: Final = bytes((TAGS[ORDER_STRING],))
_NUMBER_TAG: Final = bytes((TAGS[ORDER_NUMBER],))
_OBJECT_ID_TAG: Final = bytes((TAGS[ORDER_OBJECT_ID],))

_INVERT: Final = bytes(255 - byte for byte in range(256))
_EXACT_INT: Final = 2**53
_SIGN: Final = 1 << 63
_ALL_BITS: Final = (1 << 64) - 1
# Decimal128 exponents reach from -6176 to 6144; this keeps the written one positive.
_EXPONENT_BIAS: Final = 16384


def encode_key(values: Sequence[Any], directions: Sequence[int]) -> bytes:
    """Join the keys of the parts of a compound entry.

    Args:
        values: as many as there are directions, or fewer for the beginning of a key.
        directions: 1 or -1.
    """
    parts = [
        encode_value(value) if direction > 0 else invert(encode_value(value))
        for value, direction in zip(values, directions, strict=False)
    ]
    return b"".join(parts)


def encode_value(value: Any) -> bytes:
    """The key of one ascending value; a missing field has the key of null."""
    kind = type(value)
    if kind is str:
        return _STRING_TAG + _text(value)
    if kind is ObjectId:
        return _OBJECT_ID_TAG + bytes(value.binary)
    if kind is int or kind is float or kind is Int64:
        return _NUMBER_TAG + _number(value)
    order = type_order(None if value is MISSING else value)
    return bytes((TAGS[order],)) + _BODIES[order](value)


def invert(key: bytes) -> bytes:
    """The key of the same value in a descending part."""
    return key.translate(_INVERT)


def key_after(key: bytes) -> bytes:
    """The lowest bytes above every key that begins with `key`."""
    stripped = key.rstrip(b"\xff")
    return stripped[:-1] + bytes((stripped[-1] + 1,)) if stripped else b"\xff" * (len(key) + 1)


def encode_text_start(text: str) -> bytes:
    """What the keys of all strings that begin with `text` begin with."""
    return _STRING_TAG + _text(text)[:-2]


def _text(value: str) -> bytes:
    raw = value.encode()
    if b"\x00" in raw:
        raw = raw.replace(b"\x00", b"\x00\xff")
    return raw + b"\x00\x00"


def _number(value: Any) -> bytes:
    number = python_number(value)
    if isinstance(number, float):
        return _double(number) + b"\x00"
    if isinstance(number, int) and -_EXACT_INT <= number <= _EXACT_INT:
        return _double(float(number)) + b"\x00"
    below = _greatest_double_at_most(number)
    if below == number:
        return _double(below) + b"\x00"
    return _double(below) + b"\x01" + _digits(Decimal(number))


def _double(value: float) -> bytes:
    """Eight bytes in the order of the doubles; NaN is lowest, both zeros are one."""
    if math.isnan(value):
        return bytes(8)
    bits: int = struct.unpack(">Q", struct.pack(">d", value + 0.0))[0]
    return (bits ^ (_ALL_BITS if bits & _SIGN else _SIGN)).to_bytes(8, "big")


def _greatest_double_at_most(number: Number) -> float:
    nearest = float(number)
    return nearest if nearest <= number else math.nextafter(nearest, -math.inf)


def _digits(number: Decimal) -> bytes:
    """A number that is no double: exponent of its first digit, then its digits."""
    sign, digits, _ = number.as_tuple()
    exponent = struct.pack(">H", number.adjusted() + _EXPONENT_BIAS)
    # 1 is added to every digit: 00 ends them, and trailing zeros do not count.
    written = bytes(digit + 1 for digit in digits).rstrip(b"\x01") + b"\x00"
    return invert(exponent + written) if sign else exponent + written


def _object(value: dict[str, Any]) -> bytes:
    parts = bytearray()
    for name, part in value.items():
        key = encode_value(part)
        parts += key[:1] + name.encode() + b"\x00" + key[1:]
    return bytes(parts + b"\x00")


def _array(value: list[Any]) -> bytes:
    return b"".join(map(encode_value, value)) + b"\x00"


def _binary(value: bytes) -> bytes:
    size, subtype, raw = binary_parts(value)
    return struct.pack(">IB", size, subtype) + raw


def _nothing(_: object) -> bytes:
    return b""


_BODIES: Final[dict[int, Callable[[Any], bytes]]] = {
    ORDER_MIN_KEY: _nothing,
    ORDER_ABSENT: _nothing,
    ORDER_NULL: _nothing,
    ORDER_NUMBER: _number,
    ORDER_STRING: _text,
    ORDER_OBJECT: _object,
    ORDER_ARRAY: _array,
    ORDER_BINARY: _binary,
    ORDER_OBJECT_ID: lambda value: bytes(value.binary),
    ORDER_BOOL: lambda value: b"\x01" if value else b"\x00",
    ORDER_DATE: lambda value: struct.pack(">Q", int(value) + _SIGN),
    ORDER_TIMESTAMP: lambda value: struct.pack(">II", value.time, value.inc),
    ORDER_REGEX: lambda value: _text(regex_pattern(value)) + _text(regex_flags(value)),
    ORDER_CODE: _text,
    ORDER_CODE_WITH_SCOPE: lambda value: _text(str(value)) + _object(dict(value.scope)),
    ORDER_MAX_KEY: _nothing,
}
