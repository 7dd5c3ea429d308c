"""Descriptions are looked up, and the ranks of their words become figures."""

import json
from pathlib import Path

import pytest

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.evaluating.descriptions import read_descriptions
from resolvers.evaluating.reverse_dictionary import evaluate
from resolvers.evaluating.scores import DEEPEST
from resolvers.searching.request import SearchMode, SearchRequest


def test_a_line_without_a_word_is_refused_by_its_number(tmp_path: Path) -> None:
    file = tmp_path / "descriptions.jsonl"
    file.write_text('{"word": "oak", "definition": "a tree"}\n{"definition": "a tree"}\n')
    with pytest.raises(RequestError, match="Line 2"):
        read_descriptions(file)
    file.write_text("")
    with pytest.raises(RequestError, match="no descriptions"):
        read_descriptions(file)


def test_words_that_the_file_says_are_there_are_a_split_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "descriptions.jsonl"
    rows = [
        {"word": "oak", "definition": "a tree", "split": "own", "reachable": True},
        {"word": "selfie", "definition": "a photograph", "split": "own", "reachable": False},
        {"word": "Elm", "definition": "another tree", "acceptable": ["Wych Elm"]},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    found = read_descriptions(file)
    assert [each.splits for each in found] == [
        ("all", "own", "own, reachable"),
        ("all", "own"),
        ("all",),
    ]
    assert found[2].words == {"elm", "wych elm"}


async def test_a_word_that_is_not_there_counts_as_behind_all(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    file = tmp_path / "descriptions.jsonl"
    rows = [{"word": "nowhere", "definition": "strong wind", "split": "odd"}]
    file.write_text("\n".join(map(json.dumps, rows)))
    request = SearchRequest(library.key, mode=SearchMode.LEXICAL)
    scores = await evaluate(context, read_descriptions(file), request)
    assert scores.keys() == {"odd", "all"}
    assert scores["odd"].median_rank == DEEPEST + 1
    assert (scores["odd"].accuracy_at_100, scores["odd"].mean_reciprocal_rank) == (0, 0)
