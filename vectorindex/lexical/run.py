"""Texts that are indexed together and never changed: a segment in a file, or a bit of the tail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vectorindex.ids import Keys, SortedIds
from vectorindex.lexical.terms import Terms

Columns = Mapping[str, NDArray[Any]]
Rows = NDArray[np.uint32]
Impacts = NDArray[np.float32]

# Stands behind each field among the numbers of terms: no phrase goes across it.
FIELD_END: Final = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Postings:
    """Which rows hold each term, and how much it says there.

    Attributes:
        offsets: (terms + 1,) int64, where each term's part begins in the others.
        rows: (p,) uint32, ascending within a term.
        impacts: (p,) float32, above 0.
    """

    offsets: NDArray[np.int64]
    rows: Rows
    impacts: Impacts

    def of(self, first: int, end: int) -> tuple[Rows, Impacts]:
        """Those of the terms from `first` up to `end`, one term after the other."""
        part = slice(self.offsets[first], self.offsets[end])
        return self.rows[part], self.impacts[part]


@dataclass(frozen=True, slots=True)
class Run:
    """Rows in the order of insertion, with what searches need of them.

    Attributes:
        keys: (n, 2) uint64.
        ids: rows by id.
        columns: (n,) each.
        terms: of all rows.
        postings: of each term.
        tokens: (m,) uint32, the texts themselves as numbers of terms: each field's, then
            `FIELD_END`.
        token_offsets: (n + 1,) int64, where each row begins in `tokens`.
    """

    keys: Keys
    ids: SortedIds
    columns: Columns
    terms: Terms
    postings: Postings
    tokens: NDArray[np.uint32]
    token_offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.keys)

    def forms(self) -> list[bytes]:
        """The terms that are the first of a token, sorted; a few milliseconds per million."""
        stands = self.tokens[self.tokens != FIELD_END]
        numbers = np.flatnonzero(np.bincount(stands, minlength=len(self.terms)))
        terms = self.terms.to_list()
        return [terms[number] for number in numbers.tolist()]
