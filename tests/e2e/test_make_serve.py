"""`make serve` as a newcomer runs it: one command, one data folder, Ctrl-C."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.entrypoints.graphiql import Example, load_examples

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make") or "make"
FIRST_ANSWER_SECONDS = 10
READING = [example for example in load_examples() if "\nquery " in example["query"]]


class Server:
    """A running `make serve`, asked over HTTP."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    def url(self) -> str:
        """Wait until the log says where the server is."""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/", self.log.read_text())):
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        return found[0]

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"{self.url()}graphql", json=body, timeout=30).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def interrupt(self) -> None:
        """Press Ctrl-C: the terminal tells make and the server alike."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=20)
        assert "stopped" in self.log.read_text()


@contextmanager
def make_serve(folder: Path) -> Iterator[Server]:
    log = folder / "serve.log"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LEXIGRAPH_DATA_DIR": str(folder / "data"),
        "LEXIGRAPH_EMBEDDING_PROVIDER": "hashing",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own Makefile
            [MAKE, "serve", "ARGS=--port 0"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield Server(process, log)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module", autouse=True)
def environment_made() -> None:
    """The promise of a quick start begins once the environment exists."""
    made = [".venv/.matches-lock", "build/graphiql.attempt"]
    subprocess.run([MAKE, *made], cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - ours


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with make_serve(tmp_path_factory.mktemp("newcomer")) as server:
        yield server


def test_the_first_answer_comes_in_time_with_a_library_to_try(tmp_path: Path) -> None:
    started = time.monotonic()
    with make_serve(tmp_path) as server:
        data = server.ask('{ words(library: "sample", first: 1) { totalCount } }')
        assert time.monotonic() - started < FIRST_ANSWER_SECONDS
        assert data["words"]["totalCount"] >= 150


def test_what_was_written_is_there_at_the_next_start(tmp_path: Path) -> None:
    with make_serve(tmp_path) as first:
        created = first.ask(
            "mutation($input: CreateWordsInput!) { createWords(input: $input) { createdCount } }",
            input={"library": "sample", "items": [{"text": "sonder", "partOfSpeech": ["NOUN"]}]},
        )
        assert created["createWords"]["createdCount"] == 1
        first.interrupt()
    with make_serve(tmp_path) as second:
        found = second.ask('{ lookupWords(library: "sample", texts: ["sonder"]) { word { id } } }')
        assert found["lookupWords"][0]["word"] is not None


@pytest.mark.parametrize("example", READING, ids=lambda example: str(example["title"]))
def test_each_reading_example_finds_something(server: Server, example: Example) -> None:
    variables = httpx.Response(200, text=example["variables"] or "{}").json()
    data = server.ask(example["query"], **variables)
    assert re.search(r"'text': '\w|'key': '\w", str(data))


def test_the_server_is_ready_and_has_a_page(server: Server) -> None:
    ready = httpx.get(f"{server.url()}readyz")
    assert ready.json()["checks"]["store"]["ok"] is True
    assert "<title>Lexigraph" in httpx.get(server.url()).text
