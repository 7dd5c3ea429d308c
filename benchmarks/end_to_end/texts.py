"""What is searched and what is asked: texts with their vectors, and the truth about them."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.vector.data import embed, entries, prepare

K = 10


@dataclass(frozen=True)
class Texts:
    """Definitions, each once.

    Attributes:
        texts: n definitions.
        words: the headword of each.
        vectors: (n, d) float32, of length 1.
        headwords: w words, each once.
        headword_vectors: (w, d) float32, of length 1.
        queries: (q, d) float32, of length 1; descriptions in people's words.
    """

    texts: list[str]
    words: list[str]
    vectors: np.ndarray
    headwords: list[str]
    headword_vectors: np.ndarray
    queries: np.ndarray

    def best(self, *, by_word: bool) -> list[list[str]]:
        """The ten best texts of each query, or those of the ten best words."""
        scores = self.queries @ self.vectors.T
        return [self._ten(line, by_word=by_word) for line in scores]

    def _ten(self, scores: np.ndarray, *, by_word: bool) -> list[str]:
        best: dict[object, str] = {}
        for row in np.argsort(-scores, kind="stable")[: 10 * K]:
            best.setdefault(self.words[row] if by_word else row, self.texts[row])
        return list(best.values())[:K]


def read_texts(source: Path, vectors: Path, folder: Path, rows: int) -> Texts:
    """The first `rows` definitions (0: all) and their vectors, which are made once."""
    word_of: dict[str, str] = {}
    for word, definitions in entries(source / "oewn.jsonl.gz"):
        for definition in definitions:
            word_of.setdefault(definition, word)
    made = np.load(prepare("oewn", vectors, source), mmap_mode="r")
    count = rows or len(made)
    texts = list(word_of)[:count]
    words = [word_of[text] for text in texts]
    headwords = list(dict.fromkeys(words))
    with (source / "dev_descriptions.jsonl").open() as lines:
        descriptions = [json.loads(line)["definition"] for line in lines]
    return Texts(
        texts,
        words,
        np.ascontiguousarray(made[:count]),
        headwords,
        embedded(headwords, folder / "headwords.npy"),
        embedded(descriptions, folder / "queries.npy"),
    )


def embedded(texts: list[str], path: Path) -> np.ndarray:
    """Vectors of texts, which are made once."""
    if not path.exists():
        np.save(path, embed(texts))
    return np.load(path)


def recall(found: dict[str, list[str]], best: list[list[str]]) -> float:
    """The share of true answers that were found, by the number of the query."""
    shares = [
        len(set(texts) & set(best[int(number)])) / len(best[int(number)])
        for number, texts in found.items()
        if best[int(number)]
    ]
    return float(np.mean(shares))
