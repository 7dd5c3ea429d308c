"""Weights are fitted to what the server finds, and tried on what they were not fitted to."""

import pytest
from batches import call, word

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.evaluating.descriptions import Description
from resolvers.evaluating.tuning import LIKENESS, tune
from resolvers.ranking.candidates import Part
from resolvers.searching.request import SearchMode, SearchRequest
from resolvers.writing.word import create_words

MEANINGS = {
    "drizzle": "light rain in very small drops",
    "storm": "strong wind with heavy rain",
    "crust": "the hard outside of a loaf of bread",
    "loaf": "bread that is baked in one piece",
    "breeze": "a light wind",
    "oven": "a hot box that bread is baked in",
}


async def test_weights_are_the_same_each_time_and_scores_are_those_of_each_split(
    context: Context, library: LibraryDocument
) -> None:
    await create_words(context, call(*(word(*each) for each in MEANINGS.items())))
    descriptions = [
        Description(
            f"it is {text}", frozenset({headword}), ("all", "odd" if number % 2 else "even")
        )
        for number, (headword, text) in enumerate(MEANINGS.items())
    ]
    request = SearchRequest(library.key, mode=SearchMode.HYBRID)
    first = await tune(context, descriptions, request)
    assert first == await tune(context, descriptions, request)
    assert first.weights.keys() == set(Part)
    assert sum(first.weights[part] for part in LIKENESS) == pytest.approx(1)
    for scores in (first.plain, first.present, first.cross_validated):
        assert {split: each.descriptions for split, each in scores.items()} == {
            "all": 6,
            "even": 3,
            "odd": 3,
        }
    assert first.present["all"].accuracy_at_1 == 1
