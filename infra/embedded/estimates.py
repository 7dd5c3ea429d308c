"""Which of several scans touches least: entries are counted, up to limits.

Small scans are told apart exactly. Among large ones the scan that saves the sort comes first: a
page of it is read and no more. What is then still equal is counted further, which costs less than
reading the documents of the smallest.
"""

from collections.abc import Sequence
from typing import Final

from infra.embedded.candidates import WHOLE_INDEX, Candidate, Scan
from infra.embedded.indexes import Index
from infra.embedded.opening import Connection
from infra.embedded.ranges import KeyRange

# From here on a scan is large.
LARGE: Final = 1_000
_FURTHER: Final = (4_000, 16_000, 64_000, 256_000)
_COUNTED_RANGES: Final = 20


def best(connection: Connection, candidates: Sequence[Candidate]) -> Candidate:
    """The candidate that is likely to touch least."""
    if len(candidates) == 1:
        return candidates[0]
    sizes = _sizes(connection, candidates, LARGE)
    if min(sizes) < LARGE:
        return _least(candidates, sizes)
    sorting = [one for one in candidates if one.direction is not None] or candidates
    for limit in _FURTHER:
        sizes = _sizes(connection, sorting, limit)
        if min(sizes) < limit:
            break
    return _least(sorting, sizes)


def _sizes(connection: Connection, candidates: Sequence[Candidate], limit: int) -> list[int]:
    """The number of entries of each, up to a limit and hardly beyond the smallest so far."""
    sizes: list[int] = []
    for one in candidates if len(candidates) > 1 else ():
        sizes.append(estimate(connection, one.scan, min([limit, *(size + 1 for size in sizes)])))
    return sizes or [0]


def _least(candidates: Sequence[Candidate], sizes: list[int]) -> Candidate:
    def rank(pair: tuple[Candidate, int]) -> tuple[int, bool, bool, int]:
        one, size = pair
        return size, one.direction is None, not one.exact, -one.narrowed

    return min(zip(candidates, sizes, strict=True), key=rank)[0]


def estimate(connection: Connection, scan: Scan, limit: int) -> int:
    """Count the entries in the ranges of a scan, up to a limit; beyond it for a whole index."""
    if scan.ranges is WHOLE_INDEX:
        return limit + 1
    total = 0
    for item in scan.ranges[:_COUNTED_RANGES]:
        total += _count_up_to(connection, scan.index, item, limit - total)
        if total >= limit:
            break
    # Ranges that were not looked at are taken to be like those that were.
    looked_at = max(1, min(len(scan.ranges), _COUNTED_RANGES))
    return min(limit, total * len(scan.ranges) // looked_at)


def _count_up_to(connection: Connection, index: Index, item: KeyRange, limit: int) -> int:
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM entries WHERE index_id = ? AND key >= ? AND key < ? "
        "LIMIT ?)",
        (index.id, item.low, item.high, limit),
    )
    return int(row.fetchone()[0])
