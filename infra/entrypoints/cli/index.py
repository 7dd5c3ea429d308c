"""`lexigraph index`: what there is of the indexes, and making them anew."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from documents.job import JobKind
from documents.library import LibraryDocument, LibraryState
from infra.entrypoints.cli.console import print_whole, run_with_context, settings_of_command
from infra.entrypoints.cli.jobs import leave_if_failed, see_through
from infra.settings import Settings
from resolvers.context import Context
from resolvers.job_requests import request_job
from resolvers.semantic_index.measuring import IndexFigures, figures_of
from resolvers.transfer.run import library_by_key

LONGEST_WAIT_SECONDS = 3600


def index_command(
    library: Annotated[
        str | None, typer.Option(help="Key of the library; all if not given.")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make its indexes anew beside those in use.")
    ] = False,
) -> None:
    """Show how libraries are searched: kind, segments, size, recall, and how far behind."""
    # Who asks on a terminal waits until there is an index.
    settings = settings_of_command(index_wait_seconds=LONGEST_WAIT_SECONDS)
    if rebuild:
        if library is None:
            raise typer.BadParameter("--rebuild needs --library.")
        _rebuild(settings, library)
    print_whole(run_with_context(settings, lambda context: _table(context, library)))


def _rebuild(settings: Settings, key: str) -> None:
    async def work(context: Context) -> str | None:
        library = await library_by_key(key)
        return await see_through(
            context, await request_job(context, JobKind.REBUILD_INDEX, library.key)
        )

    leave_if_failed(run_with_context(settings, work), "The index was not made anew")


async def _table(context: Context, key: str | None) -> Table:
    table = Table(
        *("library", "passages", "kind", "vectors", "segments", "size"),
        *("imbalance", "recall", "behind"),
        box=None,
    )
    chosen = {"state": LibraryState.READY} | ({"key": key} if key else {})
    if key:
        await library_by_key(key)
    async for library in LibraryDocument.find(chosen):
        follower = await context.services.semantic_indexes.of(library)
        await follower.reach(library.sequence)
        for source, index in follower.sources.items():
            figures = await asyncio.to_thread(figures_of, index)
            behind = max(0, library.sequence - figures.sequence)
            table.add_row(library.key, source.collection, *_cells(figures), f"{behind:,}")
            table.caption = figures.warning or table.caption
    return table


def _cells(figures: IndexFigures) -> list[str]:
    if figures.files is None:
        return ["-", f"{figures.vectors:,}", *["-"] * 4]
    return [
        figures.files.kind.value,
        f"{figures.vectors:,}",
        f"{figures.files.segments}",
        f"{figures.files.size_bytes / 1e6:,.1f} MB",
        _decimal(figures.files.imbalance, 2),
        _decimal(figures.recall, 3),
    ]


def _decimal(number: float | None, digits: int) -> str:
    return "-" if number is None else f"{number:.{digits}f}"
