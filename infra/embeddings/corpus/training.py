"""Training word vectors on texts: words with the same neighbours come near each other.

What is known of a word is how much more often than by chance each other word is its neighbour
(positive pointwise mutual information); its vector is what is most telling of that, by a singular
value decomposition (Levy and Goldberg, "Neural Word Embedding as Implicit Matrix Factorization",
2014), of unit length, each direction counting alike. A text is the sum of its words, the frequent
ones weighed down, without the direction that all texts share (Arora, Liang and Ma, "A Simple but
Tough-to-Beat Baseline for Sentence Embeddings", 2017). That is linear, so that it is put into the
vectors of the words, and a table of them is all that there is.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from infra.embeddings.corpus import PROVIDER
from infra.embeddings.corpus.neighbours import Neighbours, find_neighbours
from infra.embeddings.minilm.tokenizer import END, START, UNKNOWN, Tokenizer
from infra.embeddings.static.table import StaticTable, to_table
from infra.embeddings.static.word_counts import Groups, Matrix, listed

DIMENSION: Final = 256
# Fewer words have fewer directions that tell of more than one of them.
WORDS_FOR_EACH: Final = 32
FEWEST_DIMENSIONS: Final = 4
# A rarer word has too few neighbours; so have those beyond.
LEAST_OCCURRENCES: Final = 2
MOST_WORDS: Final = 50_000
# A word that is this share of all words counts half.
USUAL_SHARE: Final = 1e-3
# Directions that are tried beside those that are kept, and how often they are turned.
SPARE_DIRECTIONS: Final = 16
TURNS: Final = 3
SEED: Final = 0
SMALLEST: Final = np.finfo(np.float32).tiny
# The shared direction is that of as many texts.
MOST_SAMPLES: Final = 50_000

# What has no place in the table, or no vector.
SPECIAL: Final = (UNKNOWN, START, END)

Watch = Callable[[str, int, int], None]
"""See `infra.embeddings.static.distillation.Watch`."""


def train_table(texts: Sequence[str], watch: Watch) -> StaticTable:
    """Train on texts in any language; a minute for 100,000 definitions.

    Args:
        texts: words that explain each other stand in one, as a headword before its definition.
        watch: is told what is being done, and how much of how much is done.
    """
    counts = _count_words(texts)
    words = [*SPECIAL, *counts]
    tokenizer = Tokenizer(words)
    known = [[each for each in tokenizer.pieces(text) if each >= len(SPECIAL)] for text in texts]
    vectors = _directions(find_neighbours(known, len(words)), watch)
    vectors *= _weights(counts)[:, np.newaxis]
    return to_table(words, _without_shared(vectors, known), origin=PROVIDER)


def _count_words(texts: Sequence[str]) -> dict[str, int]:
    """The words that get vectors, the most frequent first."""
    tokenizer = Tokenizer(SPECIAL)
    counts = Counter(
        word for text in texts for word in tokenizer.words(text) if any(map(str.isalnum, word))
    )
    return {
        word: count
        for word, count in counts.most_common(MOST_WORDS)
        if count >= LEAST_OCCURRENCES and word not in SPECIAL
    }


def _weights(counts: dict[str, int]) -> Matrix:
    """(v,) less for words that stand everywhere."""
    occurrences = np.array([1] * len(SPECIAL) + list(counts.values()), dtype=np.float32)
    shares = occurrences / occurrences.sum()
    weights: Matrix = USUAL_SHARE / (USUAL_SHARE + shares)
    return weights


def _directions(neighbours: Neighbours, watch: Watch) -> Matrix:
    """(v, d) unit length: where words stand along the directions that tell most of neighbours.

    By a randomised range finder, which needs products alone (Halko, Martinsson and Tropp, "Finding
    Structure with Randomness", 2011, algorithm 4.4).
    """
    wanted = max(FEWEST_DIMENSIONS, neighbours.words // WORDS_FOR_EACH)
    kept = min(DIMENSION, wanted, neighbours.words)
    width = min(kept + SPARE_DIRECTIONS, neighbours.words)
    product = neighbours.product()
    chance = np.random.default_rng(SEED)
    basis = chance.standard_normal((neighbours.words, width), dtype=np.float32)
    for turn in range(TURNS):
        watch("turns", turn, TURNS)
        basis, _ = np.linalg.qr(product.sum(basis))
    values, rotation = np.linalg.eigh(basis.T @ product.sum(basis))
    watch("turns", TURNS, TURNS)
    # Of a symmetric matrix, singular values are the sizes of eigenvalues.
    best = np.argsort(-np.abs(values), kind="stable")[:kept]
    return _to_unit_length(basis @ rotation[:, best])


def _without_shared(vectors: Matrix, texts: Sequence[Sequence[int]]) -> Matrix:
    """The vectors without the direction in which most texts lie."""
    sample = texts[:: -(-len(texts) // MOST_SAMPLES) or 1]
    sums = _to_unit_length(Groups(*listed(sample)).sum(vectors))
    _, directions = np.linalg.eigh(sums.T @ sums)
    shared = directions[:, -1:]
    rest: Matrix = vectors - vectors @ shared @ shared.T
    return rest


def _to_unit_length(vectors: Matrix) -> Matrix:
    """Zeros stay."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: Matrix = vectors / np.maximum(norms, SMALLEST)
    return units
