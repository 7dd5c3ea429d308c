"""The right to write: one statement or one transaction at a time has it, in the order they came."""

import threading
from collections import deque


class WriterLock:
    """A lock that is handed on in the order in which it was asked for.

    It may be released by another thread than took it, because the statements of a transaction
    arrive on any connection.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_held = False
        # A lock for each who waits, held until it is that one's turn.
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, timeout_seconds: float) -> bool:
        """Wait for the right to write; false when the time ran out."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return True
            if timeout_seconds <= 0:
                return False
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=timeout_seconds):
            return True
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        return True  # handed over at the last moment

    def pass_on(self) -> bool:
        """Let the next writer in; false when nobody waits, and the lock is kept."""
        with self._guard:
            if not self._waiting:
                return False
            self._waiting.popleft().release()
            return True

    def release(self) -> None:
        """Let the next writer in, or whoever comes."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False
