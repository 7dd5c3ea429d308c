"""How soon the embedded store answers after a crash.

    .venv/bin/python -m benchmarks.embedded_store_start

A store of 150,000 words is killed (SIGKILL) while a client writes and another holds a snapshot, so
that there is a write-ahead log to recover. Measured is the time from the start of the next process
to its first answer, most of which is Python's own start and the modules that are imported.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from benchmarks.embedded_store import Words, fill, our_command

WORDS = 150_000
STARTS = 5
WRITING_SECONDS = 4.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=WORDS)
    size = parser.parse_args().words
    with tempfile.TemporaryDirectory() as folder:
        command, port = our_command(Path(folder))
        uri = f"mongodb://127.0.0.1:{port}/?directConnection=true"
        server, _ = started(command, uri)
        with MongoClient[dict[str, Any]](uri) as client:
            fill(client["benchmark"]["words"], size)
        seconds: list[float] = []
        for _ in range(STARTS):
            kill_while_it_writes(server, uri)
            log_mebibytes = sum(p.stat().st_size for p in Path(folder).glob("*-wal")) / 2**20
            server, passed = started(command, uri)
            print(f"{passed:.2f} s with a log of {log_mebibytes:.0f} MiB", flush=True)
            seconds.append(passed)
        server.kill()
        server.wait()
    print(f"median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s; goal ≤ 2 s")


def started(command: list[str], uri: str) -> tuple[subprocess.Popen[bytes], float]:
    """The process and the seconds until it has answered."""
    begin = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603  # our own program
    cast("IO[bytes]", server.stdout).read()  # its address; then it closes its output
    with MongoClient[dict[str, Any]](uri) as client:
        client["benchmark"]["words"].find_one({"text": "word 1"})
    return server, time.perf_counter() - begin


def kill_while_it_writes(server: subprocess.Popen[bytes], uri: str) -> None:
    with MongoClient[dict[str, Any]](uri) as client, ThreadPoolExecutor() as threads:
        words = client["benchmark"]["words"]
        snapshot = words.find(batch_size=10)
        next(snapshot)
        writes = threads.submit(write_on, words)
        time.sleep(WRITING_SECONDS)
        server.kill()
        server.wait()
        writes.result()


def write_on(words: Words) -> None:
    """Change a tenth of the words again and again, as long as there is a store."""
    with suppress(PyMongoError):
        while True:
            words.update_many({"group": {"$lt": 10}}, {"$inc": {"changes": 1}})


if __name__ == "__main__":
    main()
