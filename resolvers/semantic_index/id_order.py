"""Ids in order and in tables, compared as numbers: NumPy takes ten times as long over bytes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resolvers.semantic_index.id_set import Ids, keys_of
from vectorindex.ids import Keys, SortedIds, sort_ids

Order = NDArray[np.intp]


def columns_of(ids: Ids) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Two (n,) columns that order as the ids do, the more significant last, as `lexsort` wants."""
    keys = keys_of(ids)
    return keys[:, 1], keys[:, 0]


def best_first(scores: NDArray[np.float32], ids: Ids) -> Order:
    """(n,) rows by score, the highest first; equal scores are ordered by id."""
    return np.lexsort((*columns_of(ids), -scores))


def first_of_each(ids: Ids) -> Order:
    """(m,) the first row of each distinct id, in the order of the ids."""
    low, high = columns_of(ids)
    order = np.lexsort((low, high))
    low, high = low[order], high[order]
    is_first = np.ones(len(ids), dtype=np.bool_)
    is_first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    return order[is_first]


@dataclass(frozen=True, slots=True)
class IdRows:
    """The rows of ids in a table.

    Attributes:
        keys: (n, 2) of the ids, each once.
        sorted: the rows by them.
    """

    keys: Keys
    sorted: SortedIds

    @classmethod
    def of(cls, ids: Ids) -> "IdRows":
        """Of (n,) ids, each once."""
        keys = keys_of(ids)
        return cls(keys, sort_ids(np.arange(len(keys)), keys))

    def find(self, ids: Ids) -> NDArray[np.int64]:
        """(len(ids),) their rows; -1 for those that are not there."""
        return self.sorted.find(keys_of(ids), self.keys)
