import struct
from typing import Any

import pytest
from bson import Decimal128, Int64, Regex
from bson.binary import Binary
from bson.code import Code
from bson_strategies import DOCUMENTS, VALUES
from hypothesis import given, settings

from infra.embedded.bson_types import (
    MAX_DEPTH,
    MISSING,
    compare,
    decode_document,
    decode_exact,
    encode_document,
    truthy,
    type_name,
)
from infra.embedded.errors import StoreError


@settings(max_examples=300)
@given(DOCUMENTS)
def test_documents_come_back_byte_for_byte(document: dict[str, Any]) -> None:
    raw = encode_document(document)
    assert encode_document(decode_exact(raw)) == raw


@settings(max_examples=200)
@given(VALUES, VALUES, VALUES)
def test_the_order_of_values_is_transitive(one: Any, other: Any, third: Any) -> None:
    low, middle, high = sorted_values = sorted_by_compare([one, other, third])
    assert compare(low, middle) <= 0
    assert compare(middle, high) <= 0
    assert compare(low, high) <= 0
    assert len(sorted_values) == 3


def sorted_by_compare(values: list[Any]) -> list[Any]:
    ordered: list[Any] = []
    for value in values:
        place = sum(1 for other in ordered if compare(other, value) <= 0)
        ordered.insert(place, value)
    return ordered


def element(kind: int, body: bytes) -> bytes:
    rest = bytes([kind]) + b"a\0" + body + b"\0"
    return struct.pack("<i", len(rest) + 4) + rest


@pytest.mark.parametrize(
    "raw",
    [
        element(0x06, b""),
        element(0x0E, struct.pack("<i", 2) + b"x\0"),
        element(0x0C, struct.pack("<i", 2) + b"x\0" + bytes(12)),
        element(0x0B, b"x\0si\0"),
        element(0x08, b"\x01")[:-1] + b"\x08a\0\x00\0",
    ],
    ids=["undefined", "symbol", "DBPointer", "unsorted options", "wrong length"],
)
def test_bytes_that_python_cannot_hold_exactly_are_refused(raw: bytes) -> None:
    with pytest.raises(StoreError):
        decode_exact(raw)


def test_a_repeated_field_is_refused() -> None:
    rest = b"\x0aa\0\x0aa\0\0"
    with pytest.raises(StoreError):
        decode_exact(struct.pack("<i", len(rest) + 4) + rest)


@pytest.mark.parametrize("raw", [b"", b"\x05", b"\x05\0\0\0\1", element(0x02, b"\xff\0\0\0x")])
def test_damaged_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(StoreError) as caught:
        decode_document(raw)
    assert caught.value.code == 22


def test_nesting_is_bounded() -> None:
    def nested(levels: int) -> bytes:
        value: Any = 1
        for _ in range(levels):
            value = [value]
        return encode_document({"a": value})

    assert decode_document(nested(MAX_DEPTH - 1))
    with pytest.raises(StoreError) as caught:
        decode_document(nested(MAX_DEPTH))
    assert caught.value.code == 15


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (1, "int"),
        (2**31, "long"),
        (Int64(1), "long"),
        (1.0, "double"),
        (True, "bool"),
        (Decimal128("1"), "decimal"),
        (b"x", "binData"),
        (Binary(b"vector", 9), "binData"),
        (Regex("x"), "regex"),
        (Code("x"), "javascript"),
        (Code("x", {}), "javascriptWithScope"),
        (MISSING, "missing"),
    ],
)
def test_type_names_are_those_of_mongodb(value: Any, name: str) -> None:
    assert type_name(value) == name


def test_zero_null_false_and_missing_are_not_true() -> None:
    assert not any(map(truthy, [0, 0.0, Decimal128("0"), Int64(0), None, False, MISSING]))
    assert all(map(truthy, [1, "", [], {}, float("nan"), True]))
