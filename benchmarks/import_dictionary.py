"""A whole import by the real command line: pace, memory, size, and the first search after it.

    .venv/bin/python -m benchmarks.import_dictionary [FILE] [--embedding hashing|static|minilm]

Without a file it takes Open English WordNet (`../shared/data/oewn-lmf.xml.gz`).
"""

import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import httpx

from infra.embedded.launch import STORE_FILE
from infra.embedded.lock import opened_lock

LEXIGRAPH = Path(sys.executable).with_name("lexigraph")
LIBRARY = "benchmark"
MEBIBYTE = 1024 * 1024
WARM_SEARCHES = 20

SEARCH = """
query($input: SearchInput!) { search(input: $input, first: 10) { edges { node { text } } } }
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "file", nargs="?", type=Path, default=Path("../shared/data/oewn-lmf.xml.gz")
    )
    parser.add_argument("--embedding", default="hashing", help="hashing, static or minilm")
    parser.add_argument(
        "--models", type=Path, help="for static: folder `models` of the data folder it was made in"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        if options.models:
            shutil.copytree(options.models, data / "models")
        measure_import(options.file.absolute(), options.embedding, data)
        measure_search(data)


def measure_import(file: Path, embedding: str, data: Path) -> None:
    command = ["import", str(file), "--library", LIBRARY, "--embedding", embedding]
    with StoreMemory(data) as store, start(data, *command, stdout=subprocess.PIPE) as process:
        output, _ = process.communicate()
    if process.returncode:
        sys.exit("the import failed")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(output.decode().strip())
    print(
        f"command: {used.ru_utime + used.ru_stime:.1f} s of CPU, {used.ru_maxrss / 1024:,.0f} MiB"
    )
    print(f"store:   {store.cpu_seconds:.1f} s of CPU, {store.peak_bytes / MEBIBYTE:,.0f} MiB")
    files = sum(path.stat().st_size for path in data.iterdir() if path.name.startswith(STORE_FILE))
    print(f"file:    {files / MEBIBYTE:,.0f} MiB")


class StoreMemory(threading.Thread):
    """Follows the process that the store's lock names; after the `with`, what it took."""

    def __init__(self, data: Path) -> None:
        super().__init__()
        self.peak_bytes = 0
        self.cpu_seconds = 0.0
        self._store = data / STORE_FILE
        self._ended = threading.Event()

    def __enter__(self) -> "StoreMemory":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.wait(0.2):
            with opened_lock(self._store) as lock:
                holder = lock.holder()
            if holder is not None and Path(f"/proc/{holder.process_id}").exists():
                self._look_at(Path(f"/proc/{holder.process_id}"))

    def _look_at(self, process: Path) -> None:
        peak = re.search(r"VmHWM:\s+(\d+) kB", process.joinpath("status").read_text())
        self.peak_bytes = max(self.peak_bytes, int(peak[1]) * 1024 if peak else 0)
        # Fields 14 and 15, counted after the name, which may hold anything.
        times = process.joinpath("stat").read_text().rpartition(")")[2].split()[11:13]
        self.cpu_seconds = sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def measure_search(data: Path) -> None:
    with start(data, "serve", "--port", "0", stderr=subprocess.PIPE) as server:
        try:
            with httpx.Client(base_url=address(server.stderr), timeout=300) as client:
                seconds = [search_seconds(client, number) for number in range(1 + WARM_SEARCHES)]
        finally:
            server.terminate()
    print(f"search:  first {seconds[0]:.2f} s, warm {statistics.median(seconds[1:]) * 1e3:.1f} ms")


def address(log: Iterable[bytes] | None) -> str:
    """Where a starting server says that it is."""
    for line in log or ():
        if found := re.search(rb"http://[^\"]+/", line):
            return found[0].decode()
    sys.exit("the server did not start")


def search_seconds(client: httpx.Client, number: int) -> float:
    text = f"a tall plant with a wooden trunk, seen {number} times"
    body = {"query": SEARCH, "variables": {"input": {"library": LIBRARY, "by": {"text": text}}}}
    started = time.perf_counter()
    answer = client.post("graphql", json=body).json()
    if "errors" in answer:
        sys.exit(str(answer["errors"]))
    return time.perf_counter() - started


def start(
    data: Path, *arguments: str, stdout: int | None = None, stderr: int | None = None
) -> subprocess.Popen[bytes]:
    environment = {
        "PATH": os.defpath,
        "LEXIGRAPH_DATA_DIR": str(data),
        "LEXIGRAPH_SAMPLE_LIBRARY": "false",
    }
    return subprocess.Popen(  # noqa: S603 - our own program
        [LEXIGRAPH, *arguments], env=environment, stdout=stdout, stderr=stderr
    )


if __name__ == "__main__":
    main()
