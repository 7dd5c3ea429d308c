"""Making a table from MiniLM: texts are embedded once, and word vectors are fitted to them.

A teacher's vector is a mean over the words of a text in their context; the table's is a sum of what
each word adds to it on average. Its axes are those along which the teacher's vectors of the texts
spread most.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from infra.embeddings.minilm.tokenizer import UNKNOWN, Tokenizer
from infra.embeddings.protocol import Embedder
from infra.embeddings.static.fitting import fit
from infra.embeddings.static.table import StaticTable, to_table
from infra.embeddings.static.word_counts import Matrix, WordCounts

DIMENSION = 256
# A rarer word is spelled with pieces, as MiniLM does.
LEAST_OCCURRENCES = 3
TEXTS_AT_ONCE = 4096

Watch = Callable[[str, int, int], None]
"""Is told what is being done, and how much of how much is done."""


def distill_table(
    texts: Sequence[str], pieces: Sequence[str], teacher: Embedder, watch: Watch
) -> StaticTable:
    """Fit a table to texts; about as long as the teacher takes to embed them.

    Args:
        texts: what the vectors shall be good for; different ones, in any order.
        pieces: the vocabulary of the teacher.
        teacher: MiniLM.
        watch: see `Watch`.
    """
    frequent = _frequent_words(texts, pieces)
    words = [*pieces, *frequent]
    # Words stand for themselves, too: without that, those of few texts take on the rest of these.
    texts = list(dict.fromkeys(["", *filter(str.isalpha, pieces), *frequent, *texts]))
    targets = _targets(texts, teacher, watch)
    tokenizer = Tokenizer(words)
    counts = WordCounts(
        [tokenizer.pieces(text) or tokenizer.pieces(UNKNOWN) for text in texts], len(words)
    )
    vectors = fit(counts, targets, partial(watch, "steps of fitting"))
    return to_table(words, vectors, origin="minilm")


def _targets(texts: Sequence[str], teacher: Embedder, watch: Watch) -> Matrix:
    """(n, DIMENSION): the teacher's vectors on the axes that tell most of them."""
    vectors = np.empty((len(texts), teacher.model.dimension), dtype=np.float32)
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        watch("texts embedded", start, len(texts))
        block = texts[start : start + TEXTS_AT_ONCE]
        vectors[start : start + len(block)] = teacher.embed(block)
    watch("texts embedded", len(texts), len(texts))
    return vectors @ _axes(vectors)


def _axes(vectors: Matrix) -> Matrix:
    """(d, DIMENSION) directions at right angles, most telling first.

    Around zero, not around the mean: angles between vectors are what is to be kept.
    """
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    return np.ascontiguousarray(axes[:, ::-1][:, :DIMENSION])


def _frequent_words(texts: Sequence[str], pieces: Sequence[str]) -> list[str]:
    tokenizer = Tokenizer(pieces)
    counts = Counter(word for text in texts for word in tokenizer.words(text))
    known = set(pieces)
    return [
        word for word, count in counts.items() if count >= LEAST_OCCURRENCES and word not in known
    ]
