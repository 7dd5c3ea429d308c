"""Cursors: where a page ended, signed: only those made here for the same list are taken."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

import bson

from resolvers.errors import CursorError

SIGNATURE_BYTES = 16


def encode_cursor(key: bytes, identity: bytes, position: list[Any]) -> str:
    """Make a cursor.

    Args:
        key: the server's secret; the same in all its processes.
        identity: names the list: what it holds, its order and its filter.
        position: the values that the list is ordered by, as stored.
    """
    payload = bson.encode({"p": position})
    return urlsafe_b64encode(_sign(key, identity, payload) + payload).rstrip(b"=").decode()


def decode_cursor(key: bytes, identity: bytes, cursor: str) -> list[Any]:
    """Read a cursor back.

    Raises:
        CursorError: it was altered, or was made for another list, order or filter.
    """
    try:
        data = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        data = b""
    signature, payload = data[:SIGNATURE_BYTES], data[SIGNATURE_BYTES:]
    # Base64 has several spellings of some bytes; only the one made here is taken.
    spelled_as_made = urlsafe_b64encode(data).rstrip(b"=").decode() == cursor
    if not spelled_as_made or not hmac.compare_digest(signature, _sign(key, identity, payload)):
        raise CursorError(
            "This cursor was not made for this list: use a cursor of the same field with the same "
            "filter and order."
        )
    position: list[Any] = bson.decode(payload)["p"]
    return position


def _sign(key: bytes, identity: bytes, payload: bytes) -> bytes:
    message = len(identity).to_bytes(4) + identity + payload
    return hmac.new(key, message, sha256).digest()[:SIGNATURE_BYTES]
