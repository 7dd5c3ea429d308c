"""Takes a job and never ends it: `python hanging_worker.py URI DATABASE`, to be killed."""

import asyncio
import sys
from typing import Any

from jobs import runner
from one_process import open_process

from resolvers.jobs.run import JobRun


async def hang(_run: JobRun) -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def main(uri: str, name: str) -> None:
    async with open_process(uri, name, job_lease_seconds=1) as context:
        await runner(context, hang).keep()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
