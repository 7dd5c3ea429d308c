"""`lexigraph distill`: the table of the embedding provider `static`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from infra.entrypoints.cli.console import results, run_with_context, settings_of_command
from infra.entrypoints.cli.progress import progress_bar
from resolvers.context import Context
from resolvers.distillation import Distillation, distill


def distill_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Dictionaries whose texts are used, besides those of the libraries."),
    ] = None,
) -> None:
    """Make the table of the embedding provider static from minilm: minutes, once.

    It suits the texts that it is made from: give the dictionary that is to be imported.
    """

    async def work(context: Context) -> Distillation:
        with progress_bar() as bar:
            return await distill(context, files or [], _watch(bar))

    made = run_with_context(settings_of_command(), work)
    results.print(f"{made.name} distilled from {made.texts:,} texts: {made.path}", markup=False)


def _watch(bar: Progress) -> Callable[[str, int, int], None]:
    tasks = {}

    def watch(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=total)
        bar.update(tasks[what], completed=done, total=total)

    return watch
