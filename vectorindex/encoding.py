"""1-bit codes: on which side of many planes a vector lies.

The share of planes that separate two vectors estimates the angle between them (Charikar, Similarity
estimation techniques from rounding algorithms, 2002). The planes pass through the mean of the
vectors, and their directions are a random rotation of the axes: along the axes themselves the
components of real embeddings are too unequal, and recall falls from .96 to .80.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vectorindex.protocol import Metric, Rows, Scores, Vectors

Codes = NDArray[np.uint64]
"""(n, words) uint64: one bit per plane."""

WORD_BITS = 64
# An even number of words, which the sums of `hamming` rely on; few dimensions need many planes.
FEWEST_WORDS = 4
SAMPLE_ROWS = 20_000
ENCODED_AT_ONCE = 4_096
_SEED = 20_261_124


@dataclass(frozen=True, slots=True)
class Encoder:
    """Planes through one point.

    Attributes:
        directions: (64 words, d) float32, of length 1.
        centre: (d,) float32, a point on every plane.
        offsets: (64 words,) float32, the centre along each direction.
    """

    directions: Vectors
    centre: Vectors
    offsets: Vectors

    @property
    def dimension(self) -> int:
        """Components of the vectors."""
        return len(self.centre)

    @property
    def words(self) -> int:
        """Words of 64 planes."""
        return len(self.directions) // WORD_BITS

    @property
    def margin(self) -> int:
        """By how many planes a distance is seldom wrong: 2.5 standard deviations."""
        return round(1.25 * math.sqrt(len(self.directions)))

    def encode(self, vectors: Vectors) -> Codes:
        """Encode many rows; costs 128 words d operations each."""
        codes = np.empty((len(vectors), self.words), dtype=np.uint64)
        for start in range(0, len(vectors), ENCODED_AT_ONCE):
            part = slice(start, start + ENCODED_AT_ONCE)
            sides = vectors[part] @ self.directions.T > self.offsets
            codes[part] = np.packbits(sides, axis=1).view(np.uint64)
        return codes

    def encode_query(self, query: Vectors) -> Codes:
        """(words,) the code of one vector, the same whatever is searched beside it."""
        code: Codes = np.packbits(self.directions @ query > self.offsets).view(np.uint64)
        return code


@dataclass(frozen=True, slots=True)
class Weights:
    """What turns an angle around the centre into a score, where lengths differ.

    Attributes:
        scales: (n,) float32, times the cosine of the angle and the query's length.
        biases: (n,) float32, what remains when the cosine is zero.
    """

    scales: Scores
    biases: Scores

    def __getitem__(self, rows: Rows | slice) -> "Weights":
        return Weights(self.scales[rows], self.biases[rows])

    def then(self, others: "Weights") -> "Weights":
        """These, and others behind them."""
        return Weights(
            np.concatenate([self.scales, others.scales]),
            np.concatenate([self.biases, others.biases]),
        )


def train_encoder(vectors: Vectors, directions: Vectors) -> Encoder:
    """Make planes through the mean of a sample."""
    step = max(1, len(vectors) // SAMPLE_ROWS)
    sample = vectors[::step]
    centre = sample.mean(axis=0) if len(sample) else np.zeros(vectors.shape[1], dtype=np.float32)
    return Encoder(directions, centre, directions @ centre)


def weigh(vectors: Vectors, encoder: Encoder, metric: Metric) -> Weights | None:
    """Weights of rows; None under cosine, where the angle alone ranks as well.

    With r = x - c and p = q - c: the inner product x q is r p + r c + a constant of the query, and
    minus the squared distance is 2 r p - |r|² + such a constant.
    """
    if metric is Metric.COSINE:
        return None
    weights = Weights(*np.empty((2, len(vectors)), dtype=np.float32))
    for start in range(0, len(vectors), ENCODED_AT_ONCE):
        part = slice(start, start + ENCODED_AT_ONCE)
        offsets = vectors[part] - encoder.centre
        squares = np.vecdot(offsets, offsets)
        if metric is Metric.SQUARED_L2:
            weights.scales[part], weights.biases[part] = 2 * np.sqrt(squares), -squares
        else:
            weights.scales[part] = np.sqrt(squares)
            weights.biases[part] = np.vecdot(offsets, encoder.centre)
    return weights


def cosines_of_distances(encoder: Encoder) -> Scores:
    """(64 words + 1,) the cosine that each number of separating planes stands for."""
    planes = len(encoder.directions)
    cosines: Scores = np.cos(np.arange(planes + 1) * (math.pi / planes)).astype(np.float32)
    return cosines


def make_directions(dimension: int) -> Vectors:
    """(64 words, dimension) directions of planes, the same for every index of this dimension."""
    words = max(FEWEST_WORDS, -(-dimension // WORD_BITS))
    planes = (words + words % 2) * WORD_BITS
    random = np.random.default_rng(_SEED)
    rotations = [
        np.linalg.qr(random.standard_normal((dimension, dimension)))[0]
        for _ in range(-(-planes // dimension))
    ]
    return np.concatenate(rotations)[:planes].astype(np.float32)
