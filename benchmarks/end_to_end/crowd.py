"""Clients that ask at once, and what they measured."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass
class Answers:
    """What clients measured together.

    Attributes:
        took: seconds of every answer.
        found: texts by the number of the query.
        seconds: how long was asked.
    """

    took: list[float] = field(default_factory=list)
    found: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def queries_per_second(self) -> float:
        return len(self.took) / self.seconds

    def milliseconds(self, percentile: float) -> float:
        return float(np.percentile(self.took, percentile)) * 1e3

    def add(self, others: Sequence[dict[str, object]], seconds: float) -> None:
        """Take in what all clients measured in the same time."""
        for each in others:
            self.took += each["took"]
            self.found |= each["found"]
        self.seconds += seconds


class Crowd:
    """Clients of one server."""

    def __init__(self, clients: Sequence[subprocess.Popen[str]]) -> None:
        self._clients = clients
        for client in clients:
            if client.stdout.readline().strip() != "ready":
                raise SystemExit("a client does not start")

    def ask(self, seconds: float, answers: Answers) -> None:
        """Let all of them ask at once."""
        for client in self._clients:
            client.stdin.write(f"{seconds}\n")
            client.stdin.flush()
        # Long lines: a client waits until the line before is read.
        with ThreadPoolExecutor(len(self._clients)) as threads:
            lines = threads.map(lambda client: client.stdout.readline(), self._clients)
            answers.add([json.loads(line) for line in lines], seconds)


@contextmanager
def crowd(kind: str, address: str, queries: Path, python: Path, *, clients: int) -> Iterator[Crowd]:
    with ExitStack() as stack:
        started = [
            stack.enter_context(_client(kind, address, queries, python, seed))
            for seed in range(clients)
        ]
        try:
            yield Crowd(started)
        finally:
            for client in started:
                client.stdin.close()


def _client(
    kind: str, address: str, queries: Path, python: Path, seed: int
) -> subprocess.Popen[str]:
    command = [python, "-m", f"benchmarks.end_to_end.clients.{kind}", address, queries, seed]
    return subprocess.Popen(  # noqa: S603 - our own module
        [str(part) for part in command],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": "."},  # noqa: TID251
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
