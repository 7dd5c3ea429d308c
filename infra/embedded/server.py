"""The server: one thread per connection, each reading requests and answering them in turn.

    accept ─▶ thread: read_frame ─▶ parse_request ─▶ Engine.execute ─▶ encode_reply ─▶ … until EOF
                                └─▶ Engine.point_read (one document) ─┘
    maintenance thread: Engine.maintain once a second

The thread that accepts is also the one that decides when an idle store leaves, and it closes the
listener first: who connects too late is refused, never left without an answer.
"""

import logging
import selectors
import socket
import threading
import time
from contextlib import suppress
from typing import Final

from infra.embedded.engine import Engine
from infra.embedded.errors import StoreError
from infra.embedded.peers import Peers
from infra.embedded.wire import OP_MSG, WireError, encode_reply, parse_request, read_frame

MAX_CONNECTIONS: Final = 1_000
LINGER_SECONDS: Final = 2.0
ARRIVAL_SECONDS: Final = 10.0
# Said by somebody whose driver is about to connect; drivers describe themselves in `client`.
VISIT: Final = {"hello": 1, "comment": "lexigraph open_store", "$db": "admin"}

_MAINTENANCE_SECONDS: Final = 1.0
_IDLE_CHECK_SECONDS: Final = 0.25
_LAST_REPLIES_SECONDS: Final = 5.0
_LAST_THREADS_SECONDS: Final = 1.0

logger = logging.getLogger(__name__)


class Server:
    """Serves one engine on one listener, until stopped or, if asked to, until idle.

    Idle is a server without connections, `LINGER_SECONDS` after the last one closed, or
    `ARRIVAL_SECONDS` after it started or a visitor announced a driver.
    """

    def __init__(
        self, engine: Engine, listener: socket.socket, *, exit_when_idle: bool = False
    ) -> None:
        self._engine = engine
        self._listener = listener
        self._exit_when_idle = exit_when_idle
        self._stay_until = time.monotonic() + ARRIVAL_SECONDS
        self._stopping = threading.Event()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._connections: dict[int, tuple[socket.socket, threading.Thread]] = {}
        self._guard = threading.Lock()
        self._peers = Peers()

    def run(self) -> None:
        """Serve; on return the listener and all connections are closed, the engine is not."""
        maintenance = threading.Thread(target=self._maintain, name="maintenance", daemon=True)
        maintenance.start()
        try:
            self._accept_until_done()
        finally:
            self._listener.close()
            self._stopping.set()
            self._disconnect(socket.SHUT_RD, _LAST_REPLIES_SECONDS)
            self._disconnect(socket.SHUT_RDWR, _LAST_THREADS_SECONDS)
            maintenance.join()
            self._wake_reader.close()
            self._wake_writer.close()

    def stop(self) -> None:
        """Let `run` return once requests in progress are answered.

        For signal handlers: it takes no lock. Harmless when `run` has returned.
        """
        with suppress(OSError):
            self._wake_writer.send(b"\0")

    def _accept_until_done(self) -> None:
        self._listener.setblocking(False)
        number = 0
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select(_IDLE_CHECK_SECONDS)}
                if self._wake_reader in ready or (not ready and self._is_idle()):
                    return
                if self._listener in ready:
                    number += 1
                    self._accept(number)

    def _accept(self, number: int) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError as error:
            # The client gave up meanwhile, or the process has no file descriptor left.
            logger.warning("a connection could not be accepted: %s", error)
            time.sleep(_IDLE_CHECK_SECONDS)
            return
        connection.setblocking(True)
        thread = threading.Thread(
            target=self._serve, args=(number, connection), name=f"connection {number}", daemon=True
        )
        with self._guard:
            has_room = len(self._connections) < MAX_CONNECTIONS
            if has_room:
                self._connections[number] = connection, thread
        if has_room:
            thread.start()
        else:
            logger.warning("a connection was refused: there are %d already", MAX_CONNECTIONS)
            connection.close()

    def _is_idle(self) -> bool:
        with self._guard:
            is_late = time.monotonic() > self._stay_until
            return self._exit_when_idle and is_late and not self._connections

    def _serve(self, number: int, connection: socket.socket) -> None:
        is_visit = False
        client = self._peers.join(connection, number)
        try:
            if connection.family != socket.AF_UNIX:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            is_visit = self._converse(client, connection)
        except (OSError, WireError) as error:
            logger.info("connection %d is cut: %s", number, error)
        finally:
            if self._peers.leave(client):
                self._engine.client_gone(client)
            connection.close()
            wait_seconds = ARRIVAL_SECONDS if is_visit else LINGER_SECONDS
            with self._guard:
                del self._connections[number]
                self._stay_until = max(self._stay_until, time.monotonic() + wait_seconds)

    def _converse(self, client: object, connection: socket.socket) -> bool:
        """Answer until the client has gone; returns whether it came for a visit alone."""
        is_visit = False
        with connection.makefile("rb") as stream:
            while (frame := read_frame(stream)) is not None:
                try:
                    is_message = frame.opcode == OP_MSG
                    reply = self._engine.point_read(frame.content) if is_message else None
                    if reply is None:
                        request = parse_request(frame)
                        is_visit = request.body == VISIT
                        reply = self._engine.execute(client, request)
                    answer = encode_reply(frame, reply)
                except StoreError as error:
                    answer = encode_reply(frame, error.document())
                if frame.is_awaited:
                    connection.sendall(answer)
        return is_visit

    def _maintain(self) -> None:
        while not self._stopping.wait(_MAINTENANCE_SECONDS):
            try:
                self._engine.maintain()
            except StoreError as error:
                logger.warning("maintenance failed and is tried again: %s", error)

    def _disconnect(self, direction: int, patience_seconds: float) -> None:
        """Shut what is still connected in one direction or both, and wait for its threads."""
        with self._guard:
            remaining = list(self._connections.values())
        deadline = time.monotonic() + patience_seconds
        for connection, _ in remaining:
            with suppress(OSError):
                connection.shutdown(direction)
        for _, thread in remaining:
            thread.join(max(0.0, deadline - time.monotonic()))
