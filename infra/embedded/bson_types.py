"""BSON values in Python: how they are read and written, what type they have, how they compare.

Documents inside the store are plain `dict`s, read with `decode_document` and written with
`encode_document`; every type goes through both byte for byte:

    int32 → int · int64 → Int64 · double → float · datetime → DatetimeMS · binary → bytes (subtype
    0) or Binary · decimal → Decimal128 · {"$ref": …} → dict, never DBRef

The three types that MongoDB has deprecated (undefined, symbol, DBPointer) have no Python value;
`decode_exact` refuses documents that hold them, as it refuses any bytes that would change on the
way through Python (a field that is named twice, options of a regular expression out of order).

`compare` is MongoDB's order over all values; `equal` is the same relation, faster for equality.
Two sentinels stand for what is no BSON value: `MISSING` (no such field) and `UNDEFINED` (the index
key of an empty array). `compare` puts them below null; only `keys` and `paths` meet them there.

Source: MongoDB manual, "Comparison/Sort Order"; the server's `canonicalizeBSONType`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import bson
from bson import CodecOptions, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.binary import Binary, UuidRepresentation
from bson.code import Code
from bson.codec_options import DatetimeConversion
from bson.datetime_ms import DatetimeMS
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument

from infra.embedded.errors import bad_value, invalid_bson, overflow

Document = dict[str, Any]
Number = int | float | Decimal


class Absent(Enum):
    """What is no BSON value, yet has a place in comparisons."""

    MISSING = "missing"
    UNDEFINED = "undefined"


MISSING: Final = Absent.MISSING
UNDEFINED: Final = Absent.UNDEFINED

CODEC: Final[CodecOptions[Document]] = CodecOptions(
    document_class=dict,
    uuid_representation=UuidRepresentation.UNSPECIFIED,
    datetime_conversion=DatetimeConversion.DATETIME_MS,
)
_RAW_CODEC: Final = CodecOptions(
    document_class=RawBSONDocument,
    uuid_representation=UuidRepresentation.UNSPECIFIED,
    datetime_conversion=DatetimeConversion.DATETIME_MS,
)
MAX_DEPTH: Final = 200
# Its type, the end of its name, its length, its end.
_BYTES_OF_LEVEL: Final = 7
_DBREF_MARK: Final = b"\x02$ref\x00"


def decode_document(raw: bytes) -> Document:
    """Read BSON bytes.

    Raises:
        StoreError: the bytes are not one BSON document (22 InvalidBSON), or one that is nested
            deeper than `MAX_DEPTH` (15 Overflow).
    """
    try:
        document = _decode(raw)
    except (BSONError, RecursionError) as error:
        raise invalid_bson(f"invalid BSON: {error}") from error
    # Every level has so many bytes at least, and begins with one of these two.
    if (
        len(raw) > _BYTES_OF_LEVEL * MAX_DEPTH
        and raw.count(b"\x03") + raw.count(b"\x04") > MAX_DEPTH
    ):
        _refuse_deep(document)
    return document


def _decode(raw: bytes) -> Document:
    # The codec would turn {"$ref": …} into a DBRef, which forgets the order of its fields.
    if _DBREF_MARK in raw:
        document: Document = _plain(RawBSONDocument(raw, _RAW_CODEC))
        return document
    return bson.decode(raw, CODEC)


def _refuse_deep(document: Document) -> None:
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        holders = [item.values() if isinstance(item, dict) else item for item in level]
        level = [part for parts in holders for part in parts if isinstance(part, dict | list)]
        if not level:
            return
    raise overflow(f"BSONObj exceeds maximum nested object depth: {MAX_DEPTH}")


def decode_exact(raw: bytes) -> Document:
    """Read BSON bytes that must come back unchanged from `encode_document`.

    Costs one encoding more than `decode_document`; made for documents at the door.

    Raises:
        StoreError: not BSON (22), or BSON that Python cannot hold exactly (2 BadValue).
    """
    document = decode_document(raw)
    if encode_document(document) != raw:
        raise bad_value(
            "documents with deprecated BSON types (undefined, symbol, DBPointer), with a repeated "
            "field name or with unsorted regular expression options are not supported"
        )
    return document


def encode_document(document: Mapping[str, Any]) -> bytes:
    """Write BSON bytes, the fields in the order of the mapping.

    Raises:
        StoreError: a number beyond 64 bits, or a field name with a NUL byte (2 BadValue).
    """
    try:
        return bson.encode(document, codec_options=CODEC)
    except (BSONError, OverflowError, RecursionError) as error:
        raise bad_value(f"the document cannot be stored: {error}") from error


def _plain(value: Any) -> Any:
    """Turn raw documents into dicts, at any depth."""
    if isinstance(value, RawBSONDocument):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, Code) and value.scope is not None:
        return Code(str(value), _plain(value.scope))
    return value


# Order of the types among each other, as the server numbers them.
ORDER_MIN_KEY, ORDER_MAX_KEY = -1, 127
ORDER_ABSENT, ORDER_NULL, ORDER_NUMBER, ORDER_STRING, ORDER_OBJECT, ORDER_ARRAY = (
    0,
    5,
    10,
    15,
    20,
    25,
)
ORDER_BINARY, ORDER_OBJECT_ID, ORDER_BOOL, ORDER_DATE, ORDER_TIMESTAMP = 30, 35, 40, 45, 47
ORDER_REGEX, ORDER_CODE, ORDER_CODE_WITH_SCOPE = 50, 60, 65

_ORDERS: Final[dict[type, int]] = {
    MinKey: ORDER_MIN_KEY,
    Absent: ORDER_ABSENT,
    type(None): ORDER_NULL,
    int: ORDER_NUMBER,
    Int64: ORDER_NUMBER,
    float: ORDER_NUMBER,
    Decimal128: ORDER_NUMBER,
    str: ORDER_STRING,
    dict: ORDER_OBJECT,
    list: ORDER_ARRAY,
    bytes: ORDER_BINARY,
    Binary: ORDER_BINARY,
    ObjectId: ORDER_OBJECT_ID,
    bool: ORDER_BOOL,
    DatetimeMS: ORDER_DATE,
    Timestamp: ORDER_TIMESTAMP,
    Regex: ORDER_REGEX,
    MaxKey: ORDER_MAX_KEY,
}

# Names as `$type` knows them: alias → the number of the BSON type.
TYPE_NUMBERS: Final[dict[str, int]] = {
    "double": 1, "string": 2, "object": 3, "array": 4, "binData": 5, "undefined": 6, "objectId": 7,
    "bool": 8, "date": 9, "null": 10, "regex": 11, "dbPointer": 12, "javascript": 13, "symbol": 14,
    "javascriptWithScope": 15, "int": 16, "timestamp": 17, "long": 18, "decimal": 19,
    "minKey": -1, "maxKey": 127,
}  # fmt: skip
NUMBER_TYPES: Final = frozenset({"double", "int", "long", "decimal"})
_TYPE_NAMES: Final[dict[type, str]] = {
    float: "double", str: "string", dict: "object", list: "array", bytes: "binData",
    Binary: "binData", ObjectId: "objectId", bool: "bool", DatetimeMS: "date", type(None): "null",
    Regex: "regex", Int64: "long", Timestamp: "timestamp", Decimal128: "decimal", MinKey: "minKey",
    MaxKey: "maxKey",
}  # fmt: skip
_INT32: Final = range(-(2**31), 2**31)


def type_name(value: object) -> str:
    """The alias of a value's BSON type; `missing` for an absent one.

    A Python int beyond 32 bits is written as int64, so it is a `long` already.
    """
    kind = type(value)
    if kind is int:
        return "int" if value in _INT32 else "long"
    if kind is Code:
        return "javascript" if value.scope is None else "javascriptWithScope"  # type: ignore[attr-defined]  # a Code
    return "missing" if kind is Absent else _TYPE_NAMES[kind]


def type_order(value: object) -> int:
    """The place of a value's type in the order of types."""
    order = _ORDERS.get(type(value))
    if order is None:
        return ORDER_CODE if getattr(value, "scope", None) is None else ORDER_CODE_WITH_SCOPE
    return order


