"""Candidates of several libraries become one list of headwords."""

from dataclasses import replace

import numpy as np
import pytest
from bson import ObjectId

from resolvers.ranking.candidates import Candidates, Part
from resolvers.ranking.fusing import Described, Sighted, fuse
from resolvers.ranking.headwords import Headwords
from resolvers.ranking.hints import WordClass, classes_described
from resolvers.ranking.scoring import WEIGHTS, rank
from resolvers.semantic_index.columns import to_number
from resolvers.semantic_index.id_set import to_ids, to_object_ids


def id_of(number: int) -> ObjectId:
    return ObjectId(number.to_bytes(12, "big"))


def library(first_id: int, **likeness: tuple[float, int]) -> Sighted:
    """A library with these words: how near each is, and how often the library's texts say it."""
    ids = to_ids([id_of(first_id + place) for place in range(len(likeness))])
    candidates = Candidates(
        ids, ids, {Part.DEFINITION: np.array([near for near, _ in likeness.values()], np.float32)}
    )
    table = Headwords(
        1,
        ids,
        np.array([to_number(word.lower()) for word in likeness], dtype=np.int64),
        np.array([word[0].isupper() for word in likeness], dtype=np.bool_),
        np.array([WordClass.NOUN] * len(likeness), dtype=np.int8),
        np.array([count for _, count in likeness.values()], dtype=np.int64),
    )
    return Sighted(candidates, table)


def ranked(*libraries: Sighted, text: str | None = None) -> list[int]:
    described = Described(text, classes_described(text, "en"))
    found = rank(fuse(libraries, described), WEIGHTS).found
    return [int.from_bytes(each.binary, "big") for each in to_object_ids(found.owners)]


def test_a_headword_of_two_libraries_is_one_result_by_its_nearest_word() -> None:
    assert ranked(library(1, oak=(0.5, 0)), library(11, oak=(0.6, 0))) == [11]


def test_what_two_libraries_agree_on_goes_before_what_one_says() -> None:
    one = library(1, oak=(0.6, 0), elm=(0.6, 0), ash=(0.2, 0))
    other = library(11, elm=(0.6, 0), yew=(0.2, 0))
    assert ranked(one, other)[:2] in ([2, 1], [11, 1])


def test_of_equally_near_words_the_familiar_one_goes_first_and_a_name_last() -> None:
    assert ranked(library(1, Elm=(0.6, 0), yew=(0.6, 0), oak=(0.6, 9))) == [3, 2, 1]


def test_a_word_of_the_description_itself_goes_behind_others() -> None:
    trees = library(1, oak=(0.6, 0), elm=(0.59, 0))
    assert ranked(trees, text="the tree") == [1, 2]
    assert ranked(trees, text="like an oak") == [2, 1]


def test_a_word_of_another_part_of_speech_than_is_described_goes_behind() -> None:
    nouns = library(1, oak=(0.6, 0))
    verb = library(11, fell=(0.59, 0))
    verb = replace(verb, headwords=replace(verb.headwords, classes=np.array([WordClass.VERB])))
    assert ranked(nouns, verb, text="it is cut down") == [1, 11]
    assert ranked(nouns, verb, text="to cut down") == [11, 1]


def test_a_word_that_came_after_the_table_is_ranked_by_its_definition() -> None:
    known = library(1, oak=(0.4, 0))
    late = Sighted(library(11, elm=(0.6, 0)).candidates, known.headwords)
    assert ranked(late) == [11]
    assert ranked(known, late) == [11, 1]


def test_nothing_found_is_an_empty_ranking() -> None:
    assert ranked(library(1)) == []


def test_shares_add_up_to_the_score() -> None:
    ranking = rank(fuse([library(1, oak=(0.5, 3), Elm=(0.4, 1))], Described("an elm")), WEIGHTS)
    total = np.sum(list(ranking.shares.values()), axis=0)
    assert total == pytest.approx(ranking.found.scores)
