"""Jobs are asked for in transactions, held by one worker at a time, and never lost."""

import asyncio

import pytest
from jobs import KIND, ask_for, job, make_due

from documents.library import LibraryDocument
from documents.unit_of_work import UnitOfWork, run_in_transaction
from resolvers.context import Context
from resolvers.jobs.lease import Lease, LeaseLostError
from resolvers.jobs.queue import cancel, enqueue
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library, delete_library


async def take(context: Context, seconds: float = 30) -> Lease | None:
    return await Lease.take(context.services.database, [KIND], seconds)


@pytest.fixture
async def held(context: Context, library: LibraryDocument) -> Lease:
    """A job that a worker is at."""
    await ask_for(context, library)
    lease = await take(context)
    assert lease is not None
    return lease


async def test_a_job_is_there_exactly_if_its_transaction_is(
    context: Context, library: LibraryDocument
) -> None:
    async def fail(unit: UnitOfWork) -> None:
        await enqueue(unit.session, KIND, library.id)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run_in_transaction(context.services.client, library.id, fail)
    assert await take(context) is None
    job_id = await ask_for(context, library)
    lease = await take(context)
    assert lease is not None
    assert lease.job.id == job_id


async def test_who_asks_while_a_job_waits_gets_that_one_with_the_new_input(
    context: Context, library: LibraryDocument
) -> None:
    first = await ask_for(context, library, job_input={"a": 1})
    second = await ask_for(context, library, job_input={"a": 2}, priority=3)
    assert second == first
    lease = await take(context)
    assert lease is not None
    assert (lease.job.input, lease.job.priority) == ({"a": 2}, 3)
    await lease.end("done")
    assert (await job(context, first))["state"] == "done"


async def test_who_asks_while_a_job_runs_has_it_run_once_more(
    context: Context, library: LibraryDocument, held: Lease
) -> None:
    assert await ask_for(context, library) == held.job.id
    await held.end("done")
    again = await take(context)
    assert again is not None
    assert (again.job.id, again.job.attempts) == (held.job.id, 1)
    await again.end("done")
    assert await take(context) is None


async def test_each_job_is_taken_by_one_of_many_workers(context: Context) -> None:
    wanted = set()
    for number in range(5):
        library = await create_library(context, NewLibrary(key=f"l{number}", name="L"))
        wanted.add(await ask_for(context, library))
    leases = await asyncio.gather(*(take(context) for _ in range(15)))
    taken = [lease.job.id for lease in leases if lease]
    taken += [lease.job.id for lease in [await take(context) for _ in range(5)] if lease]
    assert sorted(taken) == sorted(wanted)


async def test_the_highest_priority_goes_first_then_what_waits_longest(context: Context) -> None:
    asked = []
    for number, priority in enumerate((0, 5, 0)):
        library = await create_library(context, NewLibrary(key=f"l{number}", name="L"))
        asked.append(await ask_for(context, library, priority=priority))
    leases = [await take(context) for _ in range(3)]
    assert [lease.job.id for lease in leases if lease] == [asked[1], asked[0], asked[2]]


async def test_a_job_whose_holder_is_silent_goes_to_another_and_the_first_changes_nothing(
    context: Context, held: Lease
) -> None:
    assert await take(context) is None
    await make_due(context)
    other = await take(context)
    assert other is not None
    assert (other.job.id, other.job.attempts) == (held.job.id, 2)

    with pytest.raises(LeaseLostError):
        await held.renew(None)
    async with context.services.client.start_session() as session:
        with pytest.raises(LeaseLostError):
            await session.with_transaction(held.confirm)
    before = await job(context, held.job.id)
    await held.end("done")
    await held.release()
    assert await job(context, held.job.id) == before


async def test_a_holder_that_renews_keeps_its_job(context: Context, held: Lease) -> None:
    await make_due(context)
    assert await held.renew(None) is False
    assert await take(context) is None


async def test_a_waiting_job_is_cancelled_at_once_and_one_that_is_over_stays(
    context: Context, library: LibraryDocument
) -> None:
    job_id = await ask_for(context, library)
    await cancel(context.services.database, job_id)
    cancelled = await job(context, job_id)
    assert cancelled["state"] == "cancelled"
    assert await take(context) is None
    await cancel(context.services.database, job_id)
    assert await job(context, job_id) == cancelled
    assert await ask_for(context, library) != job_id


async def test_jobs_go_with_their_library(
    context: Context, library: LibraryDocument, held: Lease
) -> None:
    await delete_library(context, library.key)
    with pytest.raises(LeaseLostError):
        await held.renew(None)
    assert await context.services.database["jobs"].count_documents({}) == 0
