"""Weights are fitted under which right candidates come first."""

import numpy as np
import pytest

from resolvers.ranking.fitting import Example, fit


def examples(count: int, chance: np.random.Generator) -> list[Example]:
    """The right candidate is high in the first part, low in the last, like others in between."""
    made = []
    for _ in range(count):
        parts = chance.normal(size=(30, 3)) * [1, 1, 100]
        parts[0] += [2, 0, -200]
        made.append(Example(parts, np.arange(30) == 0))
    return made


def test_parts_that_speak_for_right_words_weigh_and_others_do_not() -> None:
    weights = fit(examples(1000, np.random.default_rng(1)), 1.0) * [1, 1, 100]
    assert weights[0] == pytest.approx(2, rel=0.15)
    assert weights[1] == pytest.approx(0, abs=0.15)
    assert weights[2] == pytest.approx(-2, rel=0.15)


def test_fitted_weights_bring_right_words_of_other_descriptions_forward() -> None:
    chance = np.random.default_rng(2)
    weights = fit(examples(100, chance), 1.0)
    ranks = [each.rank(weights) for each in examples(100, chance)]
    assert sum(rank == 1 for rank in ranks) > 60


def test_an_example_without_a_right_candidate_says_nothing_and_has_no_rank() -> None:
    some = examples(20, np.random.default_rng(3))
    silent = Example(some[0].parts, np.zeros(30, dtype=np.bool_))
    assert np.array_equal(fit([*some, silent], 1.0), fit(some, 1.0))
    assert silent.rank(np.ones(3)) is None


def test_of_several_right_candidates_the_first_one_ranks() -> None:
    parts = np.array([[1.0], [3.0], [2.0], [3.0]])
    assert Example(parts, np.array([True, False, True, False])).rank(np.ones(1)) == 3
