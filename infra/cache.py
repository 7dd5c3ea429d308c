"""Values that are cheaper to remember than to compute, in memory or in a Redis shared by servers.

A cache must never be the reason that a request fails: a Redis that is dead, frozen or slow costs
time only, `TIMEOUT_SECONDS` once in `PAUSE_SECONDS`; in between it is not asked. Nothing is listed,
cleared or flushed: keys carry a version, and values run out.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Protocol, TypeVar

import structlog
from aiocache import RedisCache, SimpleMemoryCache
from aiocache.serializers import NullSerializer
from pydantic import SecretStr
from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

# Raise the number when the meaning of any value changes: older ones are never read again.
NAMESPACE = "lexigraph:1"

TIMEOUT_SECONDS = 0.1
PAUSE_SECONDS = 5.0
MOST_CONNECTIONS = 16
MOST_VALUES_IN_MEMORY = 10_000

OPTIONS = {
    "serializer": NullSerializer(encoding=None),
    "namespace": NAMESPACE,
    "timeout": TIMEOUT_SECONDS,
}

UNREACHABLE = (RedisError, OSError)  # OSError includes TimeoutError

Answer = TypeVar("Answer")

logger = structlog.stdlib.get_logger(__name__)


class Cache:
    """Use as `async with Cache(settings.redis_url) as cache`, once per process and event loop."""

    def __init__(
        self,
        redis_url: SecretStr | None,
        *,
        pause_seconds: float = PAUSE_SECONDS,
        most_in_memory: int = MOST_VALUES_IN_MEMORY,
    ) -> None:
        self._redis = None if redis_url is None else _connect(redis_url)
        self._backend = _in_memory(most_in_memory) if self._redis is None else _in(self._redis)
        self._breaker = Breaker(pause_seconds)
        self._flights: dict[str, asyncio.Future[bytes]] = {}

    async def __aenter__(self) -> "Cache":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._redis is not None:
            await self._redis.aclose()

    async def get_or_compute(
        self, key: str, ttl_seconds: int, compute: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Remember what `compute` returns.

        Concurrent calls for one key in this process compute once; each gets the result, or the
        error. When the one that computes is cancelled, another takes over.

        Args:
            key: says all that the value depends on.
            ttl_seconds: at least 1; how long the value may be used.
            compute: makes the value; its errors are raised and not remembered.
        """
        while (flight := self._flights.get(key)) is not None:
            await asyncio.wait([flight])
            if not flight.cancelled():
                return flight.result()
        return await self._lead(key, ttl_seconds, compute)

    async def _lead(
        self, key: str, ttl_seconds: int, compute: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        flight = self._flights[key] = asyncio.get_running_loop().create_future()
        try:
            value = await self.get(key)
            if value is None:
                value = await compute()
                await self.set(key, value, ttl_seconds)
            flight.set_result(value)
        except Exception as error:
            flight.set_exception(error)
            flight.exception()  # nobody may be waiting for it
            raise
        finally:
            flight.cancel()  # no effect on a flight that has landed
            del self._flights[key]
        return value

    async def get(self, key: str) -> bytes | None:
        """What is remembered under a key; None, too, while the cache cannot be reached."""
        return await self._ask(lambda: self._backend.get(key))

    async def set(self, key: str, value: bytes, ttl_seconds: int) -> None:
        """Remember a value for at least 1 second."""
        await self._ask(lambda: self._backend.set(key, value, float(ttl_seconds)))

    async def _ask(self, operation: Callable[[], Awaitable[Answer]]) -> Answer | None:
        if not self._breaker.allows():
            return None
        try:
            answer = await operation()
        except UNREACHABLE as error:
            self._breaker.failed(error)
            return None
        self._breaker.succeeded()
        return answer


class Breaker:
    """Leaves a failing service alone, and tries it again once after each pause."""

    def __init__(self, pause_seconds: float) -> None:
        self._pause_seconds = pause_seconds
        self._closed = True
        self._next_try = 0.0

    def allows(self) -> bool:
        """Whether to ask now; of many callers after a pause, the first alone may."""
        if self._closed:
            return True
        now = asyncio.get_running_loop().time()
        if now < self._next_try:
            return False
        self._next_try = now + self._pause_seconds
        return True

    def failed(self, error: Exception) -> None:
        """Stop asking for a while."""
        if self._closed:
            logger.warning("cache_unreachable", error=type(error).__name__)
        self._closed = False
        self._next_try = asyncio.get_running_loop().time() + self._pause_seconds

    def succeeded(self) -> None:
        """Ask freely again."""
        if not self._closed:
            logger.info("cache_reachable_again")
        self._closed = True


class Backend(Protocol):
    """What is used of aiocache."""

    async def get(self, key: str) -> bytes | None:
        """Find a value."""

    async def set(self, key: str, value: bytes, ttl: float) -> object:
        """Remember a value for `ttl` seconds."""


class BoundedMemory(SimpleMemoryCache):  # type: ignore[misc]  # aiocache has no types
    """A cache in memory that forgets its oldest value when it is full."""

    def __init__(self, most_values: int) -> None:
        super().__init__(**OPTIONS)
        self._most_values = most_values

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """Remember a value for `ttl` seconds at most."""
        if len(self._cache) >= self._most_values:
            await self._delete(next(iter(self._cache)))
        await super().set(key, value, ttl)


def _connect(url: SecretStr) -> Redis:
    # A plain pool raises when it runs out of connections; this one waits.
    pool = BlockingConnectionPool.from_url(
        url.get_secret_value(),
        max_connections=MOST_CONNECTIONS,
        timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
    )
    return Redis.from_pool(pool)


def _in_memory(most_values: int) -> Backend:
    memory: Backend = BoundedMemory(most_values)
    return memory


def _in(redis: Redis) -> Backend:
    backend = RedisCache(**OPTIONS)
    # It can only be told host and port; ours was made from a URL (TLS, unix socket, password).
    backend.client = redis
    shared: Backend = backend
    return shared
