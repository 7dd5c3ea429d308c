"""Contestants take turns on one core."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.graphql.cases import QUERIES, write_cases
from benchmarks.graphql.environments import node_environment, python_environment

TURNS = 9
SECONDS_OF_A_TURN = 0.05

Medians = dict[str, dict[str, float]]


class Contestant:
    """A process that waits for its turn."""

    def __init__(self, name: str, command: list[str], folder: Path, core: int) -> None:
        self.name = name
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}  # noqa: TID251 - handed on
        process = subprocess.Popen(  # noqa: S603 - our own words
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        os.sched_setaffinity(process.pid, {core})
        if process.stdin is None or process.stdout is None:
            raise TypeError("The contestant cannot be talked to.")
        self._process, self._input, self._output = process, process.stdin, process.stdout

    def run(self, query: str, runs: int) -> dict[str, Any]:
        """Answer a query so many times."""
        print(json.dumps([query, runs]), file=self._input, flush=True)
        result: dict[str, Any] = json.loads(self._output.readline())
        return result

    def end(self) -> None:
        """Let it go."""
        self._input.close()
        self._process.wait()


@contextmanager
def contestants(build: Path, core: int) -> Iterator[list[Contestant]]:
    """All of them, started."""
    here = Path(__file__).parent
    cases = (build / "cases.json").absolute()
    write_cases(cases)
    module = ["-m", "benchmarks.graphql.contestant"]
    commands: dict[str, tuple[list[str], Path]] = {
        name: ([sys.executable, *module, name], Path.cwd())
        for name in (
            "orjson of ready data",
            "graphql-core",
            "Strawberry",
            "Strawberry with caches",
            "this",
        )
    }
    python = python_environment(build / "python")
    commands["Ariadne"] = ([str(python), *module, "Ariadne"], Path.cwd())
    if node := node_environment(build / "node"):
        for name in ("graphql-js", "graphql-jit"):
            commands[name] = (["node", str(here / "contestant.mjs"), name, str(cases)], node)
    started = [
        Contestant(name, command, folder, core) for name, (command, folder) in commands.items()
    ]
    try:
        yield started
    finally:
        for each in started:
            each.end()


def measure(build: Path, core: int) -> Medians:
    """Seconds of CPU time for one answer, by query and contestant."""
    with contestants(build, core) as all_of_them:
        medians: Medians = {}
        for query in QUERIES:
            runs = {each.name: _warm(each, query) for each in all_of_them}
            times: dict[str, list[float]] = {each.name: [] for each in all_of_them}
            answers = {}
            for _ in range(TURNS):
                for each in all_of_them:
                    result = each.run(query, runs[each.name])
                    times[each.name].append(result["seconds"])
                    answers[each.name] = result["answer"]
            _check(query, answers)
            medians[query] = {name: statistics.median(each) for name, each in times.items()}
            print(query, {name: f"{value * 1e6:.0f} µs" for name, value in medians[query].items()})
    return medians


def _warm(contestant: Contestant, query: str) -> int:
    """Run until what can get faster has; how many runs make a turn."""
    contestant.run(query, 20)
    seconds = contestant.run(query, 20)["seconds"]
    return max(5, int(SECONDS_OF_A_TURN / max(seconds, 1e-6)))


def _check(query: str, answers: dict[str, str]) -> None:
    """Those in Python, and those on Node.js, have the same answers."""
    node = {"graphql-js", "graphql-jit"}
    for group in (node, set(answers) - node):
        if len({answers[name] for name in group & set(answers)}) > 1:
            raise SystemExit(f"The answers to {query} differ: {answers}")