def is_number(value: object) -> bool:
    """Whether a value is an int32, int64, double or decimal; a bool is not."""
    return _ORDERS.get(type(value)) == ORDER_NUMBER


def is_null(value: object) -> bool:
    """Whether a value is what null stands for in filters and expressions: null or absent."""
    return value is None or type(value) is Absent


def truthy(value: Any) -> bool:
    """Whether MongoDB takes a value for true: not false, zero, null or missing."""
    if value is True or value is False:
        return bool(value)
    return not is_null(value) and not (is_number(value) and python_number(value) == 0)


def is_nan(value: object) -> bool:
    """Whether a value is a double or decimal NaN."""
    if type(value) is Decimal128:
        return value.to_decimal().is_nan()
    return type(value) is float and math.isnan(value)


def python_number(value: Any) -> Number:
    """A number whose Python comparisons are exact; every NaN becomes the float one."""
    if type(value) is not Decimal128:
        return value  # type: ignore[no-any-return]  # an int or a float by the caller's promise
    number = value.to_decimal()
    return math.nan if number.is_nan() else number


def regex_flags(value: Regex[Any]) -> str:
    """The options of a regular expression as BSON writes them, in alphabetical order."""
    bits = ((2, "i"), (4, "l"), (8, "m"), (16, "s"), (32, "u"), (64, "x"))
    return "".join(letter for bit, letter in bits if value.flags & bit)


