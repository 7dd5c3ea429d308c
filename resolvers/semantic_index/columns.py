"""What a search filters by and returns: the columns that an index keeps beside the vectors.

A passage is a stored text that is found by its meaning: a definition, which belongs to a word, or a
chunk, which belongs to a document.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray

from resolvers.semantic_index.id_set import ID_LENGTH, Ids, IdSet, Mask, keys_of, to_ids
from vectorindex.protocol import ID_BYTES

Columns = Mapping[str, NDArray[Any]]

# Among columns: the keys of the rows themselves.
PASSAGE: Final = "passage"
# Part of the files: another set of columns is another index.
COLUMNS: Final = {"owner": f"S{ID_LENGTH}", "part_of_speech": "<i8", "language": "<i8"}


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
    owners: IdSet | None = None
    passages: IdSet | None = None

    @property
    def name(self) -> Hashable:
        """Equal for equal filters, and small however many ids they allow."""
        sets = (self.owners, self.passages)
        digests = tuple(None if each is None else each.digest for each in sets)
        return (self.part_of_speech, self.languages, digests)


EVERYTHING: Final = SearchFilter()


def to_key(passage_id: ObjectId) -> bytes:
    """A passage's id as that of its vector."""
    return passage_id.binary.ljust(ID_BYTES, b"\0")


def from_keys(keys: Sequence[bytes]) -> Ids:
    """(n,) the passages that `to_key` was given."""
    return np.array(keys, dtype=f"S{ID_BYTES}").astype(f"S{ID_LENGTH}")


def to_columns(passages: Sequence[PassageRow]) -> dict[str, NDArray[Any]]:
    """(n,) of each column."""
    return {
        "owner": to_ids(passage.owner_id for passage in passages),
        "part_of_speech": _numbers([passage.part_of_speech for passage in passages]),
        "language": _numbers([passage.language for passage in passages]),
    }


def matching(columns: Columns, search_filter: SearchFilter) -> Mask:
    """(n,) which rows pass a filter."""
    mask: Mask = np.ones(len(columns["owner"]), dtype=np.bool_)
    for name, allowed in allowed_labels(search_filter).items():
        mask &= np.isin(columns[name], allowed)
    if search_filter.owners is not None:
        mask &= search_filter.owners.holds(keys_of(columns["owner"]))
    if search_filter.passages is not None:
        mask &= search_filter.passages.holds(columns[PASSAGE])
    return mask


def allowed_labels(search_filter: SearchFilter) -> dict[str, NDArray[np.int64]]:
    """By column of labels those that pass, as numbers; without columns in which all do."""
    allowed: dict[str, NDArray[np.int64]] = {}
    if search_filter.part_of_speech is not None:
        allowed["part_of_speech"] = _numbers(sorted(search_filter.part_of_speech))
    if search_filter.languages is not None:
        allowed["language"] = _numbers(sorted(search_filter.languages))
    return allowed


def _numbers(labels: Sequence[str]) -> NDArray[np.int64]:
    """Labels as numbers that are the same in every process and stay so."""
    number_of = {label: to_number(label) for label in set(labels)}
    return np.array([number_of[label] for label in labels], dtype="<i8")


def to_number(label: str) -> int:
    """One label as a number."""
    digest = blake2b(label.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
