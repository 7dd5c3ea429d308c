"""`lexigraph distill` and `lexigraph train`: the tables of the providers static and corpus."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

from infra.embeddings.static.distillation import Watch
from infra.entrypoints.cli.console import results, run_with_context, settings_of_command
from infra.entrypoints.cli.progress import progress_bar
from resolvers.context import Context
from resolvers.distillation import Distillation, distill
from resolvers.training import train


def distill_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Dictionaries whose texts are used, besides those of the libraries."),
    ] = None,
) -> None:
    """Make the table of the embedding provider static from minilm: minutes, once.

    It suits the texts that it is made from: give the dictionary that is to be imported.
    """
    made = _make(lambda context, watch: distill(context, files or [], watch))
    results.print(f"{made.name} distilled from {made.texts:,} texts: {made.path}", markup=False)


def train_command(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Dictionaries whose texts are used.")
    ] = None,
    library: Annotated[
        list[str] | None,
        typer.Option(help="Key of a library whose texts are used; may be repeated."),
    ] = None,
) -> None:
    """Make the table of the embedding provider corpus from texts alone, of any language."""
    made = _make(lambda context, watch: train(context, library or [], files or [], watch))
    results.print(f"{made.name} trained on {made.texts:,} texts: {made.path}", markup=False)


def _make(make: Callable[[Context, Watch], Awaitable[Distillation]]) -> Distillation:
    async def work(context: Context) -> Distillation:
        with progress_bar() as bar:
            return await make(context, _watch(bar))

    return run_with_context(settings_of_command(), work)


def _watch(bar: Progress) -> Watch:
    tasks: dict[str, TaskID] = {}

    def watch(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=total)
        bar.update(tasks[what], completed=done, total=total)

    return watch
