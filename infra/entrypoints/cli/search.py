"""`lexigraph search`: words by meaning or by words, on the terminal."""

from typing import Annotated

import typer
from bson import ObjectId
from rich.table import Table

from documents.database import Row
from documents.vocabulary import PartOfSpeech
from infra.entrypoints.cli.console import results, run_with_context, settings_of_command
from resolvers.context import Context
from resolvers.searching.page import SearchHit
from resolvers.searching.request import SearchMode, SearchRequest
from resolvers.searching.search import search_library

LONGEST_WAIT_SECONDS = 3600


def search_command(
    description: Annotated[str, typer.Argument(help="The idea, in your own words.")],
    library: Annotated[str, typer.Option(help="Key of the library.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="Words to show.")] = 10,
    part_of_speech: Annotated[
        list[PartOfSpeech] | None, typer.Option(help="Only these; may be repeated.")
    ] = None,
    mode: Annotated[SearchMode, typer.Option(help="What is compared.")] = SearchMode.SEMANTIC,
) -> None:
    """Find words by describing them."""
    request = SearchRequest(
        library,
        mode=mode,
        text=description,
        part_of_speech=frozenset(part_of_speech) if part_of_speech else None,
    )

    async def work(context: Context) -> Table:
        found = await search_library(context, request, limit=limit)
        return await _table(context, found.hits)

    # Who asks once waits until the index is made.
    settings = settings_of_command(index_wait_seconds=LONGEST_WAIT_SECONDS)
    results.print(run_with_context(settings, work))


async def _table(context: Context, hits: list[SearchHit]) -> Table:
    words = await _rows(context, "words", [hit.id for hit in hits])
    definitions = await _rows(context, "definitions", [hit.passage_id for hit in hits])
    table = Table("", "word", "part of speech", "score", "definition", box=None)
    for hit in hits:
        definition = definitions[hit.passage_id]
        table.add_row(
            str(hit.rank),
            words[hit.id]["text"],
            definition.get("part_of_speech", ""),
            f"{hit.score:.3f}",
            definition["text"],
        )
    return table


async def _rows(context: Context, collection: str, ids: list[ObjectId]) -> dict[ObjectId, Row]:
    cursor = context.services.database[collection].find(
        {"_id": {"$in": ids}}, {"text": 1, "part_of_speech": 1}
    )
    return {row["_id"]: row async for row in cursor}
