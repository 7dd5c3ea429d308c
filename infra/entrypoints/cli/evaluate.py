"""`lexigraph evaluate`: how well a library answers, in figures."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from infra.entrypoints.cli.console import results, run_with_context, settings_of_command
from infra.entrypoints.cli.progress import progress_bar
from resolvers.context import Context
from resolvers.evaluation import Scores, evaluate, read_descriptions
from resolvers.searching.request import SearchMode, SearchRequest

LONGEST_WAIT_SECONDS = 3600

app = typer.Typer(help="Measure how well libraries answer.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Measure how well libraries answer."""


@app.command("reverse-dictionary")
def reverse_dictionary_command(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="JSON Lines: word, definition, acceptable, split."
        ),
    ],
    library: Annotated[list[str], typer.Option(help="Key of a library; may be repeated.")],
    mode: Annotated[SearchMode, typer.Option(help="What is compared.")] = SearchMode.SEMANTIC,
    output: Annotated[Path | None, typer.Option(help="Write the figures here as JSON.")] = None,
) -> None:
    """Look words up by their descriptions, and tell at which rank they stand."""
    first, *others = dict.fromkeys(library)
    request = SearchRequest(first, mode=mode, more_libraries=tuple(others))

    async def work(context: Context) -> dict[str, Scores]:
        descriptions = read_descriptions(file)
        with progress_bar() as bar:
            task = bar.add_task("descriptions", total=len(descriptions))
            return await evaluate(context, descriptions, request, lambda: bar.advance(task))

    settings = settings_of_command(index_wait_seconds=LONGEST_WAIT_SECONDS)
    scores = run_with_context(settings, work)
    if output:
        output.write_text(json.dumps({split: asdict(each) for split, each in scores.items()}))
    results.print(_table(scores))


def _table(scores: dict[str, Scores]) -> Table:
    columns = ("", "descriptions", "@1", "@10", "@100", "median", "deviation", "MRR", "queries/s")
    table = Table(*columns, box=None)
    for split, each in scores.items():
        accuracies = (each.accuracy_at_1, each.accuracy_at_10, each.accuracy_at_100)
        table.add_row(
            split,
            str(each.descriptions),
            *(f"{accuracy:.3f}" for accuracy in accuracies),
            f"{each.median_rank:g}",
            f"{each.rank_deviation:.0f}",
            f"{each.mean_reciprocal_rank:.3f}",
            f"{each.queries_per_second:.1f}",
        )
    return table
