"""Run the comparison: make bench-graphql ARGS="--out build/bench-graphql"."""

import argparse
import asyncio
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

from benchmarks.graphql import in_process, over_http, through_asgi
from benchmarks.graphql.environments import NODE, PYTHON
from benchmarks.graphql.report import judge, write_table


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path("build/bench-graphql"))
    parser.add_argument("--core", type=int, default=0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    packages = ("strawberry-graphql", "graphql-core", "orjson")
    results = {
        "python": platform.python_version(),
        "versions": ", ".join([*(f"{each} {version(each)}" for each in packages), *PYTHON, *NODE]),
        "load": os.getloadavg()[0],
        "in_process": in_process.measure(options.out, options.core),
        "http": asyncio.run(over_http.measure(options.core)),
        "asgi": through_asgi.measure(options.core),
    }
    results["goals"] = judge(results)
    (options.out / "results.json").write_text(json.dumps(results, indent=1))
    table = write_table(results)
    (options.out / "results.md").write_text(table)
    print(table)


if __name__ == "__main__":
    main()
