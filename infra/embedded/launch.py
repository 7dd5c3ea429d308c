"""Starting and finding stores.

Every process that needs the store of a data folder calls `open_store` and connects to the URI it
returns. Whoever gets the lock starts the store, a process of its own that outlives its starter and
inherits the lock; everybody else asks the holder for an answer:

    lock is free ─▶ take it, start the store with it, wait until it announces its URI
    lock is held ─▶ say hello at the URI in the lock file; no answer: it starts or leaves, try again

A store that was said hello to waits for a client for `ARRIVAL_SECONDS`, so that it does not leave
between `open_store` and the first connection.
"""

import os
import resource
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.embedded.address import (
    address_of,
    connect,
    listen_on_port,
    listen_on_socket,
    socket_path,
    uri_of,
)
from infra.embedded.bson_types import encode_document
from infra.embedded.engine import Engine
from infra.embedded.lock import StoreLock, opened_lock
from infra.embedded.opening import UnusableFileError
from infra.embedded.server import MAX_CONNECTIONS, VISIT, Server
from infra.embedded.wire import OP_MSG, WireError, parse_request, read_frame
from infra.errors import LexigraphError

STORE_FILE: Final = "store.sqlite3"
URI_PREFIX: Final = "mongodb://"

_ROOT: Final = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS: Final = 20.0
_RETRY_SECONDS: Final = 0.02
_HELLO_SECONDS: Final = 5.0
_LOG_BYTES: Final = 1024 * 1024
# A connection takes one descriptor, and three more for SQLite while a statement runs.
_DESCRIPTORS: Final = 4 * MAX_CONNECTIONS + 96


class StoreLaunchError(LexigraphError):
    """The embedded store cannot be started or reached; the message says why."""

    code = "STORE_UNUSABLE"


@dataclass(frozen=True, slots=True)
class StoreHandle:
    """A store that runs."""

    uri: str


def open_store(data_dir: Path) -> StoreHandle:
    """Find the store of a data folder, or start it; make the folder when there is none.

    The store leaves by itself when its last client has gone: connect within a few seconds.

    Raises:
        StoreLaunchError: the folder or the file cannot be used, or the store does not answer.
    """
    store = data_dir.expanduser().absolute() / STORE_FILE
    with _explained(store):
        store.parent.mkdir(parents=True, exist_ok=True)
        holder = None
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with opened_lock(store) as lock:
                if lock.take():
                    return StoreHandle(_start(store, lock))
                holder = lock.holder()
            if holder is not None and answers(holder.uri):
                return StoreHandle(holder.uri)
            time.sleep(_RETRY_SECONDS)
    name = f"process {holder.process_id}" if holder else "another process"
    raise StoreLaunchError(
        f"{store} is held by {name}, which does not answer; end it and try again"
    )


def serve_store(
    path: Path,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    socket: Path | None = None,
    exit_when_idle: bool = False,
    announce: Callable[[str], None],
    lock: StoreLock | None = None,
) -> None:
    """Run the store of a file in this process until SIGTERM, SIGINT or, if asked to, until idle.

    Args:
        path: the file; made when there is none.
        host: a loopback address.
        port: None and 0 take any free one.
        socket: a unix socket to listen on instead of a port.
        exit_when_idle: leave soon after the last client has gone.
        announce: is given the MongoDB URI once clients can connect.
        lock: the lock of the file, when this process inherited it.

    Raises:
        StoreLaunchError: the file, the folder or the address cannot be used; says why.
    """
    store = path.expanduser().absolute()
    with ExitStack() as stack:
        with _explained(store):
            if lock is None:
                lock = stack.enter_context(_own_lock(store))
            if socket is not None:
                listener = stack.enter_context(listen_on_socket(socket))
                stack.callback(socket.unlink, missing_ok=True)
            else:
                listener = stack.enter_context(listen_on_port(host, port or 0))
            engine = Engine(store, address_of(listener))
            stack.callback(engine.close)
            lock.publish(uri_of(listener))
        _raise_descriptor_limit()
        server = Server(engine, listener, exit_when_idle=exit_when_idle)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.stop())
        announce(uri_of(listener))
        server.run()


@contextmanager
def _explained(store: Path) -> Iterator[None]:
    """Say which store an error is about."""
    try:
        yield
    except UnusableFileError as error:
        raise StoreLaunchError(str(error)) from error
    except OSError as error:
        raise StoreLaunchError(
            f"The store {store} cannot be opened: {error}. "
            "Its folder must be writable and have space left."
        ) from error


@contextmanager
def _own_lock(store: Path) -> Iterator[StoreLock]:
    if store.suffix == ".lock":
        raise StoreLaunchError(f"{store} is the name of a lock file; choose another")
    store.parent.mkdir(parents=True, exist_ok=True)
    with opened_lock(store) as lock:
        if not lock.take():
            holder = lock.holder()
            name = f"process {holder.process_id} at {holder.uri}" if holder else "another process"
            raise StoreLaunchError(f"{store} is in use by {name}")
        yield lock


def _start(store: Path, lock: StoreLock) -> str:
    """Start the store as a process of its own; returns its URI when it is ready."""
    command = [sys.executable, "-m", "infra.embedded", "--detach", "--exit-when-idle"]
    command += ["--path", os.fspath(store), "--socket", os.fspath(socket_path(store))]
    command += ["--lock-descriptor", str(lock.descriptor)]
    log_path = store.with_suffix(".log")
    with log_path.open("ab") as log:
        if log.tell() > _LOG_BYTES:
            log.truncate(0)
        starter = subprocess.Popen(  # noqa: S603  # our own interpreter, arguments as a list
            command,
            cwd=_ROOT,  # where `infra` is found, wherever the caller stands
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            pass_fds=(lock.descriptor,),
            start_new_session=True,
            umask=0o077,
            text=True,
        )
    return _announced(starter, log_path)


def _announced(starter: subprocess.Popen[str], log_path: Path) -> str:
    """Wait for what a starting store has to say: its URI, or the reason why it cannot start."""
    with starter:
        try:
            words, _ = starter.communicate(timeout=_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            os.killpg(starter.pid, signal.SIGKILL)
            raise StoreLaunchError(f"The store did not start in time; see {log_path}") from error
    if words.startswith(URI_PREFIX):
        return words.strip()
    raise StoreLaunchError(words.strip() or f"The store failed while it started; see {log_path}")


def answers(uri: str) -> bool:
    """Whether one of our stores answers there."""
    body = encode_document(VISIT)
    request = struct.pack("<iiiiIB", 21 + len(body), 1, 0, OP_MSG, 0, 0) + body
    try:
        with connect(uri, _HELLO_SECONDS) as connection, connection.makefile("rb") as stream:
            connection.sendall(request)
            frame = read_frame(stream)
            return frame is not None and "setName" in parse_request(frame).body
    except (OSError, WireError):
        return False


def _raise_descriptor_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
