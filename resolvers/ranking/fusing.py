"""Candidates of several libraries as one list, a row each headword."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from resolvers.ranking.candidates import Candidates, Part, Values
from resolvers.ranking.headwords import Headwords, words_said
from resolvers.ranking.hints import WordClass
from resolvers.semantic_index.columns import to_number
from resolvers.semantic_index.id_order import columns_of

# Beyond, a word is as familiar as words get: log(1 + 150).
MOST_FAMILIAR: Final = 5.0


@dataclass(frozen=True)
class Sighted:
    """What one library offers, and what is known of its headwords."""

    candidates: Candidates
    headwords: Headwords

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """(n,) of each candidate in the table of headwords; -1 for words that came later."""
        return self.headwords.rows_of(self.candidates.words)


class Described(NamedTuple):
    """A description, if it is one, and the classes of words that it can be of, if it tells."""

    text: str | None = None
    classes: WordClass | None = None


@dataclass(frozen=True, slots=True)
class _Rows:
    """Candidates of all libraries, the rows of a library together, and the headword of each row.

    Attributes:
        library: (n,) which one.
        headword: (n,) from 0 to `count` - 1.
    """

    library: NDArray[np.intp]
    headword: NDArray[np.intp]
    count: int


def fuse(sighted: Sequence[Sighted], described: Described) -> Candidates:
    """Each headword once, by the word and definition that match best; homographs are one.

    Args:
        sighted: of each library, its own parts only.
        described: what is known of the description.
    """
    keys = np.concatenate([_keys(each) for each in sighted])
    _, headword = np.unique(keys, return_inverse=True)
    library = np.repeat(np.arange(len(sighted)), [len(each.candidates.words) for each in sighted])
    rows = _Rows(library, headword, int(headword.max(initial=-1)) + 1)
    names = sighted[0].candidates.parts
    parts = {part: _best(rows, _joined(sighted, part)) for part in names}
    leading = _joined(sighted, next(iter(names)))
    words = np.concatenate([each.candidates.words for each in sighted])
    best = _first_of_each(rows, np.lexsort((*columns_of(words), library, -leading)))
    if Part.DEFINITION in names:
        parts |= _agreement(rows, leading, len(sighted))
        parts |= _habits(rows, sighted)
        parts[Part.ECHO] = _is_said(keys[best], described.text)
        parts[Part.MISFIT] = _misfits(rows, sighted, described.classes)
    passages = np.concatenate([each.candidates.passages for each in sighted])
    return Candidates(words[best], passages[best], parts)


def _keys(sighted: Sighted) -> NDArray[np.int64]:
    """(n,) of each candidate; a word that came later than the table has a key of its own."""
    rows = sighted.rows
    keys = np.array([to_number(each.hex()) for each in sighted.candidates.words[rows < 0].tolist()])
    found = np.empty(len(rows), dtype=np.int64)
    found[rows >= 0] = sighted.headwords.keys[rows[rows >= 0]]
    found[rows < 0] = keys
    return found


def _joined(sighted: Sequence[Sighted], part: Part) -> Values:
    return np.concatenate([each.candidates.parts[part] for each in sighted])


def _best(rows: _Rows, values: Values) -> Values:
    """(count,) the largest value of each headword."""
    best = np.full(rows.count, -np.inf, dtype=np.float32)
    np.maximum.at(best, rows.headword, values)
    return best


def _first_of_each(rows: _Rows, order: NDArray[np.intp]) -> NDArray[np.intp]:
    """(count,) the row of each headword that comes first in an order."""
    _, first = np.unique(rows.headword[order], return_index=True)
    return order[first]


def _agreement(rows: _Rows, values: Values, libraries: int) -> dict[Part, Values]:
    """What all libraries say on average; where one was silent, its last candidate stands in."""
    total = np.zeros(rows.count, dtype=np.float32)
    for number in range(libraries):
        own = rows.library == number
        best = np.full(rows.count, values[own].min(initial=np.inf), dtype=np.float32)
        np.maximum.at(best, rows.headword[own], values[own])
        total += np.where(np.isfinite(best), best, 0)
    return {Part.AGREEMENT: total / np.float32(libraries)}


def _habits(rows: _Rows, sighted: Sequence[Sighted]) -> dict[Part, Values]:
    """How familiar each headword is, and whether it is a name."""
    counts = np.zeros(rows.count)
    is_name = np.ones(rows.count, dtype=np.bool_)
    for number, each in enumerate(sighted):
        headword = rows.headword[rows.library == number]
        known = each.rows >= 0
        places = each.rows[known]
        own = np.zeros(rows.count)
        np.maximum.at(own, headword[known], each.headwords.counts[places])
        counts += own
        is_name[headword[~known]] = False
        is_name[headword[known][~each.headwords.capitalised[places]]] = False
    familiarity = np.minimum(np.log1p(counts), MOST_FAMILIAR).astype(np.float32)
    return {Part.FAMILIARITY: familiarity, Part.NAME: is_name.astype(np.float32)}


def _misfits(rows: _Rows, sighted: Sequence[Sighted], wanted: WordClass | None) -> Values:
    """(count,) 1 for headwords of which all classes are known, and none is wanted."""
    if wanted is None:
        return np.zeros(rows.count, dtype=np.float32)
    classes = np.zeros(rows.count, dtype=np.int8)
    for number, each in enumerate(sighted):
        own = np.append(each.headwords.classes, np.int8(0))[each.rows]
        np.bitwise_or.at(classes, rows.headword[rows.library == number], own)
    misfits: Values = ((classes != 0) & (classes & wanted == 0)).astype(np.float32)
    return misfits


def _is_said(keys: NDArray[np.int64], text: str | None) -> Values:
    """(n,) 1 for headwords that the description says itself: nobody describes a word so."""
    said = [to_number(each) for each in words_said(text or "")]
    return np.isin(keys, np.array(said, dtype=np.int64)).astype(np.float32)
