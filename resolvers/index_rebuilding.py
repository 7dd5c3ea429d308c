"""The job that makes the indexes of a library anew."""

from typing import Any

from documents.errors import NotFoundError
from documents.library import LibraryDocument, LibraryState
from documents.unit_of_work import UnitOfWork, run_in_transaction
from resolvers.jobs.run import JobRun
from resolvers.semantic_index.folder import BuildPlan
from resolvers.semantic_index.making import Progress
from resolvers.semantic_index.source_index import SourceIndex


async def rebuild_index(run: JobRun) -> dict[str, Any]:
    """Build beside the indexes in use, then have every worker take over the new ones.

    Indexes that an earlier run has finished are not built again.

    Raises:
        NotFoundError: the library is gone.
        WriteFailedError: the disk is full; the indexes in use stay.
    """
    services = run.context.services
    library = await LibraryDocument.find_one(
        {"_id": run.job.library_id, "state": LibraryState.READY}
    )
    if library is None:
        raise NotFoundError("The library is gone.")
    plan = BuildPlan.of(library.index, library.index_builds + 1)
    for follower in await services.semantic_indexes.all_of(library):
        for index in follower.sources.values():
            await build_index(run, index, plan)

    async def take_over(unit: UnitOfWork) -> None:
        await run.confirm(unit.session)
        await LibraryDocument.get_pymongo_collection().update_one(
            {"_id": library.id}, {"$set": {"index_builds": plan.number}}, session=unit.session
        )
        # Whoever follows the log looks which index is in use.
        unit.noted = True

    await run_in_transaction(services.client, library.id, take_over)
    return {"build": plan.number}


async def build_index(run: JobRun, index: SourceIndex[Any, Any], plan: BuildPlan) -> None:
    """Make an index, telling how far it is; see `SourceIndex.rebuild`."""
    what = f"indexing {index.source.collection}"

    def watch(progress: Progress) -> None:
        run.report(progress.done, progress.total, what)

    await index.rebuild(plan, watch)
