"""How fast the exact index answers: by number of concurrent queries, and by share of rows allowed.

taskset -c 0 .venv/bin/python -m benchmarks.flat_index --rows 107525

Vectors are a mixture of 500 clusters: neighbours are as near as those of real texts.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from vectorindex.flat import FlatIndex
from vectorindex.protocol import Metric, Vectors

DIMENSION = 384
K = 10
ROUNDS = 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=107_525, help="vectors in the index")
    rows: int = parser.parse_args().rows
    threadpool_limits(limits=1, user_api="blas")
    vectors, queries = make_vectors(rows)
    index = FlatIndex(DIMENSION, Metric.COSINE)
    start = time.perf_counter()
    index.add([row.to_bytes(16, "big") for row in range(rows)], vectors)
    print(f"{rows:,} rows of {DIMENSION}, top {K}, one BLAS thread, medians of {ROUNDS} rounds")
    print(f"add          {(time.perf_counter() - start) / rows * 1e6:8.2f} µs per vector")
    measure_batches(index, queries)
    measure_masks(index, queries)


def make_vectors(rows: int) -> tuple[Vectors, Vectors]:
    random = np.random.default_rng(0)
    centres = random.standard_normal((500, DIMENSION), dtype=np.float32)
    vectors = centres[random.integers(0, 500, rows)]
    vectors += random.standard_normal(vectors.shape, dtype=np.float32)
    noise = random.standard_normal((128, DIMENSION), dtype=np.float32)
    return vectors, vectors[:128] + noise * np.float32(0.5)


def measure_batches(index: FlatIndex, queries: Vectors) -> None:
    for count in (1, 2, 4, 8, 32, 128):
        batch = queries[:count]
        seconds = median_seconds(partial(index.search, batch, K)) / count
        print(f"batch {count:5}  {seconds * 1e3:8.3f} ms per query")


def measure_masks(index: FlatIndex, queries: Vectors) -> None:
    random = np.random.default_rng(1).random(index.row_count)
    for share in (0.5, 0.1, 0.01, 0.001):
        mask = random < share
        seconds = median_seconds(partial(index.search, queries[:1], K, mask=mask))
        print(f"mask {share:6.1%}  {seconds * 1e3:8.3f} ms per query")


def median_seconds(run: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
