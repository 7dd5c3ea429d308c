"""Stores in processes of their own, for tests that stop, kill and restart them."""

import os
import resource
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from infra.embedded.address import connect
from infra.embedded.bson_types import encode_document
from infra.embedded.lock import Holder, opened_lock
from infra.embedded.wire import OP_MSG, parse_request, read_frame


class StoreProcess(NamedTuple):
    """A store on a port, in the foreground of its own process."""

    process: subprocess.Popen[str]
    uri: str

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def store_process(
    path: Path, *, port: int = 0, limit_bytes: int | None = None
) -> Iterator[StoreProcess]:
    """Run a store.

    Args:
        path: its file.
        port: 0 takes any free one.
        limit_bytes: no file of it may grow beyond, as on a full disk.
    """

    command = [sys.executable, "-m", "infra.embedded", "--path", str(path)]
    command += ["--port", str(port)]
    with subprocess.Popen(  # noqa: S603  # our own interpreter; no threads yet
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        if limit_bytes is not None:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
        try:
            yield StoreProcess(process, process.stdout.readline().strip())
        finally:
            process.kill()


@contextmanager
def connection(uri: str) -> Iterator[Callable[[Mapping[str, Any]], dict[str, Any]]]:
    """A connection without a driver: commands as they are given, also with a session's fields."""
    with connect(uri, 10) as wire, wire.makefile("rb") as stream:

        def say(command: Mapping[str, Any]) -> dict[str, Any]:
            body = encode_document(command)
            wire.sendall(struct.pack("<iiiiIB", 21 + len(body), 1, 0, OP_MSG, 0, 0) + body)
            frame = read_frame(stream)
            assert frame is not None, "the connection was closed"
            return parse_request(frame).body

        yield say


def ask(uri: str, command: Mapping[str, Any]) -> dict[str, Any]:
    """The reply to one command."""
    with connection(uri) as say:
        return say(command)


def holder_of(store: Path) -> Holder:
    """The process that runs the store of a file."""
    with opened_lock(store) as lock:
        holder = lock.holder()
    assert holder is not None
    return holder


def signal_store(store: Path, number: signal.Signals) -> None:
    """Signal the process that runs the store of a file; does not wait for what it does."""
    with suppress(ProcessLookupError):
        os.kill(holder_of(store).process_id, number)


def end_store(store: Path) -> None:
    """End the process that runs the store of a file, if there is one, and wait until it is gone."""
    deadline = time.monotonic() + 10
    while not _is_free(store):
        assert time.monotonic() < deadline, f"{store} is still held"
        with opened_lock(store) as lock:
            holder = lock.holder()
        if holder is not None:
            signal_store(store, signal.SIGKILL)
        time.sleep(0.01)


def _is_free(store: Path) -> bool:
    if not store.with_suffix(".lock").exists():
        return True
    with opened_lock(store) as lock:
        return lock.take()
