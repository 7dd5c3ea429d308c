"""Searches while vectors are deleted and put back: how long they take, and what they find."""

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.vector.ids import make_ids
from benchmarks.vector.measure import K
from vectorindex.calibration import recall_of
from vectorindex.protocol import Metric
from vectorindex.segments.index import SegmentedIndex
from vectorindex.segments.settings import Settings

OPERATIONS = 10_000
# As batch mutations come, and as often as a server writes its tail to files.
AT_ONCE = 20
SEALED_AFTER = 1_000
# Two thousand a second: more than a server takes in.
PAUSE_SECONDS = 2 * AT_ONCE / 2_000
QUIET_SEARCHES = 1_000


def measure_changes(vectors: np.ndarray, queries: np.ndarray, folder: Path) -> dict[str, Any]:
    """Milliseconds of wall time, one search at a time beside one thread that writes."""
    directory = folder / "changes"
    shutil.rmtree(directory, ignore_errors=True)
    index = SegmentedIndex(directory, Settings(vectors.shape[1], Metric.COSINE))
    ids = make_ids(len(vectors))
    index.apply(1, [], ids, vectors)
    _write(index)
    affinity = os.sched_getaffinity(0)
    # A server has a core for the thread that writes.
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        quiet = _search(index, queries, lambda done: done >= QUIET_SEARCHES)
        writer = threading.Thread(target=_change, args=(index, ids, vectors))
        writer.start()
        busy = _search(index, queries, lambda _: not writer.is_alive())
        writer.join()
    finally:
        os.sched_setaffinity(0, affinity)
    snapshot = index.snapshot
    recall = recall_of(snapshot.search(queries, K), snapshot.exact().search(queries, K))
    return {"quiet": _figures(quiet), "busy": _figures(busy), "recall_afterwards": recall}


def _change(index: SegmentedIndex, ids: list[bytes], vectors: np.ndarray) -> None:
    nothing = vectors[:0]
    for first in range(0, OPERATIONS // 2, AT_ONCE):
        part = slice(first, first + AT_ONCE)
        index.apply(index.sequence + 1, ids[part], [], nothing)
        index.apply(index.sequence + 1, [], ids[part], vectors[part])
        if first % SEALED_AFTER == SEALED_AFTER - AT_ONCE:
            _write(index)
        time.sleep(PAUSE_SECONDS)


def _write(index: SegmentedIndex) -> None:
    with index.lock():
        index.seal()
        while index.merge():
            pass


def _search(
    index: SegmentedIndex, queries: np.ndarray, is_done: Callable[[int], bool]
) -> list[float]:
    seconds: list[float] = []
    while not is_done(len(seconds)):
        query = queries[len(seconds) % len(queries)][np.newaxis]
        start = time.perf_counter()
        index.search(query, K)
        seconds.append(time.perf_counter() - start)
    return seconds


def _figures(seconds: list[float]) -> dict[str, float]:
    middle, late = np.percentile(seconds, [50, 99]) * 1e3
    return {"searches": len(seconds), "p50_ms": float(middle), "p99_ms": float(late)}
