"""Bytes to requests and back."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.embedded.bson_types import decode_document, encode_document
from infra.embedded.errors import StoreError
from infra.embedded.wire import (
    OP_MSG,
    OP_QUERY,
    Frame,
    WireError,
    encode_reply,
    parse_request,
)

PING = encode_document({"ping": 1, "$db": "admin"})


def message(sections: bytes, flags: int = 0, opcode: int = OP_MSG) -> Frame:
    content = struct.pack("<I", flags) + sections
    return Frame(struct.pack("<iiii", 16 + len(content), 7, 0, opcode), 7, opcode, content)


def sequence(name: bytes, *documents: bytes) -> bytes:
    body = name + b"\x00" + b"".join(documents)
    return b"\x01" + struct.pack("<i", 4 + len(body)) + body


def test_documents_beside_the_body_stay_bytes() -> None:
    words = [encode_document({"text": text}) for text in ("run", "walk")]
    frame = message(b"\x00" + PING + sequence(b"documents", *words))
    request = parse_request(frame)
    assert request.body == {"ping": 1, "$db": "admin"}
    assert request.sequences == {"documents": words}
    assert frame.is_awaited


def test_sections_may_come_in_any_order() -> None:
    frame = message(sequence(b"updates") + b"\x00" + PING, flags=2)
    assert parse_request(frame) == ({"ping": 1, "$db": "admin"}, {"updates": []})
    assert not frame.is_awaited


@pytest.mark.parametrize(("checksum", "fits"), [(0x0FB51B0B, True), (0x0FB51B0C, False)])
def test_a_checksum_is_verified(checksum: int, fits: bool) -> None:
    # The number was computed with the CRC-32C whose value for "123456789" is e3069283.
    content = struct.pack("<I", 1) + b"\x00" + PING
    header = struct.pack("<iiii", 20 + len(content), 7, 0, OP_MSG)
    frame = Frame(header, 7, OP_MSG, content + struct.pack("<I", checksum))
    if fits:
        assert parse_request(frame).body["ping"] == 1
    else:
        with pytest.raises(WireError, match="checksum"):
            parse_request(frame)


@pytest.mark.parametrize(
    "sections",
    [
        b"",
        b"\x00" + PING + b"\x00" + PING,
        b"\x02" + PING,
        b"\x00" + PING[:-3],
        b"\x01\xff\xff\xff\x7fdocuments\x00",
        b"\x01\x04\x00\x00\x00",
        b"\x00" + PING + sequence(b"a") + sequence(b"a"),
        b"\x00" + PING + sequence(b"\xff\xfe"),
    ],
)
def test_sections_that_do_not_fit_close_the_connection(sections: bytes) -> None:
    with pytest.raises(WireError):
        parse_request(message(sections))


def test_unknown_required_flags_close_the_connection() -> None:
    with pytest.raises(WireError, match="flags"):
        parse_request(message(b"\x00" + PING, flags=1 << 2))


@given(st.binary(max_size=300), st.sampled_from([OP_MSG, OP_QUERY, 2012]))
def test_any_bytes_are_a_request_or_refused(content: bytes, opcode: int) -> None:
    frame = Frame(struct.pack("<iiii", 16 + len(content), 1, 0, opcode), 1, opcode, content)
    with suppress(WireError, StoreError):
        parse_request(frame)


def test_a_reply_names_its_request() -> None:
    reply = encode_reply(message(b"\x00" + PING), {"ok": 1.0})
    length, _, answered, opcode = struct.unpack_from("<iiii", reply)
    assert (length, answered, opcode) == (len(reply), 7, OP_MSG)
    assert decode_document(reply[21:]) == {"ok": 1.0}
