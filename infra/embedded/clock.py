"""The times in replies: drivers hand them back to read what they wrote.

`operationTime` comes back as `afterClusterTime`, `$clusterTime` with every command. With one
member every read sees every write that was acknowledged before it, so the times that this store
gave out are kept by doing nothing; they only have to grow.
"""

import time
from itertools import count
from typing import Any, Final

from bson import Int64, Timestamp
from bson.binary import Binary

from infra.embedded.bson_types import encode_document

# What a cluster without keys signs with.
_UNSIGNED: Final = {"hash": Binary(bytes(20)), "keyId": Int64(0)}


class OperationClock:
    """Gives each reply its `operationTime` and `$clusterTime`."""

    def __init__(self) -> None:
        self._counter = count(1)

    def stamp(self, reply: dict[str, Any] | bytes) -> dict[str, Any] | bytes:
        """The same reply, a document or its bytes, with the time in it."""
        time_now = Timestamp(int(time.time()), next(self._counter) & 0x7FFFFFFF)
        now = {
            "operationTime": time_now,
            "$clusterTime": {"clusterTime": time_now, "signature": _UNSIGNED},
        }
        if isinstance(reply, dict):
            return reply | now
        body = reply[4:-1] + encode_document(now)[4:]
        return (len(body) + 4).to_bytes(4, "little") + body
