"""`lexigraph evaluate`: how well a library answers, in figures."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from infra.entrypoints.cli.console import (
    print_whole,
    results,
    run_with_context,
    settings_of_command,
)
from infra.entrypoints.cli.progress import progress_bar
from resolvers.context import Context
from resolvers.evaluating.descriptions import read_descriptions
from resolvers.evaluating.reverse_dictionary import evaluate
from resolvers.evaluating.scores import Scores
from resolvers.evaluating.tuning import Tuning, tune
from resolvers.ranking.scoring import WEIGHTS, Weights
from resolvers.searching.request import SearchMode, SearchRequest

LONGEST_WAIT_SECONDS = 3600

app = typer.Typer(help="Measure how well libraries answer.", no_args_is_help=True)

Descriptions = Annotated[
    Path,
    typer.Argument(
        exists=True,
        dir_okay=False,
        help="JSON Lines: word, definition, acceptable, split, reachable.",
    ),
]
Libraries = Annotated[list[str], typer.Option(help="Key of a library; may be repeated.")]


@app.callback()
def group() -> None:
    """Measure how well libraries answer."""


@app.command("reverse-dictionary")
def reverse_dictionary_command(
    file: Descriptions,
    library: Libraries,
    mode: Annotated[SearchMode, typer.Option(help="What is compared.")] = SearchMode.SEMANTIC,
    output: Annotated[Path | None, typer.Option(help="Write the figures here as JSON.")] = None,
) -> None:
    """Look words up by their descriptions, and tell at which rank they stand."""

    async def work(context: Context) -> dict[str, Scores]:
        descriptions = read_descriptions(file)
        with progress_bar() as bar:
            task = bar.add_task("descriptions", total=len(descriptions))
            return await evaluate(
                context, descriptions, _request(library, mode), lambda: bar.advance(task)
            )

    settings = settings_of_command(index_wait_seconds=LONGEST_WAIT_SECONDS)
    scores = run_with_context(settings, work)
    if output:
        output.write_text(json.dumps({split: asdict(each) for split, each in scores.items()}))
    print_whole(_table(scores))


@app.command("tune")
def tune_command(
    file: Descriptions,
    library: Libraries,
    mode: Annotated[SearchMode, typer.Option(help="What is compared.")] = SearchMode.HYBRID,
) -> None:
    """Fit the weights of ranking to descriptions, and tell what they give to others."""

    async def work(context: Context) -> Tuning:
        descriptions = read_descriptions(file)
        with progress_bar() as bar:
            task = bar.add_task("descriptions", total=len(descriptions))
            return await tune(
                context, descriptions, _request(library, mode), lambda: bar.advance(task)
            )

    tuning = run_with_context(settings_of_command(index_wait_seconds=LONGEST_WAIT_SECONDS), work)
    for name, scores in (
        ("the best definition alone", tuning.plain),
        ("weights in use", tuning.present),
        ("fitted without the fold that is ranked", tuning.cross_validated),
    ):
        results.print(f"\n{name}")
        print_whole(_table(scores))
    print_whole(_weights(tuning.weights))


def _request(libraries: list[str], mode: SearchMode) -> SearchRequest:
    first, *others = dict.fromkeys(libraries)
    return SearchRequest(first, mode=mode, more_libraries=tuple(others))


def _table(scores: Mapping[str, Scores]) -> Table:
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
            f"{each.queries_per_second:.1f}" if each.queries_per_second else "",
        )
    return table


def _weights(fitted: Weights) -> Table:
    table = Table("part", "fitted", "in use", box=None)
    for part, weight in fitted.items():
        table.add_row(part.value, f"{weight:.4f}", f"{WEIGHTS[part]:g}")
    return table
