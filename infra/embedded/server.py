"""The server: a thread for every connection, and one that tidies up.

A client is known by its process on a unix socket, elsewhere by its connection. When the last
connection of a client closes, its transactions are aborted and its cursors closed.
"""

import selectors
import socket
import struct
import threading
import time
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from infra.embedded.catalog import Catalogs
from infra.embedded.context import Engine
from infra.embedded.cursors import Cursors
from infra.embedded.dispatch import answer
from infra.embedded.errors import StoreError
from infra.embedded.expiry import delete_expired
from infra.embedded.sessions import Sessions
from infra.embedded.storage import StoreFile
from infra.embedded.wire import WireError, encode_failure, encode_reply, parse_request, read_frame

FIRST_CLIENT_SECONDS: Final = 10.0
_TIDY_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 5.0
_BUFFER_BYTES: Final = 256 * 1024


class StoreServer:
    """Serves one file on one listening socket until it is stopped or idle."""

    def __init__(
        self,
        path: Path,
        listener: socket.socket,
        address: str,
        *,
        idle_seconds: float | None = None,
        expiry_seconds: float = 60.0,
    ) -> None:
        """Open the file.

        Args:
            path: the file.
            listener: bound and listening.
            address: what `hello` says is the address.
            idle_seconds: stop so long after the last client has gone; None never stops.
            expiry_seconds: time between two looks for expired documents.

        Raises:
            UnusableFileError: the file cannot be opened.
        """
        self._file = StoreFile(path)
        with self._file.reading() as connection:
            catalogs = Catalogs(connection)
        self.engine = Engine(self._file, catalogs, Sessions(self._file), Cursors(), address)
        self._listener = listener
        self._idle_seconds = idle_seconds
        self._expiry_seconds = expiry_seconds
        self._wake, self._woken = socket.socketpair()
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._clients: Counter[object] = Counter()
        self._numbers = count(1)
        self._quiet_since = time.monotonic() + FIRST_CLIENT_SECONDS

    def stop(self) -> None:
        """Ask the server to stop; may be called from any thread or signal handler."""
        self._stopping.set()
        with suppress(OSError):
            self._wake.send(b"\x00")

    def serve(self) -> None:
        """Accept clients until stopped, or until nobody has been there for the idle time."""
        tidying = threading.Thread(target=self._tidy, name="store-tidy", daemon=True)
        tidying.start()
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._listener, selectors.EVENT_READ)
                selector.register(self._woken, selectors.EVENT_READ)
                while not self._stopping.is_set() and not self._is_idle():
                    if any(key.fileobj is self._listener for key, _ in selector.select(0.25)):
                        self._accept()
        finally:
            self._stopping.set()
            self._close(tidying)

    def _is_idle(self) -> bool:
        if self._idle_seconds is None or self._connections:
            return False
        return time.monotonic() - self._quiet_since > self._idle_seconds

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            # The client went before it was let in, or there are too many open files.
            time.sleep(0.01)
            return
        number = next(self._numbers)
        client = _client_of(connection, number)
        thread = threading.Thread(
            target=self._serve_connection,
            args=(connection, client, number),
            name=f"store-{number}",
            daemon=True,
        )
        with self._guard:
            self._connections[connection] = thread
            self._clients[client] += 1
        thread.start()

    def _serve_connection(self, connection: socket.socket, client: object, number: int) -> None:
        try:
            with connection, connection.makefile("rb", buffering=_BUFFER_BYTES) as stream:
                while self._serve_request(connection, cast(BinaryIO, stream), client, number):
                    pass
        except (OSError, WireError):
            # The client has gone, or does not speak the protocol.
            pass
        finally:
            self._leave(connection, client)

    def _serve_request(
        self, connection: socket.socket, stream: BinaryIO, client: object, number: int
    ) -> bool:
        """Answer one request; false when the client has gone."""
        frame = read_frame(stream)
        if frame is None:
            return False
        try:
            request = parse_request(frame)
        except StoreError as error:
            connection.sendall(encode_failure(frame, error.document()))
            return True
        reply = answer(self.engine, request, client, number)
        if request.wants_reply:
            connection.sendall(encode_reply(request, reply))
        return True

    def _leave(self, connection: socket.socket, client: object) -> None:
        with self._guard:
            self._clients[client] -= 1
            gone = not self._clients[client]
            if gone:
                del self._clients[client]
        if gone:
            self.engine.sessions.client_gone(client)
            self.engine.cursors.kill_where(lambda cursor: cursor.client == client)
        with self._guard:
            del self._connections[connection]
            self._quiet_since = max(self._quiet_since, time.monotonic())

    def _tidy(self) -> None:
        """Now and then end what has lived too long."""
        next_expiry = time.monotonic() + self._expiry_seconds
        while not self._stopping.wait(_TIDY_SECONDS):
            self.engine.sessions.expire()
            self.engine.cursors.expire()
            if time.monotonic() >= next_expiry:
                next_expiry = time.monotonic() + self._expiry_seconds
                delete_expired(self.engine)

    def _close(self, tidying: threading.Thread) -> None:
        self._listener.close()
        with self._guard:
            connections = dict(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        until = time.monotonic() + _STOP_SECONDS
        for thread in (*connections.values(), tidying):
            thread.join(max(0.0, until - time.monotonic()))
        self.engine.cursors.kill_where(lambda _: True)
        self.engine.sessions.abort_all()
        self._file.close()
        self._wake.close()
        self._woken.close()


def _client_of(connection: socket.socket, number: int) -> object:
    """The process on the other side where the system tells, else the connection."""
    credentials: Any = getattr(socket, "SO_PEERCRED", None)
    if connection.family == socket.AF_UNIX and credentials is not None:
        form = struct.Struct("3i")
        process = form.unpack(connection.getsockopt(socket.SOL_SOCKET, credentials, form.size))[0]
        if process:
            return "process", process
    if connection.family != socket.AF_UNIX:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return "connection", number
