"""Prepare environment and vectors, then run the measurements in that environment."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.vector.data import DATA_SETS, prepare
from benchmarks.vector.environment import make_environment

FOLDER = Path("build/bench-vector")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-vector", description="Compare indexes.")
    parser.add_argument("--data", choices=[*DATA_SETS, "all"], default="oewn")
    parser.add_argument("--source", type=Path, default=Path("../shared/data"), help="dictionaries")
    parser.add_argument("--rows", type=int, default=0, help="use this many vectors at most")
    parser.add_argument("--core", type=int, default=0, help="the core to run on")
    parser.add_argument("--only", nargs="*", default=[], help="parts to measure anew")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    python = make_environment(FOLDER / "env")
    names = DATA_SETS if options.data == "all" else [options.data]
    libraries = ("OPENBLAS", "OMP", "RAYON")
    one_thread = {f"{library}_NUM_THREADS": "1" for library in libraries}
    for name in names:
        vectors = prepare(name, FOLDER, options.source)
        command = [python, "-m", "benchmarks.vector.run", name, vectors, FOLDER]
        command += ["--rows", options.rows, "--core", options.core]
        if options.only:
            command += ["--only", *options.only]
        subprocess.run(  # noqa: S603 - our own module
            [str(part) for part in command],
            check=True,
            env=os.environ | one_thread | {"PYTHONPATH": "."},  # noqa: TID251 - passed on
        )


if __name__ == "__main__":
    sys.exit(main())
