"""Starting the store, and finding the one that runs.

    open_store(data_dir).uri        the store of a folder, started when it does not run
    serve_store(path, port=27017)   this process is the store

One process has a file open at a time: it holds the lock `store.lock` beside it as long as it lives. The
store that `open_store` starts is a process of its own, serves every process that asks for the same
folder, and ends two seconds after the last of them has gone.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from infra.embedded.server import StoreServer
from infra.embedded.storage import UnusableFileError
from infra.embedded.wire import encode_command
from infra.errors import LexigraphError

# The first line of a store process that is ready; anything else is why it is not.
READY: Final = "ready"
STORE_FILE: Final = "store.sqlite3"
IDLE_SECONDS: Final = 2.0
_START_SECONDS: Final = 15.0
_LOCK_SECONDS: Final = 8.0
_LONGEST_SOCKET_PATH: Final = 100


class StoreUnavailableError(LexigraphError):
    """The embedded store cannot run; the message says why and what to do."""

    code = "STORE_UNAVAILABLE"


class AlreadyRunningError(StoreUnavailableError):
    """The store that was to be started runs already."""


@dataclass(frozen=True, slots=True)
class StoreHandle:
    """A store that runs.

    Attributes:
        uri: for any MongoDB driver.
        socket: where it listens.
    """

    uri: str
    socket: Path


def open_store(data_dir: Path) -> StoreHandle:
    """Reach the store of a folder, starting it when it does not run.

    The store waits ten seconds for its first client, and ends two seconds after its last.

    Raises:
        StoreUnavailableError: it cannot be started; says why.
    """
    folder = data_dir.absolute()
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        address = socket_path(folder)
    until = time.monotonic() + _START_SECONDS
    while not _answers(address):
        if time.monotonic() > until:
            raise StoreUnavailableError(
                f"The store in {folder} does not answer within {_START_SECONDS:.0f} seconds. "
                f"See {folder / 'store.log'}."
            )
        _start(folder, address)
    return StoreHandle(_socket_uri(address), address)


def serve_store(
    path: Path,
    *,
    port: int | None = None,
    socket_at: Path | None = None,
    idle_seconds: float | None = None,
    announce: Callable[[str], object] | None = None,
) -> None:
    """Be the store of a file, until SIGINT or SIGTERM, or until idle.

    Args:
        path: the file; made when there is none.
        port: on 127.0.0.1; 0 takes a free one.
        socket_at: listen on a unix socket here instead.
        idle_seconds: end so long after the last client has gone; None never ends.
        announce: called with the URI when the store is ready.

    Raises:
        AlreadyRunningError: another process serves the file at that socket.
        StoreUnavailableError: the file, the port or the folder cannot be used.
    """
    with _explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path, socket_at), contextlib.ExitStack() as cleaning:
        listener, address, uri = _listen(port or 0, socket_at)
        cleaning.callback(listener.close)
        if socket_at is not None:
            cleaning.callback(socket_at.unlink, missing_ok=True)
        try:
            server = StoreServer(path, listener, address, idle_seconds=idle_seconds)
        except UnusableFileError as error:
            raise StoreUnavailableError(str(error)) from error
        for number in (signal.SIGINT, signal.SIGTERM):
            previous = signal.signal(number, lambda *_: server.stop())
            cleaning.callback(signal.signal, number, previous)
        if announce is not None:
            announce(uri)
        server.serve()


def socket_path(folder: Path) -> Path:
    """Where the store of a folder listens.

    A socket's path is limited to about 100 bytes; in a deeper folder the socket lies in a private
    folder for temporary files.

    Raises:
        OSError: that folder cannot be made.
        StoreUnavailableError: that folder is somebody else's.
    """
    inside = folder / "store.sock"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_PATH:
        return inside
    name = hashlib.blake2b(os.fsencode(folder), digest_size=8).hexdigest()
    private = Path(tempfile.gettempdir()) / f"lexigraph-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    found = private.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StoreUnavailableError(f"{private} is not a private folder of yours; remove it.")
    return private / f"{name}.sock"


def _socket_uri(address: Path) -> str:
    return f"mongodb://{quote(str(address), safe='')}/?directConnection=true"


def _listen(port: int, socket_at: Path | None) -> tuple[socket.socket, str, str]:
    """The listening socket, its address, and the URI for drivers."""
    try:
        if socket_at is None:
            listener = socket.create_server(("127.0.0.1", port))
            bound = listener.getsockname()[1]
            where = f"127.0.0.1:{bound}"
            return listener, where, f"mongodb://{where}/?directConnection=true"
        # Whoever holds the lock may replace the socket that a killed store left behind.
        socket_at.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        with _owner_only():
            listener.bind(str(socket_at))
        listener.listen(256)
    except OSError as error:
        place = f"127.0.0.1:{port}" if socket_at is None else str(socket_at)
        hint = "; another program uses it" if error.errno == errno.EADDRINUSE else ""
        raise StoreUnavailableError(f"Cannot listen on {place}: {error.strerror}{hint}.") from error
    return listener, str(socket_at), _socket_uri(socket_at)


@contextlib.contextmanager
def _owner_only() -> Iterator[None]:
    before = os.umask(0o177)
    try:
        yield
    finally:
        os.umask(before)


@contextlib.contextmanager
def _locked(path: Path, socket_at: Path | None) -> Iterator[None]:
    """Hold the file for this process; one that is just ending is waited for.

    Raises:
        AlreadyRunningError: another store serves the file at the same socket.
        StoreUnavailableError: another one holds it.
    """
    lock = path.with_name("store.lock" if path.name == STORE_FILE else f"{path.name}.lock")
    with _explained(lock), lock.open("a") as file:
        until = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if socket_at is not None and _answers(socket_at):
                    raise AlreadyRunningError(f"A store serves {path} already.") from None
                if time.monotonic() > until:
                    raise StoreUnavailableError(
                        f"Another store has {path} open; use that one, or end it first."
                    ) from None
                time.sleep(0.02)
        yield


@contextlib.contextmanager
def _explained(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailableError(
            f"{place} cannot be used: {error.strerror}. Make its folder writable, free some disk "
            "space, or choose another LEXIGRAPH_DATA_DIR."
        ) from error


def _answers(address: Path) -> bool:
    """Whether a store listens there and replies."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(5)
        try:
            probe.connect(str(address))
            probe.sendall(encode_command({"ping": 1, "$db": "admin"}))
            return bool(probe.recv(16))
        except OSError:
            return False


def _start(folder: Path, address: Path) -> None:
    """Start a store process and wait until it, or one that was faster, is ready.

    Raises:
        StoreUnavailableError: it could not start; says why.
    """
    command = [
        sys.executable, "-m", "infra.embedded", "--path", str(folder / STORE_FILE),
        "--socket", str(address), "--exit-when-idle", "--detach",
    ]  # fmt: skip
    with _explained(folder), (folder / "store.log").open("ab") as log:
        # The process detaches itself, so that there is nothing to wait for later.
        started = subprocess.run(  # noqa: S603  # our own module, without a shell
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, check=False
        )
    word = started.stdout.decode()
    if not word.startswith(READY):
        reason = word.strip() or f"It ended without a word; see {folder / 'store.log'}."
        raise StoreUnavailableError(reason)
