"""Workers do jobs: to the end, again after failures and deaths, and not when nobody wants them."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hanging_worker
from jobs import ask_for, job, make_due, runner, until, until_it_runs

from documents.errors import NotFoundError
from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.jobs.queue import cancel
from resolvers.jobs.run import JobRun
from resolvers.jobs.runner import MAX_ATTEMPTS

TESTS = Path(hanging_worker.__file__).parent


async def succeed(run: JobRun) -> dict[str, Any]:
    run.report(3, 4, "counting")
    return {"counted": 3}


async def break_down(_run: JobRun) -> dict[str, Any]:
    raise RuntimeError("hunter2 is the password")


async def refuse(_run: JobRun) -> dict[str, Any]:
    raise NotFoundError("It is gone: look elsewhere.")


async def hang(_run: JobRun) -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def test_a_job_that_is_done_tells_its_result_and_its_last_progress(
    context: Context, library: LibraryDocument
) -> None:
    job_id = await ask_for(context, library)
    worker = runner(context, succeed)
    assert await worker.run_next()
    assert not await worker.run_next()
    done = await job(context, job_id)
    assert (done["state"], done["result"]) == ("done", {"counted": 3})
    assert done["progress"] == {"done": 3, "total": 4, "message": "counting"}


async def test_a_failed_job_waits_longer_each_time_and_is_given_up_in_the_end(
    context: Context, library: LibraryDocument
) -> None:
    job_id = await ask_for(context, library)
    worker = runner(context, break_down)
    pauses = []
    for attempt in range(1, MAX_ATTEMPTS):
        assert await worker.run_next()
        failed = await job(context, job_id)
        assert (failed["state"], failed["attempts"]) == ("waiting", attempt)
        assert not await worker.run_next()
        pauses.append((failed["due_at"] - datetime.now(UTC)).total_seconds())
        await make_due(context)
    assert 0 < pauses[0] < pauses[2]
    assert await worker.run_next()
    dead = await job(context, job_id)
    assert (dead["state"], dead["error"]["code"]) == ("failed", "INTERNAL")
    assert "hunter2" not in str(dead)
    assert not await worker.run_next()


async def test_a_failure_that_only_users_can_mend_is_not_tried_again(
    context: Context, library: LibraryDocument
) -> None:
    job_id = await ask_for(context, library)
    assert await runner(context, refuse).run_next()
    failed = await job(context, job_id)
    assert failed["state"] == "failed"
    assert failed["error"] == {"code": "NOT_FOUND", "message": "It is gone: look elsewhere."}


async def test_a_job_that_succeeds_after_a_failure_shows_none(
    context: Context, library: LibraryDocument
) -> None:
    job_id = await ask_for(context, library)
    await runner(context, break_down).run_next()
    await make_due(context)
    await runner(context, succeed).run_next()
    assert "error" not in await job(context, job_id)


async def test_a_job_that_kills_its_workers_is_given_up(
    context: Context, library: LibraryDocument
) -> None:
    job_id = await ask_for(context, library)
    await context.services.database["jobs"].update_one(
        {"_id": job_id}, {"$set": {"attempts": MAX_ATTEMPTS}}
    )
    await runner(context, succeed).run_next()
    assert (await job(context, job_id))["error"]["code"] == "JOB_ABANDONED"


async def test_a_running_job_is_cancelled(context: Context, library: LibraryDocument) -> None:
    job_id = await ask_for(context, library)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(runner(context, hang).run_next())
        await until_it_runs(context, job_id)
        await cancel(context.services.database, job_id)
        await asyncio.wait_for(running, 10)
    assert (await job(context, job_id))["state"] == "cancelled"


async def test_a_worker_that_ends_leaves_its_job_to_the_next_at_once(
    context: Context, library: LibraryDocument
) -> None:
    job_id = await ask_for(context, library)
    async with asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(runner(context, hang).keep())
        await until_it_runs(context, job_id)
        keeping.cancel()
    assert await runner(context, succeed).run_next()
    done = await job(context, job_id)
    assert (done["state"], done["attempts"]) == ("done", 1)


async def test_the_job_of_a_killed_worker_is_done_by_another_after_its_lease(
    context: Context, library: LibraryDocument, store_uri: str
) -> None:
    job_id = await ask_for(context, library)
    other = await asyncio.create_subprocess_exec(
        sys.executable,
        hanging_worker.__file__,
        store_uri,
        context.services.database.name,
        cwd=TESTS.parent,
        env={"PYTHONPATH": f"{TESTS.parent}:{TESTS}"},
    )
    await until_it_runs(context, job_id)
    other.kill()
    await other.wait()
    worker = runner(context, succeed)
    await until(worker.run_next)
    done = await job(context, job_id)
    assert (done["state"], done["attempts"]) == ("done", 2)
