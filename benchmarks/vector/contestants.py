"""Other people's indexes, each by its own client, as its documentation uses it."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import chromadb
import faiss
import hnswlib
import lancedb
import numpy as np
import pyarrow as pa

from benchmarks.vector.measure import K

Search = Callable[[np.ndarray], np.ndarray]
# FAISS multiplies matrices from this many queries on.
FAISS_BLAS_AS_INSTALLED = faiss.cvar.distance_compute_blas_threshold
HNSW_M, HNSW_EF_CONSTRUCTION = 16, 200
ADDED_AT_ONCE = 5_000


def faiss_flat(vectors: np.ndarray, *, blas_from: int = FAISS_BLAS_AS_INSTALLED) -> Search:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)

    def search(queries: np.ndarray) -> np.ndarray:
        faiss.cvar.distance_compute_blas_threshold = blas_from
        return index.search(queries, K)[1]

    return search


def build_hnsw(vectors: np.ndarray, cache: Path) -> tuple[hnswlib.Index, float]:
    """An index and the CPU seconds that building it took, perhaps on an earlier day."""
    index = hnswlib.Index("ip", vectors.shape[1])
    times = cache.with_name(f"{cache.name}.json")
    if times.exists():
        index.load_index(str(cache), max_elements=len(vectors) + 10_000)
        return index, json.loads(times.read_text())["build_seconds"]
    index.init_index(len(vectors) + 10_000, ef_construction=HNSW_EF_CONSTRUCTION, M=HNSW_M)
    start = time.process_time()
    index.add_items(vectors, num_threads=1)
    seconds = time.process_time() - start
    index.save_index(str(cache))
    times.write_text(json.dumps({"build_seconds": seconds}))
    return index, seconds


def hnsw_search(index: hnswlib.Index, ef: int) -> Search:
    def search(queries: np.ndarray) -> np.ndarray:
        index.set_ef(ef)
        return index.knn_query(queries, K, num_threads=1)[0].astype(np.int64)

    return search


class Chroma:
    """A collection with a random number beside each vector, to filter by."""

    def __init__(self, vectors: np.ndarray, numbers: np.ndarray, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._collection = chromadb.PersistentClient(str(folder)).create_collection(
            "vectors", metadata={"hnsw:space": "ip"}
        )
        for start in range(0, len(vectors), ADDED_AT_ONCE):
            end = min(len(vectors), start + ADDED_AT_ONCE)
            self._collection.add(
                ids=[str(row) for row in range(start, end)],
                embeddings=vectors[start:end],
                metadatas=[{"number": float(number)} for number in numbers[start:end]],
            )

    def search(self, share: float) -> Search:
        where = {"where": {"number": {"$lt": share}}} if share < 1 else {}

        def search(queries: np.ndarray) -> np.ndarray:
            found = self._collection.query(queries, n_results=K, include=[], **where)
            return np.array([[int(key) for key in keys] for keys in found["ids"]])

        return search


class Lance:
    """A table with an index by its defaults, and a number to filter by."""

    def __init__(self, vectors: np.ndarray, numbers: np.ndarray, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
        table = pa.table(
            {"row": np.arange(len(vectors)), "number": numbers.astype(np.float32), "vector": column}
        )
        self._table = lancedb.connect(folder).create_table("vectors", table)
        self._table.create_index(metric="dot", vector_column_name="vector")
        self._table.create_scalar_index("number")

    def search(self, share: float) -> Search:
        def search(queries: np.ndarray) -> np.ndarray:
            rows = []
            for query in queries:
                request = self._table.search(query).select(["row"]).limit(K).refine_factor(10)
                if share < 1:
                    request = request.where(f"number < {share}", prefilter=True)
                rows.append(request.to_arrow()["row"].to_numpy())
            return np.array(rows)

        return search
