"""A client asks again as soon as it is answered.

It says that it is ready, and begins when it reads a number of seconds; so clients measure the same
time. After these it prints how long each answer took and what it held, as JSON, and waits for more.
"""

import json
import sys
import time
from collections.abc import Callable

import numpy as np

K = 10
WARM_UPS = 5

Search = Callable[[np.ndarray], list[str]]


def run_client(connect: Callable[[str], Search]) -> None:
    """Arguments: address of the server, file of (q, d) queries, seed."""
    address, queries, seed = sys.argv[1:4]
    search, asked, random = connect(address), np.load(queries), np.random.default_rng(int(seed))
    for query in asked[:WARM_UPS]:
        search(query)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(_ask_for(float(line), search, asked, random)), flush=True)


def _ask_for(
    seconds: float, search: Search, queries: np.ndarray, random: np.random.Generator
) -> dict[str, object]:
    took, found = [], {}
    end = time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        number = int(random.integers(len(queries)))
        found[number] = search(queries[number])
        took.append(time.perf_counter() - start)
    return {"took": took, "found": found}
