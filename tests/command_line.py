"""The command line as its users run it: processes of their own on a data folder."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import httpx
from pymongo import MongoClient
from store_process import end_store, holder_of

from infra.embedded.launch import STORE_FILE, open_store

LEXIGRAPH = Path(sys.executable).with_name("lexigraph")
PATIENCE_SECONDS = 60

Row = dict[str, Any]


class Outcome(NamedTuple):
    """What the shell sees of a command that has ended."""

    code: int
    output: str
    errors: str

    def done(self) -> str:
        """The output of a command that succeeded."""
        assert self.code == 0, self
        return self.output

    def sentence(self) -> str:
        """The one sentence with which a command refused to work."""
        assert self.code not in (0, -signal.SIGKILL), self
        assert self.output == "", self
        lines = self.errors.splitlines()
        assert len(lines) == 1, self
        assert lines[0].startswith("error "), self
        return lines[0]


class CommandLine:
    """`lexigraph …` on one data folder, with the embedder that needs nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.store = self.data / STORE_FILE

    def start(
        self, *arguments: object, streams: IO[str] | int = subprocess.PIPE, **settings: Any
    ) -> subprocess.Popen[str]:
        """Start a command; `streams` is what it reads and writes."""
        command = [str(LEXIGRAPH), *map(str, arguments)]
        return self.start_program(command, streams=streams, **settings)

    def start_program(
        self, command: list[str], *, streams: IO[str] | int = subprocess.PIPE, **settings: Any
    ) -> subprocess.Popen[str]:
        """Start any program with the settings of this data folder."""
        environment = {
            "PATH": os.defpath,
            "HOME": str(self.folder),
            "LEXIGRAPH_DATA_DIR": str(self.data),
            "LEXIGRAPH_EMBEDDING_PROVIDER": "hashing",
            **{f"LEXIGRAPH_{name.upper()}": str(value) for name, value in settings.items()},
        }
        return subprocess.Popen(  # noqa: S603 - our own program
            command,
            cwd=self.folder,
            env=environment,
            stdin=streams,
            stdout=streams,
            stderr=streams,
            text=True,
        )

    def run(self, *arguments: object, answer: str = "", **settings: Any) -> Outcome:
        """Run a command to its end; `answer` is typed into it."""
        with self.start(*arguments, **settings) as process:
            return outcome_of(process, answer)

    def import_(self, file: Path, library: str, *more: object) -> Outcome:
        return self.run("import", file, "--library", library, *more)

    def database(self) -> "Database":
        """What is stored, read past the program."""
        return Database(self.data)

    @contextmanager
    def server(self, port: int | None = None, **settings: Any) -> Iterator["Server"]:
        """A server on a port, or on any free one; killed at the end if it still runs."""
        log = self.folder / f"serve-{time.monotonic_ns()}.log"
        options: dict[str, Any] = {"sample_library": "false", "log_format": "json"} | settings
        with (
            log.open("w+") as output,
            self.start("serve", "--port", port or 0, streams=output, **options) as process,
        ):
            try:
                yield Server(process, log)
            finally:
                process.kill()

    def end(self) -> None:
        """End the store, if it still runs."""
        end_store(self.store)


def outcome_of(
    process: subprocess.Popen[str], answer: str = "", patience_seconds: int = PATIENCE_SECONDS
) -> Outcome:
    """Wait for a command."""
    output, errors = process.communicate(answer, timeout=patience_seconds)
    return Outcome(process.returncode, output, errors)


class Server:
    """A running `lexigraph serve`."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self.log = log
        self._url = ""

    @property
    def url(self) -> str:
        """Wait until the log says where the server is."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._url:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            self._url = next((e["url"] for e in self.events if e["event"] == "ready"), "")
            time.sleep(0.02)
        return self._url

    @property
    def events(self) -> list[Row]:
        lines = self.log.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def ask(self, query: str, **variables: object) -> Row:
        """The data of an answer without errors."""
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"{self.url}graphql", json=body, timeout=30).json()
        assert "errors" not in answer, answer
        data: Row = answer["data"]
        return data


class Database:
    """The documents of a data folder, whoever runs its store."""

    def __init__(self, data: Path) -> None:
        client: MongoClient[Row] = MongoClient(open_store(data).uri)
        self._client = client

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def count(self, collection: str, **query: object) -> int:
        return self._client["lexigraph"][collection].count_documents(query)

    def rows(self, collection: str, **query: object) -> list[Row]:
        return self._client["lexigraph"][collection].find(query).to_list()

    def update(self, collection: str, **values: object) -> None:
        self._client["lexigraph"][collection].update_many({}, {"$set": values})

    def delete(self, collection: str) -> None:
        self._client["lexigraph"][collection].delete_many({})

    def await_count(self, collection: str, least: int) -> None:
        """Wait until a collection has so many documents."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.count(collection) < least:
            assert time.monotonic() < deadline, f"{collection} stays small"
            time.sleep(0.01)


def kill_store(command_line: CommandLine) -> None:
    """SIGKILL the process that the lock of the store names."""
    os.kill(holder_of(command_line.store).process_id, signal.SIGKILL)
