"""The times in replies: drivers hand them back to read what they wrote.

`operationTime` comes back as `afterClusterTime`, `$clusterTime` with every command. With one
member every read sees every write that was acknowledged before it, so the times that this store
gave out are kept by doing nothing; they only have to grow.
"""

import struct
import time
from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from bson import Int64, Timestamp
from bson.binary import Binary

from infra.embedded.bson_types import encode_document

# Eight bytes that stand for a time.
PLACEHOLDER: Final = b"the time"
_PLACED: Final = Timestamp(*struct.unpack("<II", PLACEHOLDER)[::-1])
# Signed as by a cluster without keys.
CLUSTER_TIME: Final = {
    "$clusterTime": {
        "clusterTime": _PLACED,
        "signature": {"hash": Binary(bytes(20)), "keyId": Int64(0)},
    }
}
# The fields as BSON bytes, cut where the time goes.
_BEFORE, _BETWEEN, _BEHIND = encode_document({"operationTime": _PLACED, **CLUSTER_TIME})[
    4:-1
].split(PLACEHOLDER)


class OperationClock:
    """Gives each reply its `operationTime` and `$clusterTime`."""

    def __init__(self) -> None:
        self._counter = count(1)

    def stamp(self, reply: Mapping[str, Any] | bytes) -> bytes:
        """The bytes of a reply with the time in it.

        Raises:
            StoreError: the reply is no BSON (2).
        """
        body = reply if isinstance(reply, bytes) else encode_document(reply)
        now = struct.pack("<II", next(self._counter) & 0x7FFFFFFF, int(time.time()))
        content = b"".join((body[4:-1], _BEFORE, now, _BETWEEN, now, _BEHIND, b"\0"))
        return (len(content) + 4).to_bytes(4, "little") + content
