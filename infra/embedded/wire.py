"""MongoDB's wire protocol: bytes to requests, replies to bytes.

Spoken are OP_MSG and, because drivers open every connection with it, OP_QUERY for `hello`.
OP_COMPRESSED is never negotiated and so never arrives from an honest client. A message whose frame
cannot be trusted raises `WireError`, after which the connection is closed; a message whose frame is
sound but whose content is not raises `StoreError`, which is answered.

Source: MongoDB manual, "MongoDB Wire Protocol"; specification "OP_MSG".
"""

import struct
from collections.abc import Mapping
from itertools import count
from typing import Any, BinaryIO, Final, NamedTuple

from infra.embedded.bson_types import Document, decode_document, encode_document
from infra.embedded.errors import bad_value, overflow

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
# Commands may exceed the size of a document by what surrounds it, as in the server.
MAX_COMMAND_BYTES: Final = MAX_DOCUMENT_BYTES + 16 * 1024
MAX_MESSAGE_BYTES: Final = 48_000_000
MAX_BATCH_SIZE: Final = 100_000

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013

_HEADER: Final = struct.Struct("<iiii")
_INT32: Final = struct.Struct("<i")
_UINT32: Final = struct.Struct("<I")
_REPLY_HEADER: Final = struct.Struct("<iiiiIB")
_LEGACY_REPLY_HEADER: Final = struct.Struct("<iiiiiqii")

_CHECKSUM_PRESENT: Final = 1 << 0
_MORE_TO_COME: Final = 1 << 1
_REQUIRED_BITS: Final = 0xFFFF
_SMALLEST_DOCUMENT: Final = 5

_request_ids: Final = count(1)


class WireError(Exception):
    """Bytes that are not the protocol; the connection cannot go on."""


class Frame(NamedTuple):
    """One message off the wire, its content not yet looked at.

    Attributes:
        request_id: the client's number, named again in the reply.
        opcode: OP_QUERY is answered with OP_REPLY.
    """

    header: bytes
    request_id: int
    opcode: int
    content: bytes

    @property
    def is_awaited(self) -> bool:
        """Whether a reply is wanted; not for unacknowledged writes."""
        return self.opcode == OP_QUERY or not self.content[0] & _MORE_TO_COME


class Request(NamedTuple):
    """One command from a client.

    Attributes:
        body: the command; its first field is the command's name.
        sequences: raw BSON documents that travelled beside the body, by argument name.
    """

    body: Document
    sequences: Mapping[str, list[bytes]]


def read_frame(stream: BinaryIO) -> Frame | None:
    """Read the next message; None when the client has gone.

    Raises:
        WireError: a length that no message can have.
    """
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    length, request_id, _, opcode = _HEADER.unpack(header)
    if not _HEADER.size < length <= MAX_MESSAGE_BYTES:
        raise WireError(f"message length {length} is out of bounds")
    content = stream.read(length - _HEADER.size)
    if len(content) < length - _HEADER.size:
        return None
    return Frame(header, request_id, opcode, content)


def parse_request(frame: Frame) -> Request:
    """Turn a message into a command.

    Raises:
        WireError: an opcode, flag or section that the protocol does not have.
        StoreError: a document in it is not BSON (22) or too large (15).
    """
    if frame.opcode == OP_MSG:
        return _parse_message(frame)
    if frame.opcode == OP_QUERY:
        return _parse_query(frame)
    raise WireError(f"opcode {frame.opcode} is not supported")


def _parse_message(frame: Frame) -> Request:
    content = frame.content
    (flags,) = _unpack(_UINT32, content, 0)
    if flags & _REQUIRED_BITS & ~(_CHECKSUM_PRESENT | _MORE_TO_COME):
        raise WireError(f"unknown flags {flags:#x}")
    end = len(content)
    if flags & _CHECKSUM_PRESENT:
        end -= _UINT32.size
        _verify_checksum(frame, end)
    body: Document | None = None
    sequences: dict[str, list[bytes]] = {}
    position = _UINT32.size
    while position < end:
        kind = content[position]
        position += 1
        if kind == 0 and body is None:
            raw = _document_at(content, position, end)
            body = _decode_body(raw)
            position += len(raw)
        elif kind == 1:
            position = _read_sequence(content, position, end, sequences)
        else:
            raise WireError(f"unexpected section of kind {kind}")
    if body is None:
        raise WireError("a message without a body")
    return Request(body, sequences)


