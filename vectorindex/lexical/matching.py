"""Which rows of a run hold what is looked for."""

import numpy as np
from numpy.typing import NDArray

from vectorindex.lexical.query import Alternative, Clause
from vectorindex.lexical.run import Impacts, Rows, Run

Numbers = NDArray[np.int64]


def clause_postings(run: Run, clause: Clause) -> tuple[Rows, Impacts]:
    """(m,) rows that hold any alternative, ascending, and the best impact in each."""
    if len(clause.alternatives) == 1 and not clause.alternatives[0].is_prefix:
        return _postings(run, clause.alternatives[0])
    best = np.zeros(len(run), dtype=np.float32)
    for alternative in clause.alternatives:
        np.maximum.at(best, *_postings(run, alternative))
    rows = np.flatnonzero(best).astype(np.uint32)
    return rows, best[rows]


def phrase_rows(run: Run, phrase: tuple[bytes, ...]) -> Numbers:
    """(m,) rows with the terms of a phrase side by side in one field, ascending."""
    numbers = [run.terms.find(term) for term in phrase]
    if min(numbers) < 0:
        return np.empty(0, dtype=np.int64)
    rows = _rows_with_all(run, numbers)
    tokens, row_of = _tokens_of(run, rows)
    starts = len(tokens) - len(numbers) + 1
    # Rows end with the end of a field, so that no phrase goes across them.
    found = np.ones(max(0, starts), dtype=np.bool_)
    for place, number in enumerate(numbers):
        found &= tokens[place : place + len(found)] == number
    return np.unique(row_of[: len(found)][found])


def _postings(run: Run, alternative: Alternative) -> tuple[Rows, Impacts]:
    if alternative.is_prefix:
        terms = run.terms.starting_with(alternative.term)
    else:
        number = run.terms.find(alternative.term)
        terms = range(number, number + 1) if number >= 0 else range(0)
    rows, impacts = run.postings.of(terms.start, terms.stop)
    return rows, impacts if alternative.factor == 1 else impacts * np.float32(alternative.factor)


def _rows_with_all(run: Run, numbers: list[int]) -> Numbers:
    """The rarest term first, so that little is compared."""
    lists = [run.postings.of(number, number + 1)[0] for number in set(numbers)]
    rows, *others = sorted(lists, key=len)
    for other in others:
        rows = np.intersect1d(rows, other, assume_unique=True)
    return rows.astype(np.int64)


def _tokens_of(run: Run, rows: Numbers) -> tuple[NDArray[np.uint32], Numbers]:
    """The tokens of some rows, one row after the other, and the row of each."""
    starts = run.token_offsets[rows]
    sizes = run.token_offsets[rows + 1] - starts
    # 0, 1, … within each row, from where it starts.
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return run.tokens[np.repeat(starts, sizes) + within], np.repeat(rows, sizes)
