"""What restrictions ask of all words of a library: headwords, lengths and frequency bands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray

from documents.database import Row
from documents.vocabulary import FrequencyBand
from resolvers.restrictions.pattern import lines_like
from resolvers.semantic_index.id_set import Ids, IdSet, Mask, keys_of, to_ids

# What is read of a word.
WORD_COLUMNS: Final[Row] = {"normalized": 1, "frequency_band": 1}
BANDS: Final[Mapping[str, int]] = {band: number for number, band in enumerate(FrequencyBand)}
UNKNOWN: Final = len(BANDS)
# Headwords that are compared with a pattern before other threads have their turn.
LINES_AT_ONCE: Final = 50_000


@dataclass(frozen=True, slots=True)
class WordWish:
    """What words must have; None allows everything.

    Attributes:
        pattern: of the headword, checked.
        shortest: fewest characters of the headword.
        longest: most characters of the headword.
        frequency_bands: one of these; words of which none is known do not pass.
    """

    pattern: str | None = None
    shortest: int | None = None
    longest: int | None = None
    frequency_bands: frozenset[FrequencyBand] | None = None


@dataclass(frozen=True)
class WordColumns:
    """Words as they were at a transaction, in any order.

    Attributes:
        sequence: of the transaction; -1 before anything was read.
        words: (n,) ids.
        headwords: (n,) normalized; they hold no line breaks.
        bands: (n,) uint8, numbers of `BANDS`, or `UNKNOWN`.
    """

    sequence: int
    words: Ids
    headwords: tuple[str, ...]
    bands: NDArray[np.uint8]

    @classmethod
    def of_rows(cls, sequence: int, rows: Sequence[Row]) -> "WordColumns":
        """Of words as read."""
        bands = [BANDS.get(row.get("frequency_band", ""), UNKNOWN) for row in rows]
        return cls(
            sequence,
            to_ids(row["_id"] for row in rows),
            tuple(row["normalized"] for row in rows),
            np.array(bands, dtype=np.uint8),
        )

    def changed(
        self, sequence: int, changed: Sequence[ObjectId], rows: Sequence[Row]
    ) -> "WordColumns":
        """What is there later.

        Args:
            sequence: of the later transaction.
            changed: the words that were written or deleted until then.
            rows: those of them that are there.
        """
        if not changed:
            return replace(self, sequence=sequence)
        kept = np.flatnonzero(~IdSet.of(changed).holds(keys_of(self.words)))
        new = WordColumns.of_rows(sequence, rows)
        return WordColumns(
            sequence,
            np.concatenate([self.words[kept], new.words]),
            tuple(self.headwords[row] for row in kept.tolist()) + new.headwords,
            np.concatenate([self.bands[kept], new.bands]),
        )

    def matching(self, wish: WordWish) -> IdSet:
        """The words that have all that is wished for."""
        mask: Mask = np.ones(len(self.words), dtype=np.bool_)
        if wish.frequency_bands is not None:
            mask &= np.isin(self.bands, [BANDS[band] for band in wish.frequency_bands])
        if wish.shortest is not None:
            mask &= self._lengths >= wish.shortest
        if wish.longest is not None:
            mask &= self._lengths <= wish.longest
        if wish.pattern is not None:
            like = np.zeros(len(mask), dtype=np.bool_)
            like[list(self._like(wish.pattern))] = True
            mask &= like
        return IdSet.of_array(self.words[mask])

    def _like(self, pattern: str) -> Iterator[int]:
        """The rows of headwords that match a pattern."""
        lines = lines_like(pattern)
        for first in range(0, len(self.words), LINES_AT_ONCE):
            starts, text = self._starts[first : first + LINES_AT_ONCE + 1], self._text
            found = lines.finditer(text, starts[0], starts[-1] - 1)
            places = np.fromiter((each.start() for each in found), dtype=np.int64)
            yield from (first + np.searchsorted(starts, places)).tolist()

    @cached_property
    def _text(self) -> str:
        return "\n".join(self.headwords)

    @cached_property
    def _lengths(self) -> NDArray[np.int64]:
        return np.fromiter(map(len, self.headwords), dtype=np.int64, count=len(self.headwords))

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """(n + 1,) where each headword begins in the text, and where one more would."""
        return np.concatenate([[0], np.cumsum(self._lengths + 1)])


NO_WORDS: Final = WordColumns.of_rows(-1, [])
