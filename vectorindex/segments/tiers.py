"""Which segments are merged: a row is written again at most once per tier."""

import math
from collections.abc import Sequence

from vectorindex.segments.manifest import SegmentEntry

# A tail of so many rows becomes a segment.
SEAL_ROWS = 12_288
# So many segments of one tier become one of the next.
SEGMENTS_PER_TIER = 4
# A segment is written anew when so large a share of it is dead.
DEAD_SHARE = 1 / 3


def choose_merge(segments: Sequence[SegmentEntry]) -> list[SegmentEntry]:
    """The segments to merge next, in their order; empty when all is well.

    Tier t holds segments of `SEAL_ROWS` times 4^t to 4^(t+1) living rows, so an index of n rows has
    at most four segments per tier, and writes each row at most log4(n / SEAL_ROWS) + 1 times.
    """
    tiers: dict[int, list[SegmentEntry]] = {}
    for entry in segments:
        tiers.setdefault(_tier(entry.live_rows), []).append(entry)
    for _, members in sorted(tiers.items()):
        if len(members) >= SEGMENTS_PER_TIER:
            return members
    return [entry for entry in segments if entry.rows - entry.live_rows > DEAD_SHARE * entry.rows][
        :1
    ]


def _tier(rows: int) -> int:
    return max(0, math.floor(math.log(max(rows, 1) / SEAL_ROWS, SEGMENTS_PER_TIER)))
