"""The time of operations, which drivers hand back to read what they wrote (`afterClusterTime`).

With one member every read sees every write that was acknowledged before it, so the times that this
store gave out are kept by doing nothing; they only have to grow.
"""

import time
from itertools import count
from typing import Any, Final

from bson import Timestamp

from infra.embedded.bson_types import encode_document

_FIELD: Final = "operationTime"


class OperationClock:
    """Gives each reply its `operationTime`."""

    def __init__(self) -> None:
        self._counter = count(1)

    def stamp(self, reply: dict[str, Any] | bytes) -> dict[str, Any] | bytes:
        """The same reply, a document or its bytes, with the time in it."""
        now = {_FIELD: Timestamp(int(time.time()), next(self._counter) & 0x7FFFFFFF)}
        if isinstance(reply, dict):
            return reply | now
        body = reply[4:-1] + encode_document(now)[4:]
        return (len(body) + 4).to_bytes(4, "little") + body
