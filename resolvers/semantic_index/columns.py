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

Ids = NDArray[np.bytes_]
Mask = NDArray[np.bool_]
Columns = Mapping[str, NDArray[Any]]

_ID_LENGTH: Final = 12
# Part of the files: another set of columns is another index.
COLUMNS: Final = {"owner": f"S{_ID_LENGTH}", "part_of_speech": "<i8", "language": "<i8"}


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


def to_passage_keys(passages: Ids) -> list[bytes]:
    """`to_key` of many."""
    # NumPy leaves zeros at the end out.
    return [each.ljust(ID_BYTES, b"\0") for each in passages.tolist()]


def from_keys(keys: Sequence[bytes]) -> Ids:
    """(n,) the passages that `to_key` was given."""
    return np.array(keys, dtype=f"S{ID_BYTES}").astype(f"S{_ID_LENGTH}")


def to_columns(passages: Sequence[PassageRow]) -> dict[str, NDArray[Any]]:
    """(n,) of each column."""
    return {
        "owner": to_ids([passage.owner_id for passage in passages]),
        "part_of_speech": _numbers([passage.part_of_speech for passage in passages]),
        "language": _numbers([passage.language for passage in passages]),
    }


def to_ids(ids: Sequence[ObjectId]) -> Ids:
    """(n,) ids as 12 bytes each."""
    # All have 12 bytes, so that zeros at the end, which NumPy leaves out, change no comparison.
    return np.array([each.binary for each in ids], dtype=f"S{_ID_LENGTH}")


def to_object_ids(ids: Ids) -> list[ObjectId]:
    """The ids that `to_ids` was given."""
    return [ObjectId(each.ljust(_ID_LENGTH, b"\0")) for each in ids.tolist()]


def matching(columns: Columns, search_filter: SearchFilter) -> Mask:
    """(n,) which rows pass a filter."""
    mask: Mask = np.ones(len(columns["owner"]), dtype=np.bool_)
    for name, allowed in allowed_values(search_filter).items():
        mask &= np.isin(columns[name], allowed)
    return mask


def allowed_values(search_filter: SearchFilter) -> dict[str, NDArray[Any]]:
    """By column the values that pass; without columns in which all do."""
    allowed: dict[str, NDArray[Any]] = {}
    if search_filter.part_of_speech is not None:
        allowed["part_of_speech"] = _numbers(sorted(search_filter.part_of_speech))
    if search_filter.languages is not None:
        allowed["language"] = _numbers(sorted(search_filter.languages))
    if search_filter.owners is not None:
        allowed["owner"] = to_ids(sorted(search_filter.owners))
    return allowed


def _numbers(labels: Sequence[str]) -> NDArray[np.int64]:
    """Labels as numbers that are the same in every process and stay so."""
    number_of = {label: to_number(label) for label in set(labels)}
    return np.array([number_of[label] for label in labels], dtype="<i8")


def to_number(label: str) -> int:
    """One label as a number."""
    digest = blake2b(label.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
