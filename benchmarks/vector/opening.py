"""Opening an index in segments: time, first answer, and what several processes share."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.vector.ids import make_ids
from benchmarks.vector.measure import seconds_of
from vectorindex.protocol import Metric
from vectorindex.segments.index import SegmentedIndex
from vectorindex.segments.settings import Settings

READERS = 3
# What one reader does; it waits for a line before it ends, so that all are there at once.
READER = """
import json, sys, time
from pathlib import Path
import numpy as np
from vectorindex.protocol import Metric
from vectorindex.segments.index import SegmentedIndex
from vectorindex.segments.settings import Settings
directory, dimension = Path(sys.argv[1]), int(sys.argv[2])
start = time.perf_counter()
index = SegmentedIndex(directory, Settings(dimension, Metric.COSINE))
opened = time.perf_counter()
random = np.random.default_rng(3)
for number in range(50):
    index.search(random.standard_normal((1, dimension), dtype=np.float32), 10)
    if number == 0:
        first = time.perf_counter()
lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
sizes = {line.split(":")[0].lower(): int(line.split()[1]) * 1024 for line in lines[1:4]}
print(json.dumps({"open_seconds": opened - start, "first_answer_seconds": first - start, **sizes}))
sys.stdout.flush()
sys.stdin.readline()
"""


def measure_opening(vectors: np.ndarray, folder: Path) -> dict[str, Any]:
    directory = folder / "segments"
    shutil.rmtree(directory, ignore_errors=True)
    dimension = vectors.shape[1]
    index = SegmentedIndex(directory, Settings(dimension, Metric.COSINE))
    index.apply(1, [], make_ids(len(vectors)), vectors)
    with index.lock():
        sealing = seconds_of(index.seal)
    verifying = seconds_of(index.verify)
    size = sum(path.stat().st_size for path in directory.iterdir())
    del index
    readers = [_start_reader(directory, dimension) for _ in range(READERS)]
    answers = [json.loads(reader.stdout.readline()) for reader in readers]
    for reader in readers:
        reader.communicate("\n")
    return {
        "file_bytes_per_vector": size / len(vectors),
        "seal_seconds": sealing,
        "verify_seconds": verifying,
        "readers": answers,
    }


def _start_reader(directory: Path, dimension: int) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", READER, str(directory), str(dimension)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def make_random(rows: int, dimension: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((rows, dimension), dtype=np.float32)


if __name__ == "__main__":
    size = int(sys.argv[1])
    print(json.dumps(measure_opening(make_random(size, 384), Path(sys.argv[2])), indent=1))