def _decode_body(raw: bytes) -> Document:
    if len(raw) > MAX_COMMAND_BYTES:
        raise overflow(f"command of {len(raw)} bytes is larger than {MAX_COMMAND_BYTES}")
    body = decode_document(raw)
    if not body:
        raise bad_value("the command document is empty")
    return body


def _read_sequence(content: bytes, start: int, end: int, sequences: dict[str, list[bytes]]) -> int:
    """Read one document sequence into `sequences`; returns the position behind it."""
    (size,) = _unpack(_INT32, content, start)
    stop = start + size
    terminator = content.find(b"\x00", start + _INT32.size, end)
    if not start + _INT32.size < stop <= end or not 0 <= terminator < stop:
        raise WireError("a document sequence that runs past its message")
    try:
        name = content[start + _INT32.size : terminator].decode()
    except UnicodeDecodeError as error:
        raise WireError("the name of a document sequence is not UTF-8") from error
    if name in sequences:
        raise WireError("a document sequence that is sent twice")
    documents = sequences[name] = []
    position = terminator + 1
    while position < stop:
        raw = _document_at(content, position, stop)
        documents.append(raw)
        position += len(raw)
    return stop


def _document_at(content: bytes, position: int, end: int) -> bytes:
    (size,) = _unpack(_INT32, content, position)
    if size < _SMALLEST_DOCUMENT or position + size > end:
        raise WireError("a document that runs past its section")
    return content[position : position + size]


def _unpack(form: struct.Struct, content: bytes, position: int) -> tuple[int]:
    try:
        return form.unpack_from(content, position)
    except struct.error as error:
        raise WireError("a message that ends too early") from error


def _parse_query(frame: Frame) -> Request:
    content = frame.content
    terminator = content.find(b"\x00", _INT32.size)
    start = terminator + 1 + 2 * _INT32.size
    if terminator < 0 or not content[:terminator].endswith(b".$cmd"):
        raise WireError("OP_QUERY is understood for hello alone")
    body = _decode_body(_document_at(content, start, len(content)))
    database = content[_INT32.size : terminator - len(b".$cmd")].decode(errors="replace")
    body.setdefault("$db", database)
    return Request(body, {})


def encode_reply(frame: Frame, reply: Mapping[str, Any] | bytes) -> bytes:
    """The message that answers another one; `reply` is a document or its BSON bytes."""
    body = reply if isinstance(reply, bytes) else encode_document(reply)
    number = next(_request_ids) & 0x7FFFFFFF
    if frame.opcode == OP_QUERY:
        size = _LEGACY_REPLY_HEADER.size + len(body)
        return (
            _LEGACY_REPLY_HEADER.pack(size, number, frame.request_id, OP_REPLY, 8, 0, 0, 1) + body
        )
    size = _REPLY_HEADER.size + len(body)
    return _REPLY_HEADER.pack(size, number, frame.request_id, OP_MSG, 0, 0) + body


def _verify_checksum(frame: Frame, end: int) -> None:
    """Compare the CRC-32C at the end of a message, which covers header and content."""
    (expected,) = _unpack(_UINT32, frame.content, end)
    if _crc32c(frame.header + frame.content[:end]) != expected:
        raise WireError("the checksum does not fit the message")


def _crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value = _CRC_TABLE[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ 0xFFFFFFFF


def _crc_table() -> tuple[int, ...]:
    """The reflected CRC-32C (Castagnoli) of every byte."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)  # noqa: PLW2901  # shifted out
        table.append(value)
    return tuple(table)


_CRC_TABLE: Final = _crc_table()
