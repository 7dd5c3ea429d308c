"""Whether the process lives (`/healthz`) and whether it can answer (`/readyz`)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NotRequired, TypedDict

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Figures = Mapping[str, float]
# Passes unless it raises.
Check = Callable[[], Awaitable[Figures | None]]

CHECK_TIMEOUT_SECONDS = 2.0

logger = structlog.get_logger(__name__)


class CheckResult(TypedDict):
    """How one check went; why it failed is in the log, for it may name hosts."""

    ok: bool
    milliseconds: float
    # What the check told of what it saw, for those that do.
    figures: NotRequired[Figures]


async def healthz(_request: Request) -> Response:
    """Answer as long as the process does: an orchestrator restarts it when this fails."""
    return JSONResponse({"status": "alive"})


async def readyz(request: Request) -> Response:
    """Answer 200 when every check passes in time, else 503: a proxy then sends no requests."""
    results = await run_checks(request.state.backend.checks)
    ready = all(result["ok"] for result in results.values())
    return JSONResponse(
        {"status": "ready" if ready else "unready", "checks": results},
        status_code=200 if ready else 503,
        headers={"cache-control": "no-store"},
    )


async def run_checks(
    checks: Mapping[str, Check], timeout_seconds: float = CHECK_TIMEOUT_SECONDS
) -> dict[str, CheckResult]:
    """Run all checks at once, each bounded by `timeout_seconds`."""
    results = await asyncio.gather(
        *(_run(name, check, timeout_seconds) for name, check in checks.items())
    )
    return dict(zip(checks, results, strict=True))


async def _run(name: str, check: Check, timeout_seconds: float) -> CheckResult:
    started = time.perf_counter()
    ok, figures = True, None
    try:
        async with asyncio.timeout(timeout_seconds):
            figures = await check()
    except Exception as error:  # noqa: BLE001 - whatever breaks a check makes it fail
        logger.warning("check failed", check=name, reason=repr(error))
        ok = False
    result = CheckResult(ok=ok, milliseconds=round((time.perf_counter() - started) * 1000, 1))
    return CheckResult(**result, figures=figures) if figures else result
