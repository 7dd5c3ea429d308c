"""The embedder that needs nothing: words and character n-grams hashed into 256 components.

It matches spelling, not meaning: "teacher" is near "teaching", far from "instructor". Features are
signed, so that collisions cancel on average (Weinberger et al., "Feature Hashing for Large Scale
Multitask Learning", 2009). A block of texts is hashed at once as one array of code points.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from infra.embeddings.protocol import EmbeddingModel, Vectors

PROVIDER = "hashing"
NAME = "character-ngrams-1"  # a change of any constant below makes another model: raise the number
DIMENSION = 256

NGRAM_LENGTHS = (3, 4, 5)
NGRAM_WEIGHT = 1.0
WORD_WEIGHT = 2.0
# Words that say nothing about what is described. Their n-grams are left out with them.
TOO_COMMON = """
    a an and are as at be by for from has have in is it its of on one or so some someone something
    such than that the their them they this to used usually was when where which who with you your
"""
STOP_WORDS = frozenset(TOO_COMMON.split())

BLOCK_TEXTS = 1024
WORD = re.compile(r"\w+")
SPACE = ord(" ")
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

Hashes = NDArray[np.uint64]
Positions = NDArray[np.int64]


class HashingEmbedder:
    """Holds no state; vectors do not depend on batch mates at all."""

    @property
    def model(self) -> EmbeddingModel:
        """The only model of this provider."""
        return EmbeddingModel(PROVIDER, NAME, DIMENSION)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`; about 10 µs per text of sixty characters."""
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for start in range(0, len(texts), BLOCK_TEXTS):
            block = texts[start : start + BLOCK_TEXTS]
            vectors[start : start + len(block)] = _embed_block(block)
        return vectors


def _embed_block(texts: Sequence[str]) -> NDArray[np.float64]:
    spelled = [_spell(text) for text in texts]
    points = np.frombuffer(
        "".join(spelled).encode("utf-32-le", "surrogatepass"), dtype=np.uint32
    ).astype(np.uint64)
    text_of = np.repeat(np.arange(len(texts)), [len(text) for text in spelled])
    sums = np.zeros(len(texts) * DIMENSION)
    for hashes, positions, weight in _features(points):
        mixed = _mix(hashes)
        signs = np.where(mixed >> np.uint64(63), weight, -weight)
        cells = text_of[positions] * DIMENSION + (mixed % DIMENSION).astype(np.int64)
        sums += np.bincount(cells, signs, len(sums))
    return _to_unit_length(sums.reshape(len(texts), DIMENSION))


def _spell(text: str) -> str:
    """Fold case and accents; every word stands between single spaces."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    folded = text.casefold()
    words = WORD.findall(folded)
    # A text of nothing but stop words, or signs, still has features.
    telling = [word for word in words if word not in STOP_WORDS] or words or folded.split()
    return f" {' '.join(telling)} "


def _features(points: NDArray[np.uint64]) -> Iterator[tuple[Hashes, Positions, float]]:
    """Hash words with the space before them, and n-grams that cross no space.

    A word's n-grams may start or end with the space beside it: " cat " has " ca" and "at ".

    Yields:
        hashes, where in `points` each begins, and their weight.
    """
    is_space = points == SPACE
    starts = np.flatnonzero(is_space)
    within = np.arange(len(points)) - np.repeat(starts, np.diff(starts, append=len(points)))
    yield np.add.reduceat(points * _mix(within.astype(np.uint64)), starts), starts, WORD_WEIGHT
    hashes = points
    # True where points[i + 1 : i + n - 1] holds a space.
    crosses = np.zeros(len(points), dtype=np.bool_)
    for length in range(2, max(NGRAM_LENGTHS) + 1):
        hashes = hashes[:-1] * MULTIPLIER + points[length - 1 :]
        crosses = crosses[:-1]
        if length > 2:
            crosses = crosses | is_space[length - 2 : -1]
        if length in NGRAM_LENGTHS:
            positions = np.flatnonzero(~crosses)
            yield hashes[positions] + np.uint64(length), positions, NGRAM_WEIGHT


def _mix(values: Hashes) -> Hashes:
    """Spread every bit over all others (the finaliser of SplitMix64)."""
    values = (values + MULTIPLIER) * np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _to_unit_length(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    # Signs that cancel everywhere leave no direction; such a text gets a fixed one.
    sums[~sums.any(axis=1), 0] = 1.0
    sums /= np.sqrt(np.vecdot(sums, sums))[:, np.newaxis]
    return sums
