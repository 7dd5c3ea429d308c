"""How fast the embedded store answers, beside NX-27017, another MongoDB server over SQLite.

    uv venv /tmp/nx && uv pip install --python /tmp/nx/bin/python NX-27017==0.8.1
    .venv/bin/python -m benchmarks.embedded_store --nx /tmp/nx/bin/nx-27017

Both servers are pinned to the last core and this client to the first. They take turns of up to 50
operations, so that neither works with caches that the other has just filled, on the same documents,
through the same PyMongo over TCP; the figures are medians. Each server acknowledges as it does by
default: ours when the write is on disk, NX-27017 before (`synchronous=NORMAL`). The last rows are
writes a second of clients that insert at the same time, with `j: true`, so that both acknowledge
when the write is on disk; turns are short there, because a shared disk is fast in one second and
slow in the next.
"""

import argparse
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bson import ObjectId
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import PyMongoError
from pymongo.write_concern import WriteConcern

DOCUMENTS = 100_000
BATCH = 1_000
WORDS_WANTED = 100
START_SECONDS = 60
TURNS = 20
CLIENTS = (1, 8, 32)
CLIENT_SECONDS = 0.5
CLIENT_ROUNDS = 15

Words = Collection[dict[str, Any]]


class Operation(NamedTuple):
    """What is measured; the goal is how many times faster we want to be, 0 for none."""

    name: str
    run: Callable[[Words], object]
    rounds: int
    goal: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nx", type=Path, required=True, help="NX-27017's program")
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ours = stack.enter_context(served(our_command(Path(folder)), cores[-1]))
        theirs = stack.enter_context(served(nx_command(Path(folder), options.nx), cores[-1]))
        for words in (ours, theirs):
            fill(words, options.documents)
        print("| operation | this store | NX-27017 | ratio | goal |\n|---|---|---|---|---|")
        for operation in operations(options.documents):
            print(line(operation, *compare(operation, ours, theirs)), flush=True)
        for clients in CLIENTS:
            print(rates(clients, ours, theirs), flush=True)


def our_command(folder: Path) -> tuple[list[str], int]:
    port = free_port()
    path = str(folder / "ours.sqlite3")
    return [sys.executable, "-m", "infra.embedded", "--path", path, "--port", str(port)], port


def nx_command(folder: Path, program: Path) -> tuple[list[str], int]:
    port = free_port()
    command = [str(program), "--db", str(folder / "theirs.db"), "--port", str(port)]
    return [*command, "--log-file", str(folder / "nx.log")], port


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(command: tuple[list[str], int], core: int) -> Iterator[Words]:
    """A server on a core of its own, and a collection on it."""
    arguments, port = command
    taskset = shutil.which("taskset") or "taskset"
    server = subprocess.Popen(  # noqa: S603  # programs that the caller named
        [taskset, "--cpu-list", str(core), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    uri = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    try:
        with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=1_000) as client:
            wait_for(client)
            yield client["benchmark"]["words"]
    finally:
        server.terminate()
        server.wait()


def wait_for(client: MongoClient[dict[str, Any]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            client["admin"].command("ping")
        except PyMongoError:
            if time.monotonic() > deadline:
                raise
        else:
            return


def document(number: int) -> dict[str, Any]:
    return {"_id": number, "text": f"word {number}", "group": number % 100, "note": "x" * 80}


def fill(words: Words, size: int) -> None:
    words.create_index("text")
    words.create_index("group")
    for start in range(0, size, BATCH):
        words.insert_many([document(number) for number in range(start, start + BATCH)])


def operations(size: int) -> list[Operation]:
    def number() -> int:
        return random.randrange(size)  # noqa: S311  # which document is no secret

    def texts() -> list[str]:
        return [f"word {number()}" for _ in range(WORDS_WANTED)]

    def insert(words: Words) -> None:
        fresh = words.database["fresh"]
        fresh.insert_many(
            [{k: v for k, v in document(n).items() if k != "_id"} for n in range(BATCH)]
        )

    return [
        Operation("`ping`, for comparison", lambda words: words.database.command("ping"), 1_000, 0),
        Operation("`find_one` by `_id`", lambda words: words.find_one({"_id": number()}), 1_000, 2),
        Operation(
            "`find_one` by an indexed field",
            lambda words: words.find_one({"text": f"word {number()}"}),
            1_000,
            2,
        ),
        Operation("`insert_many` of 1,000", insert, 51, 3),
        Operation(
            "indexed `count` of 1,000",
            lambda words: words.count_documents({"group": number() % 100}),
            15,
            100,
        ),
        Operation(
            "`$in` of 100 on a secondary index",
            lambda words: words.find({"text": {"$in": texts()}}).to_list(),
            51,
            20,
        ),
    ]


def compare(operation: Operation, ours: Words, theirs: Words) -> tuple[float, float]:
    """Median seconds of both, who take turns."""
    seconds: tuple[list[float], list[float]] = ([], [])
    turn = max(1, operation.rounds // TURNS)
    for _ in range(operation.rounds // turn):
        for words, found in zip((ours, theirs), seconds, strict=True):
            for _ in range(turn):
                started = time.perf_counter()
                operation.run(words)
                found.append(time.perf_counter() - started)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def line(operation: Operation, ours: float, theirs: float) -> str:
    ratio = f"{theirs / ours:.1f} times"
    goal = f"≥ {operation.goal} times" if operation.goal else ""
    return f"| {operation.name} | {ours * 1e3:.2f} ms | {theirs * 1e3:.2f} ms | {ratio} | {goal} |"


def rates(clients: int, ours: Words, theirs: Words) -> str:
    """The row of `insert_one` by clients at the same time."""
    found: list[list[float]] = [[], []]
    for _ in range(CLIENT_ROUNDS):
        for words, rounds in zip((ours, theirs), found, strict=True):
            rounds.append(insert_rate(words, clients))
    our_rate, their_rate = map(statistics.median, found)
    name = f"`insert_one`, {clients} client{'s' if clients > 1 else ''}"
    ratio = f"{our_rate / their_rate:.1f} times"
    return f"| {name} | {our_rate:,.0f} a second | {their_rate:,.0f} a second | {ratio} |  |"


def insert_rate(words: Words, clients: int) -> float:
    """Documents a second that so many clients insert one by one."""

    fresh = words.database["fresh"].with_options(write_concern=WriteConcern(j=True))

    def insert() -> int:
        inserted = 0
        while time.perf_counter() < until:
            fresh.insert_one(document(0) | {"_id": ObjectId()})
            inserted += 1
        return inserted

    with ThreadPoolExecutor(clients) as threads:
        until = time.perf_counter() + CLIENT_SECONDS
        inserts = [threads.submit(insert) for _ in range(clients)]
    return sum(one.result() for one in inserts) / CLIENT_SECONDS


if __name__ == "__main__":
    main()