def regex_pattern(value: Regex[Any]) -> str:
    """The pattern of a regular expression as text."""
    pattern = value.pattern
    return pattern.decode() if isinstance(pattern, bytes) else str(pattern)


def binary_parts(value: bytes) -> tuple[int, int, bytes]:
    """Length, subtype and bytes: what binary values are compared by, in this order."""
    return len(value), value.subtype if isinstance(value, Binary) else 0, bytes(value)


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same to MongoDB: 1 equals 1.0, fields keep their order."""
    kind = type(left)
    if kind is type(right) and kind in _PLAINLY_EQUAL:
        return bool(left == right)
    return compare(left, right) == 0


_PLAINLY_EQUAL: Final = frozenset({str, int, Int64, bool, ObjectId, type(None), DatetimeMS, bytes})


def compare(left: Any, right: Any) -> int:
    """Order two values as MongoDB sorts them: negative, zero or positive."""
    order, other = type_order(left), type_order(right)
    if order != other:
        return -1 if order < other else 1
    if order == ORDER_NUMBER:
        return _compare_numbers(left, right)
    if order == ORDER_OBJECT:
        return _compare_fields(list(left.items()), list(right.items()))
    if order == ORDER_ARRAY:
        return _compare_fields([("", part) for part in left], [("", part) for part in right])
    key = _SCALAR_KEYS.get(order, _itself)
    return _compare_scalars(key(left), key(right))


def _compare_scalars(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _compare_numbers(left: Any, right: Any) -> int:
    first, second = python_number(left), python_number(right)
    if first != first or second != second:
        # NaN is below every number and equal to itself.
        return int(first == first) - int(second == second)
    return _compare_scalars(first, second)


def _compare_fields(left: Sequence[tuple[str, Any]], right: Sequence[tuple[str, Any]]) -> int:
    """Field by field: type first, then name, then value; what ends first is less."""
    for (name, value), (other_name, other) in zip(left, right, strict=False):
        difference = (
            _compare_scalars(type_order(value), type_order(other))
            or _compare_scalars(name, other_name)
            or compare(value, other)
        )
        if difference:
            return difference
    return len(left) - len(right)


def _itself(value: Any) -> Any:
    return value


def _place(_: object) -> int:
    return 0


class _ScopeKey:
    """A document that Python can order, for the scope of JavaScript code."""

    __hash__ = None  # type: ignore[assignment]  # compared only

    def __init__(self, scope: Document) -> None:
        self._scope = scope

    def __lt__(self, other: "_ScopeKey") -> bool:
        return compare(self._scope, other._scope) < 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ScopeKey) and compare(self._scope, other._scope) == 0


# Something that Python orders as MongoDB orders values of the type; other types order themselves.
_SCALAR_KEYS: Final[dict[int, Callable[[Any], Any]]] = {
    ORDER_MIN_KEY: _place,
    ORDER_ABSENT: lambda value: value is MISSING,
    ORDER_NULL: _place,
    ORDER_BINARY: binary_parts,
    ORDER_DATE: int,
    ORDER_TIMESTAMP: lambda value: (value.time, value.inc),
    ORDER_REGEX: lambda value: (regex_pattern(value), regex_flags(value)),
    ORDER_CODE: str,
    ORDER_CODE_WITH_SCOPE: lambda value: (str(value), _ScopeKey(dict(value.scope))),
    ORDER_MAX_KEY: _place,
}
