"""The cache against its memory and against a real redis-server, well, frozen and dead."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import RedisError

from infra.cache import NAMESPACE, TIMEOUT_SECONDS, Breaker, Cache

REDIS_SERVER = shutil.which("redis-server")


@dataclass
class Computation:
    """Counts its runs; waits for `go` if told to."""

    value: bytes = b"value"
    go: asyncio.Event | None = None
    runs: int = 0
    started: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> bytes:
        self.runs += 1
        self.started.set()
        if self.go is not None:
            await self.go.wait()
        return self.value


class RedisServer:
    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = SecretStr(f"unix://{self.socket}")
        self.start(folder)

    def start(self, folder: Path) -> None:
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--save",
            "",
            "--dir",
            str(folder),
        ]
        self.process = subprocess.Popen(  # noqa: S603 - the server found on the path
            [str(REDIS_SERVER), *options], stdout=subprocess.DEVNULL
        )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        for _ in range(200):
            try:
                with self.client() as client:
                    client.ping()
            except RedisError:
                time.sleep(0.02)
            else:
                return
        raise TimeoutError("redis-server does not answer")

    def client(self) -> Redis:
        return Redis(unix_socket_path=str(self.socket))

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    if REDIS_SERVER is None:
        pytest.skip("redis-server is not installed")
    # Not under tmp_path: the path of a socket may have no more than 107 bytes.
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder))
        yield server
        server.stop()


@pytest.fixture
def shared_redis_url(request: pytest.FixtureRequest) -> SecretStr:
    """The Redis that LEXIGRAPH_REDIS_URL names, or one of our own."""
    given = os.environ.get("LEXIGRAPH_REDIS_URL")
    url: SecretStr = SecretStr(given) if given else request.getfixturevalue("redis_server").url
    return url


@pytest.fixture
async def memory() -> AsyncIterator[Cache]:
    async with Cache(None) as cache:
        yield cache


async def test_a_value_is_computed_once(memory: Cache) -> None:
    compute = Computation()

    assert await memory.get_or_compute("key", 60, compute) == b"value"
    assert await memory.get_or_compute("key", 60, compute) == b"value"

    assert compute.runs == 1


async def test_keys_do_not_share_values(memory: Cache) -> None:
    await memory.get_or_compute("first", 60, Computation(b"1"))

    assert await memory.get_or_compute("second", 60, Computation(b"2")) == b"2"


async def test_a_value_runs_out(memory: Cache) -> None:
    compute = Computation()
    await memory.get_or_compute("key", 1, compute)
    await asyncio.sleep(1.05)
    await memory.get_or_compute("key", 1, compute)

    assert compute.runs == 2


async def test_an_empty_value_is_remembered(memory: Cache) -> None:
    compute = Computation(b"")
    await memory.get_or_compute("key", 60, compute)

    assert await memory.get_or_compute("key", 60, compute) == b""
    assert compute.runs == 1


async def test_concurrent_calls_for_one_key_compute_once(memory: Cache) -> None:
    compute = Computation(go=asyncio.Event())
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(memory.get_or_compute("key", 60, compute)) for _ in range(50)]
        await compute.started.wait()
        compute.go.set()

    assert {call.result() for call in calls} == {b"value"}
    assert compute.runs == 1


async def test_an_error_reaches_every_concurrent_call_and_is_not_remembered(memory: Cache) -> None:
    go = asyncio.Event()

    async def fail() -> bytes:
        await go.wait()
        raise LookupError("no model")

    async def call() -> str:
        with pytest.raises(LookupError) as caught:
            await memory.get_or_compute("key", 60, fail)
        return str(caught.value)

    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(call()) for _ in range(3)]
        await asyncio.sleep(0)
        go.set()

    assert [call.result() for call in calls] == ["no model"] * 3
    assert await memory.get_or_compute("key", 60, Computation()) == b"value"


async def test_a_cancelled_computation_is_taken_over_by_another_caller(memory: Cache) -> None:
    first, second = Computation(go=asyncio.Event()), Computation(b"second")
    async with asyncio.TaskGroup() as group:
        leader = group.create_task(memory.get_or_compute("key", 60, first))
        await first.started.wait()
        follower = group.create_task(memory.get_or_compute("key", 60, second))
        await asyncio.sleep(0)
        leader.cancel()

    assert leader.cancelled()
    assert follower.result() == b"second"


async def test_a_cancelled_waiter_does_not_disturb_the_others(memory: Cache) -> None:
    compute = Computation(go=asyncio.Event())
    async with asyncio.TaskGroup() as group:
        leader = group.create_task(memory.get_or_compute("key", 60, compute))
        await compute.started.wait()
        waiter = group.create_task(memory.get_or_compute("key", 60, compute))
        await asyncio.sleep(0)
        waiter.cancel()
        await asyncio.sleep(0)
        compute.go.set()

    assert waiter.cancelled()
    assert leader.result() == b"value"


async def test_memory_forgets_its_oldest_value_when_full() -> None:
    oldest, newest = Computation(), Computation()
    async with Cache(None, most_in_memory=3) as memory:
        for key in ("oldest", "a", "b"):
            await memory.get_or_compute(key, 60, oldest)
        await memory.get_or_compute("newest", 60, newest)
        await memory.get_or_compute("newest", 60, newest)
        await memory.get_or_compute("oldest", 60, oldest)

    assert newest.runs == 1
    assert oldest.runs == 4


@pytest.mark.redis
async def test_servers_share_values_through_redis(shared_redis_url: SecretStr) -> None:
    compute = Computation(bytes(range(256)))
    key = uuid4().hex
    async with Cache(shared_redis_url) as one, Cache(shared_redis_url) as other:
        await one.get_or_compute(key, 60, compute)
        value = await other.get_or_compute(key, 60, compute)

    assert value == bytes(range(256))
    assert compute.runs == 1


@pytest.mark.redis
async def test_redis_is_told_versioned_keys_that_run_out(redis_server: RedisServer) -> None:
    async with Cache(redis_server.url) as cache:
        await cache.get_or_compute("query:1", 60, Computation())
    with redis_server.client() as client:
        keys = client.keys()
        seconds_left = client.ttl(f"{NAMESPACE}:query:1")

    assert keys == [f"{NAMESPACE}:query:1".encode()]
    assert 55 <= seconds_left <= 60


@pytest.mark.redis
async def test_a_burst_waits_for_connections(redis_server: RedisServer) -> None:
    async with Cache(redis_server.url) as cache, asyncio.TaskGroup() as group:
        computations = [Computation(str(number).encode()) for number in range(100)]
        calls = [
            group.create_task(cache.get_or_compute(f"key{number}", 60, compute))
            for number, compute in enumerate(computations)
        ]

    assert [call.result() for call in calls] == [compute.value for compute in computations]


@pytest.mark.redis
async def test_a_frozen_redis_costs_one_time_out(redis_server: RedisServer) -> None:
    async with Cache(redis_server.url) as cache:
        await cache.get_or_compute("before", 60, Computation())
        redis_server.signal(signal.SIGSTOP)
        try:
            start = time.monotonic()
            values = [await cache.get_or_compute(str(i), 60, Computation()) for i in range(50)]
            seconds = time.monotonic() - start
        finally:
            redis_server.signal(signal.SIGCONT)

    assert values == [b"value"] * 50
    assert TIMEOUT_SECONDS * 0.9 <= seconds < 3 * TIMEOUT_SECONDS


@pytest.mark.redis
async def test_a_killed_redis_costs_only_speed_and_is_found_again(
    redis_server: RedisServer,
) -> None:
    compute = Computation()
    async with Cache(redis_server.url, pause_seconds=0.2) as cache:
        await cache.get_or_compute("key", 60, compute)
        redis_server.stop()
        for _ in range(3):
            assert await cache.get_or_compute("key", 60, compute) == b"value"
        assert compute.runs == 4

        redis_server.start(redis_server.socket.parent)
        await asyncio.sleep(0.25)
        await cache.get_or_compute("key", 60, compute)
        await cache.get_or_compute("key", 60, compute)

    assert compute.runs == 5


@pytest.mark.redis
async def test_a_redis_that_was_never_there_costs_only_speed(tmp_path: Path) -> None:
    async with Cache(SecretStr(f"unix://{tmp_path}/none.sock")) as cache:
        assert await cache.get_or_compute("key", 60, Computation()) == b"value"


async def test_after_a_pause_one_caller_alone_tries_again() -> None:
    breaker = Breaker(pause_seconds=0.05)
    before = breaker.allows()
    breaker.failed(TimeoutError())
    during = breaker.allows()
    await asyncio.sleep(0.06)

    assert (before, during) == (True, False)
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
