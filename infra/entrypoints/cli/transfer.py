"""`lexigraph import` and `lexigraph export`."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from infra.entrypoints.cli.console import (
    messages,
    progress_bar,
    results,
    run_with_context,
    settings_of_command,
)
from resolvers.context import Context
from resolvers.transfer.apply import ImportReport
from resolvers.transfer.embed import EmbeddingProgress
from resolvers.transfer.formats import Format
from resolvers.transfer.run import export_file, import_file

REFUSALS_SHOWN = 20


def import_command(
    file: Annotated[Path, typer.Argument(help="A dictionary; .gz is unpacked on the way.")],
    library: Annotated[str, typer.Option(help="Key of the library; made when missing.")],
    format: Annotated[
        Format | None, typer.Option(help="Layout of the file; told by its content if not given.")
    ] = None,
    embedding: Annotated[
        str | None,
        typer.Option(help="Embedding provider of a library that is made: minilm or hashing."),
    ] = None,
) -> None:
    """Import a dictionary and make it searchable; the same command resumes an interrupted import."""
    settings = settings_of_command(embedding_provider=embedding)
    started = time.perf_counter()

    async def work(context: Context) -> ImportReport:
        with progress_bar() as bar:
            return await import_file(context, file, library, format, watcher=_ImportBars(bar))

    try:
        report = run_with_context(settings, work)
    except KeyboardInterrupt:
        messages.print("Interrupted. Run the same command again to go on from here.")
        raise
    _tell_report(report, library, time.perf_counter() - started)


def export_command(
    file: Annotated[Path, typer.Argument(help="Where to; a name ending in .gz is packed.")],
    library: Annotated[str, typer.Option(help="Key of the library.")],
    format: Annotated[Format, typer.Option(help="Layout of the file.")] = Format.JSONL,
) -> None:
    """Export a library to a file."""

    async def work(context: Context) -> int:
        with progress_bar() as bar:
            task = bar.add_task("words", total=None)
            return await export_file(
                context,
                library,
                file,
                format,
                watch=lambda done, total: bar.update(task, completed=done, total=total),
            )

    entries = run_with_context(settings_of_command(), work)
    results.print(f"{entries:,} entries of {library} exported to {file}")


class _ImportBars:
    """Two bars: entries while they are written, definitions while they are embedded."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._entries = bar.add_task("entries", total=None)
        self._definitions = bar.add_task("definitions embedded", total=None, visible=False)

    def entries(self, done: int, total: int) -> None:
        self._bar.update(self._entries, completed=done, total=total)

    def embedded(self, progress: EmbeddingProgress) -> None:
        self._bar.update(
            self._definitions, completed=progress.definitions, total=progress.total, visible=True
        )


def _tell_report(report: ImportReport, library: str, seconds: float) -> None:
    rate = report.entries / seconds if seconds else 0
    resumed = f", resumed after {report.resumed_after:,}" if report.resumed_after else ""
    results.print(
        f"{report.entries:,} entries in {library}: {report.added:,} added, "
        f"{report.changed:,} changed, {report.unchanged:,} unchanged, "
        f"{len(report.refusals):,} refused{resumed}; "
        f"{report.texts_embedded:,} texts embedded; {seconds:,.1f} s, {rate:,.0f} entries/s"
    )
    for refusal in report.refusals[:REFUSALS_SHOWN]:
        messages.print(f"  line {refusal.line}: {refusal.reason}", markup=False)
    for note, count in report.notes.items():
        messages.print(f"  left out: {count:,} × {note}", markup=False)
    hidden = len(report.refusals) - REFUSALS_SHOWN
    if hidden > 0:
        messages.print(f"  … and {hidden:,} more")
