"""Cursors: results that a client fetches in batches.

A cursor outside a transaction reads one snapshot to its end. It holds a connection for that, which
it gives back when it is exhausted, killed, idle for ten minutes, or its client has gone.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from secrets import randbits
from typing import Final

from infra.embedded.bson_types import Document, encode_document
from infra.embedded.errors import cursor_not_found
from infra.embedded.execution import Deadline
from infra.embedded.wire import MAX_DOCUMENT_BYTES

DEFAULT_BATCH: Final = 101
IDLE_SECONDS: Final = 600.0
_ARRAY_PREFIXES: Final = tuple(b"\x03" + str(place).encode() + b"\x00" for place in range(1000))


@dataclass(slots=True)
class Cursor:
    """What is left of a result.

    Attributes:
        documents: BSON bytes, read as they are asked for.
        resources: closes the snapshot.
        client: who may go, taking the cursor along.
        time_left_seconds: of `maxTimeMS`, used up while a batch is made.
        transaction: number of the transaction it belongs to, with its session.
    """

    namespace: str
    documents: Iterator[bytes]
    resources: ExitStack
    client: object
    session: bytes | None
    transaction: int | None
    deadline: Deadline
    time_left_seconds: float | None
    id: int = field(default_factory=lambda: randbits(62) + 1)
    used_at: float = field(default_factory=time.monotonic)
    pending: bytes | None = None
    guard: threading.Lock = field(default_factory=threading.Lock)

    def next_batch(self, size: int) -> tuple[list[bytes], bool]:
        """Fetch up to `size` documents, or 16 MiB; 0 is no limit in number.

        Returns:
            The documents, and whether there are more.
        """
        batch: list[bytes] = []
        room = MAX_DOCUMENT_BYTES
        while True:
            raw = self.pending if self.pending is not None else next(self.documents, None)
            self.pending = raw
            if raw is None:
                return batch, False
            if (size and len(batch) == size) or (batch and len(raw) > room):
                return batch, True
            batch.append(raw)
            room -= len(raw)
            self.pending = None

    def start_clock(self) -> None:
        """Let the time of `maxTimeMS` run while a batch is made."""
        if self.time_left_seconds is not None:
            self.deadline.at = time.monotonic() + self.time_left_seconds

    def stop_clock(self) -> None:
        """Stop it between batches."""
        self.used_at = time.monotonic()
        if self.deadline.at is not None:
            self.time_left_seconds = self.deadline.at - self.used_at

    def close(self) -> None:
        """Give the snapshot back."""
        self.documents = iter(())
        self.resources.close()


class Cursors:
    """The open cursors of all clients."""

    def __init__(self) -> None:
        self._cursors: dict[int, Cursor] = {}
        self._guard = threading.Lock()

    def add(self, cursor: Cursor) -> None:
        """Keep a cursor that has more to give."""
        with self._guard:
            self._cursors[cursor.id] = cursor

    def get(self, cursor_id: int) -> Cursor:
        """The cursor of that number.

        Raises:
            StoreError: there is none (43).
        """
        cursor = self._cursors.get(cursor_id)
        if cursor is None:
            raise cursor_not_found(f"cursor id {cursor_id} not found")
        return cursor

    def kill(self, cursor_id: int) -> bool:
        """Close a cursor; false when there is none."""
        with self._guard:
            cursor = self._cursors.pop(cursor_id, None)
        if cursor is None:
            return False
        with cursor.guard:
            cursor.close()
        return True

    def discard(self, cursor_id: int) -> None:
        """Forget a cursor that its user closes."""
        with self._guard:
            self._cursors.pop(cursor_id, None)

    def kill_where(self, condition: Callable[[Cursor], bool]) -> None:
        """Close every cursor that meets a condition."""
        with self._guard:
            found = [cursor.id for cursor in self._cursors.values() if condition(cursor)]
        for cursor_id in found:
            self.kill(cursor_id)

    def expire(self) -> None:
        """Close the cursors that nobody has used for ten minutes."""
        oldest = time.monotonic() - IDLE_SECONDS
        self.kill_where(lambda cursor: cursor.used_at < oldest and not cursor.guard.locked())

    def count(self) -> int:
        """How many are open."""
        return len(self._cursors)


def batch_reply(name: str, namespace: str, cursor_id: int, batch: Iterable[bytes]) -> bytes:
    """The reply of `find`, `aggregate` or `getMore`, put together from the bytes of documents.

    Args:
        name: `firstBatch` or `nextBatch`.
        namespace: database and collection.
        cursor_id: 0 when the result is exhausted.
        batch: BSON documents.
    """
    parts: list[bytes] = []
    for place, raw in enumerate(batch):
        parts.append(_ARRAY_PREFIXES[place] if place < 1000 else _array_prefix(place))
        parts.append(raw)
    array = _framed(b"".join(parts))
    space = namespace.encode() + b"\x00"
    cursor = (
        b"\x04" + name.encode() + b"\x00" + array
        + b"\x12id\x00" + cursor_id.to_bytes(8, "little")
        + b"\x02ns\x00" + len(space).to_bytes(4, "little") + space
    )  # fmt: skip
    return _framed(b"\x03cursor\x00" + _framed(cursor) + _OK)


def _framed(fields: bytes) -> bytes:
    """A BSON document out of its fields."""
    return (len(fields) + 5).to_bytes(4, "little") + fields + b"\x00"


def _array_prefix(place: int) -> bytes:
    return b"\x03" + str(place).encode() + b"\x00"


_OK: Final = encode_document({"ok": 1.0})[4:-1]


def encoded(documents: Iterable[Document]) -> Iterator[bytes]:
    """BSON bytes of documents, one by one."""
    return map(encode_document, documents)
