"""Filters of every selectivity, through the doors that users of embedded databases have."""

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.vector.contestants import Chroma, Lance
from benchmarks.vector.ids import make_ids
from benchmarks.vector.measure import K, take_turns
from vectorindex.binary import BinaryIndex
from vectorindex.flat import FlatIndex
from vectorindex.ivf import IvfIndex
from vectorindex.protocol import Metric

SHARES = [1.0, 0.5, 0.1, 0.01, 0.001]
QUERIES = 60
PER_TURN = 10


def measure_filters(vectors: np.ndarray, queries: np.ndarray, folder: Path) -> dict[str, Any]:
    queries = queries[:QUERIES]
    numbers = np.random.default_rng(2).random(len(vectors)).astype(np.float32)
    ids = make_ids(len(vectors))
    ours = {"flat": FlatIndex, "binary": BinaryIndex, "ivf": IvfIndex}
    indexes = {name: kind(vectors.shape[1], Metric.COSINE) for name, kind in ours.items()}
    for index in indexes.values():
        index.add(ids, vectors)
    others = {
        "Chroma": Chroma(vectors, numbers, folder / "chroma"),
        "LanceDB": Lance(vectors, numbers, folder / "lance"),
    }
    results = {}
    for share in SHARES:
        mask = numbers < np.float32(share)
        exact = indexes["flat"].search(queries, K, mask=mask).rows
        searches = {
            name: lambda q, i=index, m=mask: i.search(q, K, mask=m).rows
            for name, index in indexes.items()
        } | {name: database.search(share) for name, database in others.items()}
        results[str(share)] = take_turns(searches, queries, exact, per_turn=PER_TURN)
    return results
