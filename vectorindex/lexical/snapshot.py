"""What one search sees of an index: it does not change any more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vectorindex.doors import check_limit, check_mask, check_rows
from vectorindex.ids import Keys, to_ids
from vectorindex.kernels import kth_largest, select_top
from vectorindex.lexical.matching import clause_postings, phrase_rows
from vectorindex.lexical.query import Alternative, Clause, WordQuery
from vectorindex.lexical.recipe import rarity
from vectorindex.lexical.run import Columns, Impacts, Rows, Run
from vectorindex.protocol import Mask, Scores
from vectorindex.protocol import Rows as RowNumbers
from vectorindex.rows import take_through


class Found(NamedTuple):
    """The best rows of a query, best first.

    Attributes:
        rows: (k',) int64; k' is the smaller of k and the number of rows that match.
        scores: (k',) float32, above 0, never increasing; equal scores are ordered by id.
    """

    rows: RowNumbers
    scores: Scores


@dataclass(frozen=True, slots=True)
class Part:
    """A run, and which of its rows are alive."""

    run: Run
    alive: Mask
    live_count: int

    @property
    def columns(self) -> Columns:
        """(n,) each."""
        return self.run.columns

    def without(self, keys: Keys) -> "Part":
        """The part with tombstones for some ids; itself when it has none of them."""
        rows = self.run.ids.find(keys, self.run.keys)
        rows = rows[rows >= 0]
        rows = np.unique(rows[self.alive[rows]])
        if not rows.size:
            return self
        alive = self.alive.copy()
        alive[rows] = False
        return replace(self, alive=alive, live_count=self.live_count - len(rows))

    def living(self, rows: Rows) -> int:
        """How many of some rows are alive."""
        if self.live_count == len(self.run):
            return len(rows)
        return int(np.count_nonzero(self.alive[rows]))

    def allowed(self, query: WordQuery, mask: Mask | None) -> Mask | None:
        """(n,) which rows may be found; None for all."""
        allowed = None if self.live_count == len(self.run) else self.alive
        if mask is not None:
            allowed = mask if allowed is None else allowed & mask
        for phrase in query.phrases:
            holds = np.zeros(len(self.run), dtype=np.bool_)
            holds[phrase_rows(self.run, phrase)] = True
            allowed = holds if allowed is None else allowed & holds
        return allowed


def whole_part(run: Run) -> Part:
    """A run of which every row is alive."""
    return Part(run, np.ones(len(run), dtype=np.bool_), len(run))


@dataclass(frozen=True)
class Snapshot:
    """The reading half of an index; rows are numbered through all parts.

    Attributes:
        generation: of the manifest that the segments are from.
        sequence: the last change that was applied.
        segments: in the order of their rows.
        tail: what no segment holds yet, in the order of rows behind theirs.
    """

    generation: int
    sequence: int
    segments: tuple[Part, ...]
    tail: tuple[Part, ...]

    def __len__(self) -> int:
        return sum(part.live_count for part in self.parts)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The segments, then the tail."""
        return self.segments + self.tail

    @cached_property
    def row_count(self) -> int:
        """Rows including tombstones: the length a mask must have."""
        return sum(len(part.run) for part in self.parts)

    def count(self, term: bytes) -> int:
        """How many rows hold a term."""
        query = Clause((Alternative(term),))
        return sum(part.living(clause_postings(part.run, query)[0]) for part in self.parts)

    def take(self, name: str, rows: RowNumbers) -> NDArray[Any]:
        """(len(rows),) one column of some rows."""
        return take_through([part.columns[name] for part in self.parts], rows)

    def ids_of(self, rows: RowNumbers) -> list[bytes]:
        """The ids at (m,) rows.

        Raises:
            RowError: a row is below 0 or not below `row_count`.
        """
        check_rows(rows, self.row_count)
        return to_ids(self.keys_of(rows)) if len(rows) else []

    def search(self, query: WordQuery, k: int, *, mask: Mask | None = None) -> Found:
        """Find the `k` best rows.

        Args:
            query: what rows may hold, and must.
            k: at least 1; more than there are is clipped.
            mask: (row_count,) bool, or None for all rows. It does not change scores.
        """
        check_limit(k)
        if mask is not None:
            check_mask(mask, self.row_count)
        postings = [
            [clause_postings(part.run, clause) for clause in query.clauses] for part in self.parts
        ]
        weights = self._weights(query, postings)
        found, start = [_NOTHING], 0
        for part, of_part in zip(self.parts, postings, strict=True):
            within = None if mask is None else mask[start : start + len(part.run)]
            scores = _score(len(part.run), of_part, weights)
            allowed = part.allowed(query, within)
            if allowed is not None:
                scores[~allowed] = 0
            rows = _best_rows(scores, k)
            found.append(Found(rows + start, scores[rows]))
            start += len(part.run)
        return self._best(found, k)

    def _weights(
        self, query: WordQuery, postings: Sequence[Sequence[tuple[Rows, Impacts]]]
    ) -> list[np.float32]:
        """What the impacts of each clause count."""
        texts = len(self)
        holding = [
            sum(
                part.living(of_part[place][0])
                for part, of_part in zip(self.parts, postings, strict=True)
            )
            for place in range(len(query.clauses))
        ]
        return [
            np.float32(clause.weight * rarity(texts, count))
            for clause, count in zip(query.clauses, holding, strict=True)
        ]

    def _best(self, found: Sequence[Found], k: int) -> Found:
        rows = np.concatenate([each.rows for each in found])
        scores = np.concatenate([each.scores for each in found])
        if not len(rows):
            return _NOTHING
        places, best = select_top(np.arange(len(rows)), scores, k, self.keys_of(rows))
        return Found(rows[places], best)

    def keys_of(self, rows: RowNumbers) -> Keys:
        """(len(rows), 2) the ids of rows as numbers; many at once cost less so."""
        return take_through([part.run.keys for part in self.parts], rows)


_NOTHING = Found(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


def _score(
    count: int, postings: Sequence[tuple[Rows, Impacts]], weights: Sequence[np.float32]
) -> Scores:
    """(count,) sums in the order of the clauses: they depend on nothing but the row's text."""
    scores = np.zeros(count, dtype=np.float32)
    for (rows, impacts), weight in zip(postings, weights, strict=True):
        np.add.at(scores, rows, impacts * weight)
    return scores


def _best_rows(scores: Scores, k: int) -> RowNumbers:
    """The rows above 0 that can be among the `k` best; all that share the last score."""
    # Zeros are left out first: among very many equal values a partition takes ten times as long.
    rows = np.flatnonzero(scores > 0)
    if len(rows) <= k:
        return rows
    values = scores[rows]
    return rows[values >= kth_largest(values, k)]
