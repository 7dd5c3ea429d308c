"""Exact search: one query, batches, and concurrent queries that are joined."""

from typing import Any

import numpy as np

from benchmarks.vector.contestants import FAISS_BLAS_AS_INSTALLED, faiss_flat
from benchmarks.vector.measure import K, read_bandwidth, take_turns
from vectorindex.flat import FlatIndex

QUERIES = 128


def measure_exact(
    flat: FlatIndex, vectors: np.ndarray, queries: np.ndarray, exact: np.ndarray
) -> dict[str, Any]:
    queries = queries[:QUERIES]
    naive = {"naive NumPy": lambda q: np.argpartition(-(q @ vectors.T), K, axis=1)[:, :K]}
    ours = {"ours": lambda q: flat.search(q, K).rows}
    single = take_turns(ours | naive | {"FAISS": faiss_flat(vectors)}, queries, exact, per_turn=8)
    contestants = (
        ours
        | naive
        | {
            "FAISS, BLAS forced": faiss_flat(vectors, blas_from=1),
            "FAISS, as installed": faiss_flat(vectors),
        }
    )
    batches = {
        str(size): take_turns(contestants, queries, exact, batch=size, per_turn=max(size, 32))
        for size in (2, 4, 8, 32, 128)
    }
    bandwidth = read_bandwidth(vectors)
    scan_seconds = single["ours"]["best_ms"] / 1e3
    return {
        "read_bandwidth_gb_s": bandwidth / 1e9,
        "scan_gb_s": vectors.nbytes / scan_seconds / 1e9,
        "faiss_blas_from_as_installed": FAISS_BLAS_AS_INSTALLED,
        "single": single,
        "batches": batches,
    }
