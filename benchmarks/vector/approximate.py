"""Approximate search by recall, and what an index costs to build, to grow and to hold."""

import ctypes
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.vector.contestants import build_hnsw, hnsw_search
from benchmarks.vector.ids import make_ids
from benchmarks.vector.measure import K, seconds_of, take_turns
from vectorindex.base import MemoryIndex
from vectorindex.binary import BinaryIndex
from vectorindex.breadth import Breadth
from vectorindex.flat import FlatIndex
from vectorindex.ivf import IvfIndex
from vectorindex.protocol import Metric

CODES = [Breadth(fixed=count, per_hit=8) for count in (0, 40, 120, 320)]
LISTS = [
    Breadth(nprobe, fixed, 8)
    for nprobe, fixed in (
        (32, 20), (40, 0), (40, 20), (48, 20), (64, 40), (80, 60), (96, 60), (96, 120),
        (128, 120), (128, 200), (192, 200), (256, 300),
    )
]  # fmt: skip
HNSW_EF = [12, 16, 20, 24, 32, 40, 56, 80, 120, 200]
INSERTED = 2_000
INSERTED_AT_ONCE = 100


def measure_approximate(
    vectors: np.ndarray, queries: np.ndarray, exact: np.ndarray, cache: Path
) -> dict[str, Any]:
    ids = make_ids(len(vectors))
    flat, binary, ivf = (
        kind(vectors.shape[1], Metric.COSINE) for kind in (FlatIndex, BinaryIndex, IvfIndex)
    )
    for index in (flat, binary, ivf):
        index.add(ids, vectors)
    hnsw, _ = build_hnsw(vectors, cache)
    searches = {"flat": lambda q: flat.search(q, K).rows}
    for breadth in CODES:
        searches[f"binary {breadth.candidates(K)}"] = _at(binary, breadth)
    for breadth in LISTS:
        searches[f"ivf {breadth.nprobe}/{breadth.candidates(K)}"] = _at(ivf, breadth)
    for ef in HNSW_EF:
        searches[f"hnswlib {ef}"] = hnsw_search(hnsw, ef)
    return take_turns(searches, queries, exact)


def _at(index: MemoryIndex, breadth: Breadth):
    def search(queries: np.ndarray) -> np.ndarray:
        index.breadth = breadth
        return index.search(queries, K).rows

    return search


def measure_costs(vectors: np.ndarray, queries: np.ndarray, cache: Path) -> dict[str, Any]:
    hnsw, hnsw_build = build_hnsw(vectors, cache)
    build, insert, size = {"hnswlib": hnsw_build}, {}, {}
    held_out = np.concatenate([queries, -queries])[:INSERTED]
    indexes = {}
    ids = make_ids(len(vectors))
    for kind in (FlatIndex, BinaryIndex, IvfIndex):
        before = _resident_bytes()
        indexes[kind.__name__] = index = kind(vectors.shape[1], Metric.COSINE)
        build[kind.__name__] = seconds_of(lambda i=index: i.add(ids, vectors))
        size[kind.__name__] = (_resident_bytes() - before) / len(vectors)
    before = _resident_bytes()
    fresh = type(hnsw)("ip", vectors.shape[1])
    fresh.load_index(str(cache), max_elements=len(vectors))
    size["hnswlib"] = (_resident_bytes() - before) / len(vectors)
    for name in [*indexes, "hnswlib"]:
        insert[name] = 0.0
    # In turns, a hundred at a time.
    for first in range(0, len(held_out), INSERTED_AT_ONCE):
        rows = held_out[first : first + INSERTED_AT_ONCE]
        for name, index in indexes.items():
            ids = make_ids(len(rows), len(vectors) + first)
            insert[name] += seconds_of(lambda i=index, ids=ids, rows=rows: i.add(ids, rows))
        insert["hnswlib"] += seconds_of(lambda rows=rows: hnsw.add_items(rows, num_threads=1))
    return {
        "build_seconds": build,
        "insert_us": {name: took / len(held_out) * 1e6 for name, took in insert.items()},
        "resident_bytes_per_vector": size,
        "measured": time.strftime("%Y-%m-%d"),
    }


def _resident_bytes() -> int:
    # What was freed while an index was built is not the index's, though it may still be resident.
    ctypes.CDLL(None).malloc_trim(0)
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * 4096
