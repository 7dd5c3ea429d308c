"""From a recall target to the parameters that reach it, measured on the index's own vectors.

The queries are vectors of the index, moved a little: a vector itself would find itself, whatever
the parameters. How far is taken from the data: halfway to a neighbour, as an unseen text lies
between the known ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vectorindex.breadth import Breadth
from vectorindex.errors import SettingError
from vectorindex.protocol import Hits, Vectors
from vectorindex.rows import RowView

CALIBRATION_QUERIES = 200
CALIBRATION_HITS = 10
# Tried in this order: each costs more than the one before.
CANDIDATES = (0, 40, 80, 120, 200, 400, 800, 1600, 3200, 6400)
NPROBE_SHARES = (1 / 32, 1 / 24, 1 / 16, 1 / 12, 1 / 8, 1 / 6, 1 / 4, 1 / 2, 1)
_SEED = 20_261_124

Search = Callable[[Vectors, int], Hits]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was chosen, and the recall@10 that it reached on queries it was not chosen by."""

    breadth: Breadth
    recall: float


def check_recall(recall: float) -> None:
    """Refuse a target that no search, or only an exact one, can reach."""
    if not 0 < recall < 1:
        raise SettingError(f"a recall target is between 0 and 1, not {recall}; 1 is the flat kind")


def make_queries(view: RowView, search: Search) -> Vectors:
    """(q, d) vectors between living ones and a near neighbour of each."""
    random = np.random.default_rng(_SEED)
    rows = np.flatnonzero(view.alive)
    chosen = random.choice(rows, min(CALIBRATION_QUERIES, len(rows)), replace=False)
    queries: Vectors = view.vectors[np.sort(chosen)]
    if not len(queries):
        return queries
    neighbours = search(queries, CALIBRATION_HITS).rows[:, -1]
    middle: Vectors = (queries + view.vectors[neighbours]) * np.float32(0.5)
    # Opposite vectors have no middle.
    moved: Vectors = np.where(middle.any(axis=1, keepdims=True), middle, queries)
    return moved


def calibrate(
    target: float,
    queries: Vectors,
    exact: Search,
    at: Callable[[Breadth], Search],
    nlist: int,
) -> Calibration:
    """Find the cheapest breadth that reaches a recall on half of the queries; measure on the rest.

    Candidates are settled first, with all lists probed, to half of what may be missed; then the
    lists, to the rest.
    """
    truth = exact(queries, CALIBRATION_HITS)
    trained, held_out = slice(0, len(queries), 2), slice(1, len(queries), 2)

    def reached(breadth: Breadth, part: slice) -> float:
        found = at(breadth)(queries[part], CALIBRATION_HITS)
        return recall_of(found, Hits(truth.rows[part], truth.scores[part]))

    whole = 1 - (1 - target) / 2 if nlist else target
    breadth = _first(
        [Breadth(max(1, nlist), fixed) for fixed in CANDIDATES],
        lambda breadth: reached(breadth, trained) >= whole,
    )
    if nlist:
        nprobes = sorted({max(1, round(share * nlist)) for share in NPROBE_SHARES})
        breadth = _first(
            [replace(breadth, nprobe=nprobe) for nprobe in nprobes],
            lambda breadth: reached(breadth, trained) >= target,
        )
    return Calibration(breadth, reached(breadth, held_out) if len(queries) > 1 else 1.0)


def measure(queries: Vectors, exact: Search, search: Search) -> float:
    """The recall@10 of a search on some queries; 1 without any."""
    if not len(queries):
        return 1.0
    return recall_of(search(queries, CALIBRATION_HITS), exact(queries, CALIBRATION_HITS))


def recall_of(found: Hits, exact: Hits) -> float:
    """The share of exact hits that were found; one that scores like the last is as good as it."""
    if not exact.rows.size:
        return 1.0
    good = found.scores >= exact.scores[:, -1:]
    return float(good.sum(axis=1).clip(max=exact.rows.shape[1]).mean() / exact.rows.shape[1])


def _first(breadths: Sequence[Breadth], suffices: Callable[[Breadth], bool]) -> Breadth:
    """The first that suffices, or the last."""
    return next((breadth for breadth in breadths if suffices(breadth)), breadths[-1])
