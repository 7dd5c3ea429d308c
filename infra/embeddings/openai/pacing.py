"""When a service may be asked: not too often, and not while it is down. Used by many threads."""

import time
from collections.abc import Callable
from threading import Lock

Clock = Callable[[], float]


class Pace:
    """Spreads requests evenly: each gets a moment of its own."""

    def __init__(self, per_minute: int, clock: Clock = time.monotonic) -> None:
        self._interval_seconds = 60 / per_minute
        self._clock = clock
        self._next = 0.0
        self._lock = Lock()

    def seconds_to_wait(self) -> float:
        """Take the next free moment; says how far away it is."""
        with self._lock:
            now = self._clock()
            moment = max(now, self._next)
            self._next = moment + self._interval_seconds
        return moment - now


class Breaker:
    """After some failures in a row nobody asks for a while; then one tries, and the rest follow."""

    def __init__(self, most: int, pause_seconds: float, clock: Clock = time.monotonic) -> None:
        self._most = most
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._failures = 0
        self._next_try = 0.0
        self._lock = Lock()

    def allows(self) -> bool:
        """Whether to ask now; after a pause the first caller alone may."""
        with self._lock:
            if self._failures < self._most:
                return True
            now = self._clock()
            if now < self._next_try:
                return False
            self._next_try = now + self._pause_seconds
            return True

    def failed(self) -> None:
        """Count a failure."""
        with self._lock:
            self._failures += 1
            self._next_try = self._clock() + self._pause_seconds

    def succeeded(self) -> None:
        """Forget the failures."""
        with self._lock:
            self._failures = 0
