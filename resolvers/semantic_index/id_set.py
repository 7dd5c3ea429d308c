"""A set of ids that is compared in no time, however large it is, and held against whole columns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray

from vectorindex.ids import Keys, SortedIds, sort_ids
from vectorindex.protocol import ID_BYTES

Ids = NDArray[np.bytes_]
Mask = NDArray[np.bool_]

ID_LENGTH = 12


@dataclass(frozen=True)
class IdSet:
    """Part of filters, whose masks are remembered by it.

    Attributes:
        ids: (n,) 12 bytes each, ascending, each once.
        digest: equal for equal sets.
    """

    ids: Ids = field(compare=False)
    digest: bytes

    @classmethod
    def of(cls, ids: Iterable[ObjectId]) -> "IdSet":
        """The set of some ids."""
        return cls.of_array(to_ids(ids))

    @classmethod
    def of_array(cls, ids: Ids) -> "IdSet":
        """The set of (n,) ids, in any order."""
        ids = np.unique(ids)
        return cls(ids, blake2b(ids.tobytes(), digest_size=16).digest())

    def __len__(self) -> int:
        return len(self.ids)

    def __and__(self, other: "IdSet") -> "IdSet":
        return IdSet.of_array(self.ids[other.holds(keys_of(self.ids))])

    def holds(self, keys: Keys) -> Mask:
        """(n,) which ids are in it; they may come more than once."""
        rows = self._sorted.find(keys, self._keys)
        return np.asarray(rows >= 0)

    @cached_property
    def _keys(self) -> Keys:
        return keys_of(self.ids)

    @cached_property
    def _sorted(self) -> SortedIds:
        return sort_ids(np.arange(len(self.ids)), self._keys)


def to_ids(ids: Iterable[ObjectId]) -> Ids:
    """(n,) ids as 12 bytes each."""
    # All have 12 bytes, so that zeros at the end, which NumPy leaves out, change no comparison.
    return np.array([each.binary for each in ids], dtype=f"S{ID_LENGTH}")


def to_object_ids(ids: Ids) -> list[ObjectId]:
    """The ids that `to_ids` was given."""
    return [ObjectId(each.ljust(ID_LENGTH, b"\0")) for each in ids.tolist()]


def ids_of(keys: Keys) -> Ids:
    """The ids that `keys_of` was given."""
    return keys.astype(">u8").view(f"S{ID_BYTES}").ravel().astype(f"S{ID_LENGTH}")


def keys_of(ids: Ids) -> Keys:
    """Ids as the numbers that an index has in the place of its own."""
    padded = ids.astype(f"S{ID_BYTES}")
    return np.frombuffer(padded.tobytes(), dtype=">u8").reshape(-1, 2).astype(np.uint64)
