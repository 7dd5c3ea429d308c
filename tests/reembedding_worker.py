"""A worker that does jobs and follows indexes until it is killed; texts go in small portions."""

import asyncio
from pathlib import Path

from batches import LIBRARY_KEY
from one_process import open_process
from pymongo.errors import PyMongoError

from infra.embedded.launch import open_store
from resolvers.context import Context
from resolvers.job_works import WORKS
from resolvers.jobs import runner
from resolvers.jobs.runner import JobRunner
from resolvers.transfer import embed


def work(data: Path) -> None:
    """Run on the store, the models and the indexes of a folder."""
    embed.PASSAGES_AT_ONCE = 4
    # On a busy machine workers lose leases of a second to each other, too.
    vars(runner).update(LOOK_SECONDS=0.05, MAX_ATTEMPTS=1_000)
    asyncio.run(_work(data))


async def _work(data: Path) -> None:
    uri = open_store(data).uri
    async with (
        open_process(uri, LIBRARY_KEY, data_dir=data, job_lease_seconds=1) as process,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(JobRunner(process.services, WORKS).keep())
        tasks.create_task(_follow(process))


async def _follow(process: Context) -> None:
    indexes = process.services.semantic_indexes
    while True:
        try:
            await indexes.warm()
            await indexes.tend()
        except PyMongoError:
            pass
        await asyncio.sleep(0.05)
