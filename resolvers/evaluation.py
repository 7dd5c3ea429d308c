"""How well descriptions find their words: accuracy and ranks over a file of descriptions."""

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from documents.text import normalize_headword
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.searching.request import SearchRequest
from resolvers.searching.search import search_library

# As far as ranks are looked at; a word that is not found stands behind.
DEEPEST = 1_000


@dataclass(frozen=True, slots=True)
class Description:
    """A description, the words that answer it (normalized), and the part of the file it is of."""

    text: str
    words: frozenset[str]
    split: str


@dataclass(frozen=True, slots=True)
class Scores:
    """Accuracy at 1, 10 and 100, and the ranks of the first right words."""

    descriptions: int
    accuracy_at_1: float
    accuracy_at_10: float
    accuracy_at_100: float
    median_rank: float
    rank_deviation: float
    mean_reciprocal_rank: float
    queries_per_second: float


def read_descriptions(path: Path) -> list[Description]:
    """Lines of `{"word", "definition", "acceptable"?, "split"?}`.

    Raises:
        RequestError: a line is not of this form, or there is none.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            words = [row["word"], *row.get("acceptable", [])]
            text, split = str(row["definition"]), str(row.get("split", "all"))
            found.append(Description(text, frozenset(map(normalize_headword, words)), split))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise RequestError(
                f'Line {number} of {path} is not of the form {{"word": …, "definition": …}}.'
            ) from None
    if not found:
        raise RequestError(f"{path} holds no descriptions.")
    return found


async def evaluate(
    context: Context,
    descriptions: Sequence[Description],
    request: SearchRequest,
    watch: Callable[[], None] = lambda: None,
) -> dict[str, Scores]:
    """Search for each description as `request` says; scores by split, and of all."""
    ranks: dict[str, list[int]] = {}
    seconds: dict[str, float] = {}
    for description in descriptions:
        began = time.perf_counter()
        rank = await _rank(context, description, request)
        for split in {description.split, "all"}:
            ranks.setdefault(split, []).append(rank)
            seconds[split] = seconds.get(split, 0.0) + time.perf_counter() - began
        watch()
    return {split: _scores(found, seconds[split]) for split, found in sorted(ranks.items())}


async def _rank(context: Context, description: Description, request: SearchRequest) -> int:
    """The rank of the first right word."""
    asked = SearchRequest(
        request.library_key,
        mode=request.mode,
        text=description.text,
        more_libraries=request.more_libraries,
    )
    found = (await search_library(context, asked, limit=DEEPEST)).hits
    right = context.services.database["words"].find(
        {"_id": {"$in": [hit.id for hit in found]}}, {"normalized": 1}
    )
    ids = {row["_id"] async for row in right if row["normalized"] in description.words}
    return next((hit.rank for hit in found if hit.id in ids), DEEPEST + 1)


def _scores(ranks: Sequence[int], seconds: float) -> Scores:
    def within(most: int) -> float:
        return sum(rank <= most for rank in ranks) / len(ranks)

    return Scores(
        len(ranks),
        within(1),
        within(10),
        within(100),
        statistics.median(ranks),
        statistics.pstdev(ranks),
        sum(1 / rank for rank in ranks if rank <= DEEPEST) / len(ranks),
        len(ranks) / seconds if seconds else 0.0,
    )
