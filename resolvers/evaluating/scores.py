"""Ranks as figures."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# As far as ranks are looked at; a word that is not found stands behind.
DEEPEST = 1_000


@dataclass(frozen=True, slots=True)
class Scores:
    """Accuracy at 1, 10 and 100, and the ranks of the first right words."""

    descriptions: int
    accuracy_at_1: float
    accuracy_at_10: float
    accuracy_at_100: float
    median_rank: float
    rank_deviation: float
    mean_reciprocal_rank: float
    queries_per_second: float


def scores_of(ranks: Sequence[int], seconds: float = 0) -> Scores:
    """Figures of some ranks, at most `DEEPEST` + 1, that it took some time to find."""

    def within(most: int) -> float:
        return sum(rank <= most for rank in ranks) / len(ranks)

    return Scores(
        len(ranks),
        within(1),
        within(10),
        within(100),
        statistics.median(ranks),
        statistics.pstdev(ranks),
        sum(1 / rank for rank in ranks if rank <= DEEPEST) / len(ranks),
        len(ranks) / seconds if seconds else 0.0,
    )
