"""What a search filters by and returns: the columns that an index keeps beside the vectors.

A passage is a stored text that is found by its meaning: a definition, which belongs to a word, or a
chunk, which belongs to a document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray

from vectorindex.protocol import ID_BYTES

Mask = NDArray[np.bool_]
Columns = Mapping[str, NDArray[Any]]

# Part of the files: another set of columns is another index.
COLUMNS: Final = {
    "owner_high": "<u8",
    "owner_low": "<u4",
    "part_of_speech": "<u8",
    "language": "<u8",
}
# The two parts of an owner's id, whose bytes count from the highest.
_OWNER: Final = np.dtype([("high", ">u8"), ("low", ">u4")])
_ID_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class PassageRow:
    """The part of a stored passage that search needs; labels are stored values, "" for none."""

    id: ObjectId
    owner_id: ObjectId
    text_hash: bytes
    part_of_speech: str
    language: str


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Which passages may answer; None allows every value, an empty set none."""

    part_of_speech: frozenset[str] | None = None
    languages: frozenset[str] | None = None
    owners: frozenset[ObjectId] | None = None


EVERYTHING: Final = SearchFilter()


def to_key(passage_id: ObjectId) -> bytes:
    """A passage's id as that of its vector."""
    return passage_id.binary.ljust(ID_BYTES, b"\0")


def from_key(key: bytes) -> ObjectId:
    """The passage that `to_key` was given."""
    return ObjectId(key[:_ID_LENGTH])


def to_columns(passages: Sequence[PassageRow]) -> dict[str, NDArray[Any]]:
    """(n,) of each column."""
    owners = _owners([passage.owner_id for passage in passages])
    return {
        "owner_high": owners["high"].astype("<u8"),
        "owner_low": owners["low"].astype("<u4"),
        "part_of_speech": _numbers([passage.part_of_speech for passage in passages]),
        "language": _numbers([passage.language for passage in passages]),
    }


def to_owner_ids(high: NDArray[np.uint64], low: NDArray[np.uint32]) -> list[ObjectId]:
    """The owners that `to_columns` was given."""
    owners = np.empty(len(high), dtype=_OWNER)
    owners["high"], owners["low"] = high, low
    data = owners.tobytes()
    return [ObjectId(data[at : at + _ID_LENGTH]) for at in range(0, len(data), _ID_LENGTH)]


def matching(columns: Columns, search_filter: SearchFilter) -> Mask:
    """(n,) which rows pass a filter."""
    mask: Mask = np.ones(len(columns["language"]), dtype=np.bool_)
    for name, allowed in (
        ("part_of_speech", search_filter.part_of_speech),
        ("language", search_filter.languages),
    ):
        if allowed is not None:
            mask &= np.isin(columns[name], _numbers(sorted(allowed)))
    if search_filter.owners is not None:
        mask &= _owned(columns, search_filter.owners)
    return mask


def _owned(columns: Columns, owner_ids: frozenset[ObjectId]) -> Mask:
    owners = _owners(sorted(owner_ids))
    mask: Mask = np.isin(columns["owner_high"], owners["high"])
    mask &= np.isin(columns["owner_low"], owners["low"])
    # Both halves may be allowed, of two different owners.
    rows = np.flatnonzero(mask)
    found = to_owner_ids(columns["owner_high"][rows], columns["owner_low"][rows])
    mask[rows] = np.fromiter((each in owner_ids for each in found), np.bool_, len(rows))
    return mask


def _owners(ids: Sequence[ObjectId]) -> NDArray[Any]:
    return np.frombuffer(b"".join(each.binary for each in ids), dtype=_OWNER)


def _numbers(labels: Sequence[str]) -> NDArray[np.uint64]:
    """Labels as numbers that are the same in every process and stay so."""
    number_of = {label: _number(label) for label in set(labels)}
    return np.array([number_of[label] for label in labels], dtype="<u8")


def _number(label: str) -> int:
    return int.from_bytes(blake2b(label.encode(), digest_size=8).digest(), "little")
