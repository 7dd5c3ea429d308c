"""Turns, times and recall."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

K = 10


@dataclass
class Trial:
    """A contestant's search, and what it found and took.

    `search` takes (q, d) queries and returns (q, K) row numbers.
    """

    search: Callable[[np.ndarray], np.ndarray]
    seconds: list[float]
    found: dict[int, np.ndarray]


def take_turns(
    searches: Mapping[str, Callable[[np.ndarray], np.ndarray]],
    queries: np.ndarray,
    exact: np.ndarray,
    *,
    batch: int = 1,
    per_turn: int = 50,
) -> dict[str, dict[str, float]]:
    """Let every contestant answer the same queries in turns; ms per query and recall of each.

    Args:
        searches: by name, (q, d) queries to (q, K) row numbers.
        queries: (n, d) float32.
        exact: (n, K) the true answers.
        batch: queries per call.
        per_turn: queries per turn, a multiple of `batch`.
    """
    trials = {name: Trial(search, [], {}) for name, search in searches.items()}
    for trial in trials.values():
        trial.search(queries[:batch])  # warm
    for first in range(0, len(queries) - per_turn + 1, per_turn):
        for trial in trials.values():
            start = time.process_time()
            for position in range(first, first + per_turn, batch):
                trial.found[position] = trial.search(queries[position : position + batch])
            trial.seconds.append((time.process_time() - start) / per_turn)
    return {
        name: {
            "ms": statistics.median(trial.seconds) * 1e3,
            "best_ms": min(trial.seconds) * 1e3,
            "recall": _recall(trial.found, exact),
        }
        for name, trial in trials.items()
    }


def _recall(found: Mapping[int, np.ndarray], exact: np.ndarray) -> float:
    shares = [
        len(set(row.tolist()) & set(truth.tolist())) / max(1, len(truth))
        for position, rows in found.items()
        for row, truth in zip(rows, exact[position:], strict=False)
    ]
    return statistics.mean(shares)


def seconds_of(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def read_bandwidth(vectors: np.ndarray) -> float:
    """Bytes per second that one core reads from memory: the best of a few passes of `dot`."""
    flat = vectors.reshape(-1)
    return flat.nbytes / min(seconds_of(lambda: np.dot(flat, flat)) for _ in range(7))
