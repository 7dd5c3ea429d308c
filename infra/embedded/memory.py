"""What stages that must see everything may hold, as MongoDB limits it: 100 MiB a stage.

Documents are held as BSON, a tenth of what they take as Python objects.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Final

from infra.embedded.bson_types import Document, encode_document
from infra.embedded.errors import query_memory_exceeded

LIMIT_BYTES: Final = 100 * 1024 * 1024
# What the bookkeeping of one value takes, roughly.
OVERHEAD_BYTES: Final = 64
_SPARE_ROWS: Final = 1_000

# What it is sorted by, its BSON, and the record it is from.
SortRow = tuple[bytes, bytes, int]


class Budget:
    """Counts the bytes that one stage holds."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._held = 0

    def take(self, size: int) -> None:
        """Hold so many bytes more, or less where the number is negative.

        Raises:
            StoreError: they are too many (292).
        """
        self._held += size
        if self._held > LIMIT_BYTES:
            raise query_memory_exceeded(self._stage, LIMIT_BYTES)


def size_bytes(value: Any) -> int:
    """About what a value takes."""
    if isinstance(value, dict | list):
        return OVERHEAD_BYTES + len(encode_document({"": value}))
    return OVERHEAD_BYTES + (len(value) if isinstance(value, str | bytes) else 0)


def packed(documents: Iterable[Document], budget: Budget) -> list[bytes]:
    """Hold documents as BSON.

    Raises:
        StoreError: they are too large together (292).
    """
    held: list[bytes] = []
    for document in documents:
        raw = encode_document(document)
        budget.take(OVERHEAD_BYTES + len(raw))
        held.append(raw)
    return held


def sort_rows(rows: Iterable[SortRow], limit: int) -> list[SortRow]:
    """Sort rows; equal keys keep their order.

    Args:
        rows: of any number.
        limit: how many of the first to keep; 0 keeps all.

    Raises:
        StoreError: what is kept is too large (292).
    """
    kept: list[SortRow] = []
    held, last = 0, None
    for row in rows:
        if last is not None and row[0] >= last:
            continue
        kept.append(row)
        held += _size(row)
        is_full = held > LIMIT_BYTES
        if limit and len(kept) > limit and (is_full or len(kept) >= 2 * limit + _SPARE_ROWS):
            kept.sort(key=itemgetter(0))
            del kept[limit:]
            held, last = sum(map(_size, kept)), kept[-1][0]
        if held > LIMIT_BYTES:
            raise query_memory_exceeded("Sort", LIMIT_BYTES)
    kept.sort(key=itemgetter(0))
    return kept[:limit] if limit else kept


def _size(row: SortRow) -> int:
    return OVERHEAD_BYTES + len(row[0]) + len(row[1])
