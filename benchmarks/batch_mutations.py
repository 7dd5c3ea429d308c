"""Loading words over HTTP: batches of 250 beside single mutations, on one server, interleaved.

    .venv/bin/python -m benchmarks.batch_mutations [--items 1000] [--rounds 1]

Each round loads the same number of words, with a definition and an example each, in both ways, and
in one mixed batch where definitions refer to their words by `clientRef`.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

LEXIGRAPH = Path(sys.executable).with_name("lexigraph")
LIBRARY = "benchmark"
BATCH = 250

CREATE_LIBRARY = """
mutation { createLibraries(input: {items: [{key: "benchmark", name: "Benchmark"}]}) {
  createdCount } }
"""
CREATE_WORDS = """
mutation($items: [NewWordInput!]!) { createWords(input: {library: "benchmark", items: $items}) {
  createdCount sequence } }
"""
APPLY_BATCH = """
mutation($items: [BatchOperationInput!]!) {
  applyBatch(input: {library: "benchmark", items: $items}) { createdCount sequence } }
"""

Send = Callable[[str, list[Any]], int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as send:
        measure(send, "warm-up", BATCH)
        rounds = [measure(send, f"r{number}", options.items) for number in range(options.rounds)]
    for number, (batches, singles, mixed) in enumerate(rounds):
        print(
            f"round {number}: batches {batches:.2f} s, singles {singles:.2f} s, mixed {mixed:.2f} s"
        )
    ratio = statistics.median(singles / batches for batches, singles, _ in rounds)
    print(f"batches of {BATCH} are {ratio:.1f} times as fast as single mutations")


@contextmanager
def serving(folder: Path) -> Iterator[Send]:
    """A server of its own; what is yielded runs a mutation on items and counts what it made."""
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "LEXIGRAPH_DATA_DIR": str(folder / "data"),
        "LEXIGRAPH_EMBEDDING_PROVIDER": "hashing",
        "LEXIGRAPH_SAMPLE_LIBRARY": "false",
        "LEXIGRAPH_PORT": "18765",
    }
    process = subprocess.Popen(  # noqa: S603 - our own program
        [LEXIGRAPH, "serve"], env=environment, cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with httpx.Client(base_url="http://127.0.0.1:18765", timeout=120) as client:
            wait_for(client)
            ask(client, CREATE_LIBRARY)
            yield lambda query, items: created(ask(client, query, items=items))
    finally:
        process.terminate()
        process.wait()


def wait_for(client: httpx.Client) -> None:
    for _ in range(600):
        try:
            if client.get("/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    sys.exit("the server does not start")


def ask(client: httpx.Client, query: str, **variables: Any) -> dict[str, Any]:
    answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
    if "errors" in answer:
        sys.exit(str(answer["errors"])[:500])
    data: dict[str, Any] = answer["data"]
    return data


def created(data: dict[str, Any]) -> int:
    (payload,) = data.values()
    count: int = payload["createdCount"]
    return count


def measure(send: Send, name: str, count: int) -> tuple[float, float, float]:
    """Seconds for batches, single mutations and mixed batches of as many words."""
    batches = timed(send, CREATE_WORDS, portions(words(f"{name} batch", count), BATCH))
    singles = timed(send, CREATE_WORDS, portions(words(f"{name} single", count), 1))
    mixed = timed(send, APPLY_BATCH, portions(operations(f"{name} mixed", count), BATCH))
    return batches, singles, mixed


def timed(send: Send, query: str, requests: list[list[Any]]) -> float:
    started = time.perf_counter()
    for items in requests:
        if send(query, items) != len(items):
            sys.exit("not all items were created")
    return time.perf_counter() - started


def portions(items: list[Any], size: int) -> list[list[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def words(name: str, count: int) -> list[Any]:
    return [
        {
            "text": f"{name} {number}",
            "partOfSpeech": ["NOUN"],
            "definitions": [definition(name, number)],
        }
        for number in range(count)
    ]


def operations(name: str, count: int) -> list[Any]:
    """As many operations: words, then definitions that refer to them, in each batch."""
    half = BATCH // 2
    made: list[Any] = []
    for start in range(0, count // 2, half):
        numbers = range(start, start + half)
        made += [{"createWord": {"clientRef": f"w{n}", "text": f"{name} {n}"}} for n in numbers]
        made += [{"createDefinition": {"wordId": f"@w{n}", **definition(name, n)}} for n in numbers]
    return made


def definition(name: str, number: int) -> dict[str, Any]:
    return {
        "text": f"The thing of the number {number} among those of the {name}.",
        "examples": [{"text": f"Have you seen {number} of the {name}?"}],
    }


if __name__ == "__main__":
    main()
