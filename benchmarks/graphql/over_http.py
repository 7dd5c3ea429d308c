"""This server over HTTP from its embedded store: with plans, and with graphql-core."""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import orjson

TURNS = 7
REQUESTS = 20
AT_ONCE = 4

LIST = """{ words(library: "sample", first: 100) { nodes { text language homograph tags version
    definitions(first: 3) { nodes { text partOfSpeech position source version } } } } }"""
SEARCH = """{ search(input: {library: "sample", by: {text: "rain"}}, first: 10) {
    edges { score rank node { text } definition { text } } } }"""
QUERIES = {"trivial": "{ __typename }", "list": LIST, "search": SEARCH}
ENGINES = ("plans", "graphql-core")

Rates = dict[str, dict[str, float]]


async def measure(core: int) -> Rates:
    """Requests a second, by query and engine; the client has the other cores."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ports = {engine: 8790 + number for number, engine in enumerate(ENGINES)}
        servers = [_serve(engine, port, Path(folder), core) for engine, port in ports.items()]
        try:
            async with httpx.AsyncClient(timeout=60) as client:
                for port in ports.values():
                    await _until_ready(client, port)
                return {name: await _rates(client, ports, query) for name, query in QUERIES.items()}
        finally:
            for server in servers:
                server.terminate()
                server.wait()


def _serve(engine: str, port: int, folder: Path, core: int) -> subprocess.Popen[bytes]:
    server = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "benchmarks.graphql.serve", engine, str(port), str(folder / engine)]
    )
    os.sched_setaffinity(server.pid, {core})
    return server


async def _until_ready(client: httpx.AsyncClient, port: int) -> None:
    for _ in range(1800):
        try:
            if (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise SystemExit("A server does not start.")


async def _rates(client: httpx.AsyncClient, ports: dict[str, int], query: str) -> dict[str, float]:
    rates: dict[str, list[float]] = {engine: [] for engine in ports}
    bodies = {}
    for _ in range(TURNS):
        for engine, port in ports.items():
            url = f"http://127.0.0.1:{port}/graphql"
            bodies[engine] = await _ask(client, url, query)
            started = time.perf_counter()
            for _ in range(REQUESTS):
                await asyncio.gather(*(_ask(client, url, query) for _ in range(AT_ONCE)))
            rates[engine].append(REQUESTS * AT_ONCE / (time.perf_counter() - started))
    if len({orjson.dumps(each["data"]) for each in bodies.values()}) > 1:
        raise SystemExit(f"The answers differ: {bodies}")
    return {engine: statistics.median(each) for engine, each in rates.items()}


async def _ask(client: httpx.AsyncClient, url: str, query: str) -> dict[str, object]:
    answer: dict[str, object] = orjson.loads(
        (await client.post(url, json={"query": query})).content
    )
    if "errors" in answer:
        raise SystemExit(str(answer["errors"]))
    return answer
