"""Exact searches that arrive at once, joined as the server joins them: alone they must not lose."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.vector.measure import K
from resolvers.semantic_index.joining import JoiningLoader
from resolvers.semantic_index.threads import in_thread
from vectorindex.flat import FlatIndex

CONCURRENT = (1, 4, 8, 32)
QUERIES = 128
ROUNDS = 3

Search = Callable[[np.ndarray], Awaitable[object]]


def measure_joining(flat: FlatIndex, queries: np.ndarray) -> dict[str, Any]:
    """Milliseconds of CPU per query, by how many are searched at once."""
    return asyncio.run(_measure(flat, queries[:QUERIES]))


async def _measure(flat: FlatIndex, queries: np.ndarray) -> dict[str, Any]:
    async def one_by_one(query: np.ndarray) -> object:
        return await in_thread(flat.search, query[np.newaxis], K)

    async def search_batch(batch: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return list((await in_thread(flat.search, np.stack(batch), K)).rows)

    joined: Search = JoiningLoader(search_batch).load
    results: dict[str, Any] = {}
    for concurrent in CONCURRENT:
        times: dict[str, list[float]] = {"one by one": [], "joined": []}
        for _ in range(ROUNDS):
            for name, search in (("one by one", one_by_one), ("joined", joined)):
                times[name].append(await _milliseconds(search, queries, concurrent))
        results[str(concurrent)] = {name: min(taken) for name, taken in times.items()}
    return results


async def _milliseconds(search: Search, queries: np.ndarray, concurrent: int) -> float:
    start = time.process_time()
    for first in range(0, len(queries), concurrent):
        await asyncio.gather(*(search(query) for query in queries[first : first + concurrent]))
    return (time.process_time() - start) / len(queries) * 1e3
