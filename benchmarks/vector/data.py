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
    """Distinct definitions, in the order of the files."""
    files = ["oewn.jsonl.gz"]
    if name == "oewn_wiktionary":
        files.append("wiktionary-en.jsonl.gz")
    return list(dict.fromkeys(text for file in files for text in definitions(source / file)))


def definitions(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt") as lines:
        for line in lines:
            for sense in json.loads(line).get("senses", []):
                yield sense["definition"]


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
