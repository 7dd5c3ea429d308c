"""All measurements of one data set; runs in the contestants' environment on one core."""

import argparse
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks.vector.approximate import measure_approximate, measure_costs
from benchmarks.vector.changes import measure_changes
from benchmarks.vector.exact import measure_exact
from benchmarks.vector.filters import measure_filters
from benchmarks.vector.ids import make_ids
from benchmarks.vector.joining import measure_joining
from benchmarks.vector.judge import judge
from benchmarks.vector.opening import measure_opening
from benchmarks.vector.report import write_plots, write_table
from vectorindex.flat import FlatIndex
from vectorindex.protocol import Metric

HELD_OUT = 1_000
PACKAGES = ["numpy", "faiss-cpu", "hnswlib", "chromadb", "lancedb"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("vectors", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--only", nargs="*", help="measure these parts anew, keep the others")
    options = parser.parse_args()
    os.sched_setaffinity(0, {options.core})
    vectors, queries = split(np.load(options.vectors), options.rows)
    name = f"{options.name}-{len(vectors)}"
    flat = FlatIndex(vectors.shape[1], Metric.COSINE)
    flat.add(make_ids(len(vectors)), vectors)
    exact = flat.search(queries, 10).rows
    cache = options.folder / f"{name}.hnsw"
    results = {
        "data": options.name,
        "rows": len(vectors),
        "dimension": vectors.shape[1],
        "queries": len(queries),
        "python": platform.python_version(),
        "versions": {package: version(package) for package in PACKAGES},
        "load_average": os.getloadavg(),
    }
    path = options.folder / f"{name}.json"
    if options.only:
        results = json.loads(path.read_text()) | results
    for part, measure in (
        ("exact", lambda: measure_exact(flat, vectors, queries, exact)),
        ("joining", lambda: measure_joining(flat, queries)),
        ("approximate", lambda: measure_approximate(vectors, queries, exact, cache)),
        ("costs", lambda: measure_costs(vectors, queries, cache)),
        ("opening", lambda: measure_opening(vectors, options.folder)),
        ("changes", lambda: measure_changes(vectors, queries, options.folder)),
        ("filters", lambda: measure_filters(vectors, queries, options.folder)),
    ):
        if options.only and part not in options.only:
            continue
        print(f"{name}: {part}", flush=True)
        results[part] = measure()
        path.write_text(json.dumps(results, indent=1))
    results["goals"] = judge(results)
    path.write_text(json.dumps(results, indent=1))
    table = write_table(results)
    path.with_suffix(".md").write_text(table)
    write_plots(results, path.with_suffix(".png"))
    print(table)


def split(vectors: np.ndarray, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Hold a thousand vectors out to search for."""
    order = np.random.default_rng(1).permutation(len(vectors))[: rows + HELD_OUT if rows else None]
    queries = np.ascontiguousarray(vectors[order[:HELD_OUT]])
    return np.ascontiguousarray(vectors[order[HELD_OUT:]]), queries


if __name__ == "__main__":
    main()
