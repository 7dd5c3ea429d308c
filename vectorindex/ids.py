"""The row of an id, found in sorted arrays: 12 bytes an id, where a dict of bytes takes 150."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vectorindex.protocol import ID_BYTES, Rows

Keys = NDArray[np.uint64]
"""(n, 2) uint64: the two halves of an id, so that numbers order as the bytes do."""

# Ids that wait in a dict before they are sorted in: at least so many, or this share of the table.
FEWEST_RECENT = 16_384
RECENT_SHARE = 4
# Odd multipliers that spread ids which differ in few bits.
_MIX_HIGH = np.uint64(0x9E3779B97F4A7C15)
_MIX_LOW = np.uint64(0xC2B2AE3D27D4EB4F)


class SortedIds(NamedTuple):
    """Rows ordered by the hash of their id.

    Attributes:
        hashes: (n,) uint64, ascending.
        rows: (n,) uint32.
    """

    hashes: NDArray[np.uint64]
    rows: NDArray[np.uint32]

    def find(self, keys: Keys, all_keys: Keys) -> Rows:
        """Find the rows of `keys` among `all_keys`; -1 where there is none."""
        found = np.full(len(keys), -1, dtype=np.int64)
        if not len(self.rows):
            return found
        hashes = hash_keys(keys)
        position = np.searchsorted(self.hashes, hashes)
        open_ = np.arange(len(keys))
        # Different ids with one hash are neighbours: look on until the hash changes.
        while open_.size:
            at = position[open_]
            within = at < len(self.hashes)
            open_, at = open_[within], at[within]
            same_hash = self.hashes[at] == hashes[open_]
            open_, at = open_[same_hash], at[same_hash]
            rows = self.rows[at]
            equal = (all_keys[rows] == keys[open_]).all(axis=1)
            found[open_[equal]] = rows[equal]
            open_ = open_[~equal]
            position[open_] += 1
        return found


class IdTable:
    """Which row an id was last given, while rows are appended."""

    def __init__(self) -> None:
        self._sorted = SortedIds(np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint32))
        self._recent: dict[bytes, int] = {}

    def put(self, ids: Sequence[bytes], first: int, all_keys: Keys) -> None:
        """Give `ids` the rows from `first` on; `all_keys` holds theirs already."""
        self._recent.update(zip(ids, range(first, first + len(ids)), strict=True))
        if len(self._recent) > max(FEWEST_RECENT, len(self._sorted.rows) // RECENT_SHARE):
            rows = np.fromiter(self._recent.values(), np.int64, len(self._recent))
            # An id that came back leaves its old row behind, where it is found no more.
            former = self._sorted.find(all_keys[rows], all_keys)
            kept = np.isin(self._sorted.rows, former, invert=True)
            self.reset(np.concatenate([self._sorted.rows[kept], rows]), all_keys)

    def reset(self, rows: Rows, all_keys: Keys) -> None:
        """Know the ids of `rows` and no others."""
        self._sorted = sort_ids(rows, all_keys)
        self._recent = {}

    def find(self, ids: Sequence[bytes], all_keys: Keys) -> Rows:
        """Find the rows of ids; -1 where an id was never given one."""
        found = self._sorted.find(to_keys(ids), all_keys)
        if self._recent:
            for position, key in enumerate(ids):
                found[position] = self._recent.get(key, found[position])
        return found


def sort_ids(rows: Rows, all_keys: Keys) -> SortedIds:
    """Order rows by the hash of their id."""
    hashes = hash_keys(all_keys[rows])
    order = np.argsort(hashes, kind="stable")
    return SortedIds(hashes[order], rows[order].astype(np.uint32))


def hash_keys(keys: Keys) -> NDArray[np.uint64]:
    """(n,) uint64; part of the file format."""
    mixed: NDArray[np.uint64] = keys[:, 0] * _MIX_HIGH
    mixed ^= mixed >> np.uint64(29)
    mixed += keys[:, 1]
    mixed *= _MIX_LOW
    return mixed ^ (mixed >> np.uint64(32))


def to_keys(ids: Sequence[bytes]) -> Keys:
    """Ids as (n, 2) numbers in the same order."""
    return np.frombuffer(b"".join(ids), dtype=">u8").reshape(-1, 2).astype(np.uint64)


def to_ids(keys: Keys) -> list[bytes]:
    """The ids that `to_keys` was given."""
    data = keys.astype(">u8").tobytes()
    return [data[start : start + ID_BYTES] for start in range(0, len(data), ID_BYTES)]
