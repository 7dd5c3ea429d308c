"""Prepare the servers, let clients ask them in turns, and report."""

import argparse
import json
import os
import platform
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.end_to_end import servers
from benchmarks.end_to_end.changes import Changes
from benchmarks.end_to_end.crowd import Answers, Crowd, crowd
from benchmarks.end_to_end.report import write_table
from benchmarks.end_to_end.texts import Texts, read_texts, recall
from benchmarks.vector.__main__ import FOLDER as VECTORS
from benchmarks.vector.environment import make_environment

FOLDER = Path("build/bench-end-to-end")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-end-to-end", description="Compare servers.")
    parser.add_argument("--source", type=Path, default=Path("../shared/data"), help="dictionaries")
    parser.add_argument("--rows", type=int, default=0, help="use this many definitions at most")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each turn")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="of our server")
    parser.add_argument("--changes", type=int, default=10_000, help="words deleted and created")
    parser.add_argument("--at-once", type=int, default=50, help="words in a transaction")
    parser.add_argument("--skip", nargs="*", default=[], help="contestants to leave out")
    options = parser.parse_args()
    VECTORS.mkdir(parents=True, exist_ok=True)
    folder = FOLDER / f"{options.rows or 'all'}"
    folder.mkdir(parents=True, exist_ok=True)
    python = make_environment(VECTORS / "env")
    texts = read_texts(options.source, VECTORS, folder, options.rows)
    results: dict[str, Any] = {
        "definitions": len(texts.texts),
        "clients": options.clients,
        "workers": options.workers,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "measured": time.strftime("%Y-%m-%d"),
        "load_average": os.getloadavg(),
    }
    with ExitStack() as stack:
        crowds, ours = start(stack, folder, texts, python, options)
        results["searches"] = search_in_turns(crowds, texts, options)
        results["changes"] = change_meanwhile(crowds["lexigraph"], ours, texts, options)
    (folder / "results.json").write_text(json.dumps(results, indent=1))
    table = write_table(results)
    (folder / "results.md").write_text(table)
    print(table)


def start(
    stack: ExitStack, folder: Path, texts: Texts, python: Path, options: argparse.Namespace
) -> tuple[dict[str, Crowd], str]:
    """The clients of every server, and the address of ours."""
    ours = stack.enter_context(servers.lexigraph(folder / "lexigraph", texts, options.workers))
    addresses = {"lexigraph": ours}
    for kind, serve in (("chroma", servers.chroma), ("milvus", servers.milvus)):
        if kind not in options.skip:
            addresses[kind] = stack.enter_context(serve(folder / kind, python))
            servers.fill(kind, addresses[kind], texts, folder, python)
    queries = folder / "queries.npy"
    crowds = {
        kind: stack.enter_context(crowd(kind, address, queries, python, clients=options.clients))
        for kind, address in addresses.items()
    }
    return crowds, ours


def search_in_turns(
    crowds: dict[str, Crowd], texts: Texts, options: argparse.Namespace
) -> dict[str, Any]:
    answers = {kind: Answers() for kind in crowds}
    for _ in range(options.rounds):
        for kind, each in crowds.items():
            each.ask(options.seconds, answers[kind])
    return {
        kind: summary(each, texts.best(by_word=kind == "lexigraph"))
        for kind, each in answers.items()
    }


def change_meanwhile(
    crowd: Crowd, address: str, texts: Texts, options: argparse.Namespace
) -> dict[str, Any]:
    """Search in quiet, then while words come and go; what stays has to be found all the same."""
    changes = Changes(address, options.changes // 4, options.at_once)
    best = texts.best(by_word=True)
    staying = [[text for text in each if text not in changes.texts] for each in best]
    quiet, busy, after = Answers(), Answers(), Answers()
    for _ in range(options.rounds):
        crowd.ask(options.seconds, quiet)
    start = time.perf_counter()
    with changes.beside(options.changes) as thread:
        while thread.is_alive():
            crowd.ask(options.seconds, busy)
    seconds = time.perf_counter() - start
    crowd.ask(options.seconds, after)
    return {
        "quiet": summary(quiet, best),
        "meanwhile": summary(busy, staying),
        "after": summary(after, best),
        "made": changes.made,
        "at_once": options.at_once,
        "seconds": seconds,
    }


def summary(answers: Answers, best: list[list[str]]) -> dict[str, float]:
    return {
        "queries_per_second": answers.queries_per_second,
        "p50_ms": answers.milliseconds(50),
        "p99_ms": answers.milliseconds(99),
        "recall": recall(answers.found, best),
    }


if __name__ == "__main__":
    sys.exit(main())
