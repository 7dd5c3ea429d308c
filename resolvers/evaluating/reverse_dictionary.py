"""How well descriptions find their words: accuracy and ranks over a file of descriptions."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from bson import ObjectId

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.evaluating.descriptions import Description, words_that_answer
from resolvers.evaluating.scores import DEEPEST, Scores, scores_of
from resolvers.searching.finding import find_library
from resolvers.searching.request import SearchRequest
from resolvers.searching.search import search_library


async def evaluate(
    context: Context,
    descriptions: Sequence[Description],
    request: SearchRequest,
    watch: Callable[[], None] = lambda: None,
) -> dict[str, Scores]:
    """Search for each description as `request` says; scores by split.

    Raises:
        NotFoundError: there is no such library.
        EmbeddingError: a library's model cannot be run here.
    """
    libraries = await libraries_of(context, request)
    ranks: dict[str, list[int]] = {}
    seconds: dict[str, float] = {}
    for description in descriptions:
        right = await words_that_answer(context, libraries, description)
        began = time.perf_counter()
        rank = await _rank(context, replace(request, text=description.text), right)
        took = time.perf_counter() - began
        for split in description.splits:
            ranks.setdefault(split, []).append(rank)
            seconds[split] = seconds.get(split, 0.0) + took
        watch()
    return {split: scores_of(found, seconds[split]) for split, found in sorted(ranks.items())}


async def libraries_of(context: Context, request: SearchRequest) -> list[LibraryDocument]:
    """All libraries of a request.

    Raises:
        NotFoundError: there is no such library.
    """
    return [await find_library(context, each) for each in request.by_library()]


async def _rank(context: Context, request: SearchRequest, right: frozenset[ObjectId]) -> int:
    """The rank of the first right word."""
    found = (await search_library(context, request, limit=DEEPEST)).hits
    return next((hit.rank for hit in found if hit.id in right), DEEPEST + 1)
