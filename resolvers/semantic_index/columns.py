"""What a search filters by and returns: a library's passages as columns.

A passage is a stored text that is found by its meaning: a definition, which belongs to a word, or a
chunk, which belongs to a document.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]

_FIRST_CAPACITY = 1024


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


@dataclass(slots=True)
class Labels:
    """Small integers for the few values of a column."""

    codes: dict[str, int] = field(default_factory=dict)

    def code(self, label: str) -> int:
        """The label's integer, new labels included."""
        return self.codes.setdefault(label, len(self.codes))

    def known(self, labels: Iterable[str]) -> list[int]:
        """Integers of the labels that occur at all."""
        return [self.codes[label] for label in labels if label in self.codes]


class PassageColumns:
    """Growing columns, one row a passage; a removed row stays dead until the next load.

    Ids are kept as their 12 bytes: objects would be looked at by each garbage collection, and a
    few hundred thousand of them stop the event loop for that long.
    """

    def __init__(self) -> None:
        self.ids: list[bytes] = []
        self.owner_ids: list[bytes] = []
        self._row_of: dict[bytes, int] = {}
        self.part_of_speech_labels = Labels()
        self.language_labels = Labels()
        self._text = np.zeros(_FIRST_CAPACITY, np.int64)
        self._part_of_speech = np.zeros(_FIRST_CAPACITY, np.int16)
        self._language = np.zeros(_FIRST_CAPACITY, np.int16)
        self._alive = np.zeros(_FIRST_CAPACITY, np.bool_)

    def __len__(self) -> int:
        return len(self.ids)

    def put(self, passage: PassageRow, text: int) -> int:
        """Add a passage, or put it in the place of its former self; returns its row.

        Args:
            passage: what is stored now.
            text: the number of its text.
        """
        self.remove(passage.id)
        row = len(self.ids)
        self._grow(row)
        self.ids.append(passage.id.binary)
        self.owner_ids.append(passage.owner_id.binary)
        self._row_of[passage.id.binary] = row
        self._text[row] = text
        self._part_of_speech[row] = self.part_of_speech_labels.code(passage.part_of_speech)
        self._language[row] = self.language_labels.code(passage.language)
        self._alive[row] = True
        return row

    def remove(self, passage_id: ObjectId) -> None:
        """Forget a passage; an unknown one is ignored."""
        row = self._row_of.pop(passage_id.binary, None)
        if row is not None:
            self._alive[row] = False

    def matching(self, search_filter: SearchFilter) -> Mask:
        """(n,) which living rows pass the filter."""
        used = len(self.ids)
        mask: Mask = self._alive[:used].copy()
        for column, labels, allowed in (
            (self._part_of_speech, self.part_of_speech_labels, search_filter.part_of_speech),
            (self._language, self.language_labels, search_filter.languages),
        ):
            if allowed is not None:
                mask &= np.isin(column[:used], labels.known(allowed))
        if search_filter.owners is not None:
            owners = {owner.binary for owner in search_filter.owners}
            mask &= np.fromiter((each in owners for each in self.owner_ids), np.bool_, used)
        return mask

    def texts_of(self, mask: Mask, text_count: int) -> Mask:
        """(t,) which texts at least one of the masked rows has."""
        texts = np.zeros(text_count, np.bool_)
        texts[self._text[: len(self.ids)][mask]] = True
        return texts

    def _grow(self, row: int) -> None:
        if row < len(self._alive):
            return
        for name in ("_text", "_part_of_speech", "_language", "_alive"):
            column = getattr(self, name)
            setattr(self, name, np.concatenate([column, np.zeros_like(column)]))
