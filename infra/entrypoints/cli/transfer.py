"""`lexigraph import` and `lexigraph export`."""

from pathlib import Path
from typing import Annotated

import typer

from infra.entrypoints.cli.console import (
    messages,
    results,
    run_with_context,
    settings_of_command,
)
from infra.entrypoints.cli.import_report import ImportProgress, tell_report
from infra.entrypoints.cli.progress import progress_bar
from resolvers.context import Context
from resolvers.transfer.apply import ImportReport
from resolvers.transfer.formats import Format
from resolvers.transfer.run import ExportReport, export_file, import_file


def import_command(
    file: Annotated[Path, typer.Argument(help="A dictionary; .gz is unpacked on the way.")],
    library: Annotated[str, typer.Option(help="Key of the library; made when missing.")],
    format: Annotated[
        Format | None, typer.Option(help="Layout of the file; told by its content if not given.")
    ] = None,
    embedding: Annotated[
        str | None,
        typer.Option(help="Embedding provider of a library that is made: as minilm or static."),
    ] = None,
) -> None:
    """Import a dictionary and make it searchable; run again, it resumes an interrupted import."""
    settings = settings_of_command(embedding_provider=embedding)

    async def work(context: Context) -> tuple[ImportReport, ImportProgress]:
        with progress_bar() as bar:
            progress = ImportProgress(bar, file)
            return await import_file(context, file, library, format, watcher=progress), progress

    report, progress = run_with_context(settings, work)
    tell_report(report, progress, library)
    if report.refusals and not report.entries:
        messages.print(f"Nothing of {file} could be taken.", markup=False)
        raise typer.Exit(1)


def export_command(
    file: Annotated[Path, typer.Argument(help="Where to; a name ending in .gz is packed.")],
    library: Annotated[str, typer.Option(help="Key of the library.")],
    format: Annotated[
        Format | None, typer.Option(help="Layout of the file; told by its name if not given.")
    ] = None,
) -> None:
    """Export a library to a file."""

    async def work(context: Context) -> ExportReport:
        with progress_bar() as bar:
            task = bar.add_task("entries", total=None)
            return await export_file(
                context,
                library,
                file,
                format,
                watch=lambda done, total: bar.update(task, completed=done, total=total),
            )

    report = run_with_context(settings_of_command(), work)
    results.print(f"{report.entries:,} entries of {library} exported to {file}", markup=False)
    for what, times in report.left_out.items():
        messages.print(f"  no place for {what}: {times:,} times", markup=False)
