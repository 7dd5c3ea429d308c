"""Vectors to search in tests: clustered, with copies among them, so that ties are the rule."""

from typing import NamedTuple

import numpy as np

from vectorindex.protocol import Hits, Metric, Vectors


class Collection(NamedTuple):
    metric: Metric
    vectors: Vectors
    queries: Vectors

    @property
    def ids(self) -> list[bytes]:
        return make_ids(len(self.vectors))

    @property
    def dimension(self) -> int:
        return self.vectors.shape[1]


def make_ids(count: int, first: int = 0) -> list[bytes]:
    """Different ids whose order is not that of the rows."""
    return [
        (number * 7919 % 1_000_003).to_bytes(8, "big") * 2 for number in range(first, first + count)
    ]


def make_clusters(
    seed: int, metric: Metric, *, rows: int, dimension: int, copies: float = 0.2
) -> Collection:
    """Vectors around a few centres, a share of them copies of others; queries near some."""
    random = np.random.default_rng(seed)
    centres = 2 * random.standard_normal((max(1, rows // 60), dimension), dtype=np.float32)
    vectors = centres[random.integers(0, len(centres), rows)]
    vectors += random.standard_normal(vectors.shape, dtype=np.float32)
    copied = random.random(rows) < copies
    vectors[copied] = vectors[random.integers(0, rows, int(copied.sum()))]
    queries = vectors[random.integers(0, rows, 6)].copy()
    queries[1:] += random.standard_normal(queries[1:].shape, dtype=np.float32) / 2
    return Collection(metric, vectors, queries)


def assert_equal_hits(one: Hits, other: Hits) -> None:
    np.testing.assert_array_equal(one.rows, other.rows)
    np.testing.assert_array_equal(one.scores, other.scores)


def recall(found: Hits, exact: Hits) -> float:
    """The share of the exact hits that was found."""
    shared = [np.isin(a, b).mean() for a, b in zip(exact.rows, found.rows, strict=True)]
    return float(np.mean(shared))
