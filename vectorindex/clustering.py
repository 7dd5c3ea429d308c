"""k-means: the centroids of inverted lists, trained on a sample."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vectorindex.kernels import to_unit_length
from vectorindex.protocol import Metric, Rows, Vectors

# More of either costs time and finds no better neighbours (measured on definitions).
SAMPLE_PER_LIST = 32
ITERATIONS = 6
ASSIGNED_AT_ONCE = 4_096
_SEED = 20_261_124


class Centroids(NamedTuple):
    """Centres of lists.

    Attributes:
        vectors: (nlist, d) float32; of length 1 under cosine.
        halves: (nlist,) float32, half of their squared lengths; zero under cosine.
    """

    vectors: Vectors
    halves: NDArray[np.float32]

    def assign(self, vectors: Vectors) -> Rows:
        """Find the nearest centre of each row; costs nlist d per row."""
        nearest = np.empty(len(vectors), dtype=np.int64)
        for start in range(0, len(vectors), ASSIGNED_AT_ONCE):
            part = slice(start, start + ASSIGNED_AT_ONCE)
            affinities = vectors[part] @ self.vectors.T
            affinities -= self.halves
            np.argmax(affinities, axis=1, out=nearest[part])
        return nearest


def train_centroids(vectors: Vectors, nlist: int, metric: Metric) -> Centroids:
    """Cluster a sample of the rows; deterministic.

    Args:
        vectors: (n, d) float32, n at least `nlist`.
        nlist: at least 1.
        metric: under cosine centres are directions, else means.
    """
    random = np.random.default_rng(_SEED)
    count = min(len(vectors), nlist * SAMPLE_PER_LIST)
    sample = vectors[np.sort(random.choice(len(vectors), count, replace=False))]
    centroids = _centroids(sample[random.choice(count, nlist, replace=False)], metric)
    for _ in range(ITERATIONS):
        centroids = _centroids(_means(sample, centroids, random), metric)
    return centroids


def _means(sample: Vectors, centroids: Centroids, random: np.random.Generator) -> Vectors:
    nlist = len(centroids.vectors)
    lists = centroids.assign(sample)
    order = np.argsort(lists, kind="stable")
    sizes = np.bincount(lists, minlength=nlist)
    filled = np.flatnonzero(sizes)
    starts = np.cumsum(sizes)[filled] - sizes[filled]
    # A centre that lost all its rows starts again at a random one.
    means = sample[random.integers(0, len(sample), nlist)]
    means[filled] = np.add.reduceat(sample[order], starts, axis=0) / sizes[filled, np.newaxis]
    return means


def _centroids(means: Vectors, metric: Metric) -> Centroids:
    if metric is not Metric.COSINE:
        return Centroids(means, np.vecdot(means, means) / 2)
    # Opposite rows may cancel out; any direction will do for them.
    means[~means.any(axis=1), 0] = 1.0
    return Centroids(to_unit_length(means), np.zeros(len(means), dtype=np.float32))
