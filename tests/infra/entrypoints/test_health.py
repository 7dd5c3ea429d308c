import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from toy_backend import Serving, toy

from infra.entrypoints.app import Backend, OpenBackend
from infra.entrypoints.health import Check, run_checks
from infra.settings import Settings


async def good() -> None:
    await asyncio.sleep(0)


async def telling() -> dict[str, float]:
    return {"transactions_behind": 3}


async def bad() -> None:
    raise ConnectionError("mongodb://user:hunter2@db is gone")


async def frozen() -> None:
    await asyncio.sleep(60)


def with_checks(**checks: Check) -> OpenBackend:
    @asynccontextmanager
    async def open_backend(settings: Settings) -> AsyncIterator[Backend]:
        yield toy(settings, checks)

    return open_backend


async def test_a_living_process_is_alive_whatever_its_checks_say(serving: Serving) -> None:
    async with serving(with_checks(store=bad)) as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


async def test_a_server_is_ready_when_every_check_passes(serving: Serving) -> None:
    async with serving(with_checks(store=good, cache=good)) as client:
        response = await client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "ready"
    assert response.json()["checks"].keys() == {"store", "cache"}
    assert response.json()["checks"]["store"]["ok"] is True


async def test_what_a_check_saw_is_told(serving: Serving) -> None:
    async with serving(with_checks(store=good, indexes=telling)) as client:
        checks = (await client.get("/readyz")).json()["checks"]
    assert checks["indexes"]["figures"] == {"transactions_behind": 3}
    assert "figures" not in checks["store"]


async def test_one_failed_check_makes_it_unready_without_telling_secrets(serving: Serving) -> None:
    async with serving(with_checks(store=bad, cache=good)) as client:
        response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["status"] == "unready"
    assert response.json()["checks"]["store"]["ok"] is False
    assert response.json()["checks"]["cache"]["ok"] is True
    assert "db" not in response.text


async def test_a_check_that_hangs_fails_in_time() -> None:
    results = await run_checks({"store": frozen, "cache": good}, timeout_seconds=0.05)
    assert results["store"]["ok"] is False
    assert results["store"]["milliseconds"] < 1000
    assert results["cache"]["ok"] is True
