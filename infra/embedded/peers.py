"""Who is connected: connections of one process count as one client."""

import socket
import struct
import threading
from collections import Counter
from typing import Final

_CREDENTIALS: Final = struct.Struct("3i")


class Peers:
    """Counts the connections of each client."""

    def __init__(self) -> None:
        self._counts: Counter[object] = Counter()
        self._guard = threading.Lock()

    def join(self, connection: socket.socket, number: int) -> object:
        """The client that a connection belongs to."""
        client = _process_of(connection) or ("connection", number)
        with self._guard:
            self._counts[client] += 1
        return client

    def leave(self, client: object) -> bool:
        """Count a connection less; true when it was the client's last."""
        with self._guard:
            self._counts[client] -= 1
            if self._counts[client]:
                return False
            del self._counts[client]
            return True


def _process_of(connection: socket.socket) -> object | None:
    """The process at the other end, where the system tells.

    A driver spreads a transaction over its connections and closes one when a request on it is
    cancelled; only when all of a process's connections are closed has the client gone.
    """
    if connection.family != socket.AF_UNIX or not hasattr(socket, "SO_PEERCRED"):
        return None
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process, _, _ = _CREDENTIALS.unpack(raw)
    # 0 is a process that another container hides.
    return ("process", process) if process else None
