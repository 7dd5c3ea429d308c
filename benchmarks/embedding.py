"""How fast texts become vectors: load time, query latency, definitions per second.

One core:   taskset -c 0 .venv/bin/python -m benchmarks.embedding
Two cores:  taskset -c 0,1 .venv/bin/python -m benchmarks.embedding

The texts are definitions of Open English WordNet (`--dictionary`, JSON Lines). `static` needs a
table (`lexigraph distill`) in the data folder, LEXIGRAPH_DATA_DIR.
"""

import argparse
import gzip
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from infra.embeddings.protocol import Embedder
from infra.embeddings.registry import Embedders
from infra.settings import load_settings, process_environment

ROUNDS = 5
TEXTS = 3000
QUERIES = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--dictionary", type=Path, default=Path("../shared/data/oewn.jsonl.gz"), help="JSON Lines"
    )
    parser.add_argument(
        "--provider", action="append", help="may be repeated (default: minilm and hashing)"
    )
    options = parser.parse_args()
    texts = read_definitions(options.dictionary)
    cores = len(os.sched_getaffinity(0))
    print(f"{TEXTS} definitions, {cores} core(s), medians of {ROUNDS} rounds")
    for provider in options.provider or ["minilm", "hashing"]:
        measure(provider, texts[:: len(texts) // TEXTS][:TEXTS])


def read_definitions(path: Path) -> list[str]:
    """The distinct definitions of a dictionary, in its order."""
    texts: dict[str, None] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for sense in json.loads(line).get("senses", ()):
                texts.setdefault(sense["definition"])
    return list(texts)


def measure(provider: str, texts: list[str]) -> None:
    settings = load_settings(process_environment())
    load_seconds = median_seconds(lambda: Embedders(settings).newest(provider))
    embedder = Embedders(settings).newest(provider)
    embed_seconds = median_seconds(lambda: embedder.embed(texts))
    print(f"{provider:8} load {load_seconds * 1e3:7.1f} ms")
    print(f"{provider:8} bulk {TEXTS / embed_seconds:9,.0f} definitions/s")
    print(f"{provider:8} query {query_milliseconds(embedder, texts):6.2f} ms")


def median_seconds(run: Callable[[], object]) -> float:
    run()
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def query_milliseconds(embedder: Embedder, texts: list[str]) -> float:
    seconds = []
    for text in texts[:QUERIES]:
        start = time.perf_counter()
        embedder.embed([text])
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) * 1e3


if __name__ == "__main__":
    main()
