"""What is searched: vectors of dictionaries' definitions, or a synthetic mixture of clusters."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from infra.embeddings.minilm.embedder import load_minilm

DATA_SETS = ["oewn", "oewn_wiktionary", "synthetic"]
DIMENSION = 384
EMBEDDED_AT_ONCE = 4_096


def prepare(name: str, folder: Path, source: Path) -> Path:
    """Make a data set's vectors, once (MiniLM embeds a few hundred definitions a second)."""
    path = folder / f"{name}.npy"
    if not path.exists():
        vectors = make_synthetic(1_000_000) if name == "synthetic" else embed(texts(name, source))
        fresh = path.with_suffix(".new.npy")
        np.save(fresh, vectors)
        fresh.rename(path)
    return path


def texts(name: str, source: Path) -> list[str]:
    """Distinct definitions of OEWN's words, in the order of the files."""
    oewn = list(entries(source / "oewn.jsonl.gz"))
    definitions = [text for _, texts in oewn for text in texts]
    if name == "oewn_wiktionary":
        # What two dictionaries say of the same words: the neighbours are near.
        words = {word.lower() for word, _ in oewn}
        definitions += [
            text
            for word, texts in entries(source / "wiktionary-en.jsonl.gz")
            if word.lower() in words
            for text in texts
        ]
    return list(dict.fromkeys(definitions))


def entries(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Headwords and their definitions."""
    with gzip.open(path, "rt") as lines:
        for line in lines:
            entry = json.loads(line)
            if "word" in entry:
                yield entry["word"], [sense["definition"] for sense in entry["senses"]]


def embed(sentences: list[str]) -> np.ndarray:
    embedder = load_minilm(None)
    vectors = np.empty((len(sentences), DIMENSION), dtype=np.float32)
    for start in range(0, len(sentences), EMBEDDED_AT_ONCE):
        part = slice(start, start + EMBEDDED_AT_ONCE)
        vectors[part] = embedder.embed(sentences[part])
        print(f"\rembedding {start:,} of {len(sentences):,}", end="", flush=True)
    print()
    return vectors


def make_synthetic(rows: int) -> np.ndarray:
    """Clusters of unequal sizes around centres that are themselves clustered, of length 1."""
    random = np.random.default_rng(0)
    broad = random.standard_normal((100, DIMENSION), dtype=np.float32)
    centres = broad[random.integers(0, 100, 5_000)]
    centres += random.standard_normal(centres.shape, dtype=np.float32)
    weights = random.pareto(2.0, 5_000) + 0.1
    vectors = centres[random.choice(5_000, rows, p=weights / weights.sum())]
    vectors += random.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors
