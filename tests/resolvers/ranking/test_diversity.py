"""The order in which results differ."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolvers.ranking.diversity import diverse_order

NORTH, EAST, UNKNOWN = (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)


def order(scores: list[float], vectors: list[tuple[float, float]], diversity: float) -> list[int]:
    arrays = (np.array(each, dtype=np.float32) for each in (scores, vectors))
    return diverse_order(*arrays, diversity).tolist()


def test_the_more_diversity_the_earlier_comes_what_is_different() -> None:
    scores, vectors = [1.0, 0.9, 0.8, 0.0], [NORTH, NORTH, NORTH, EAST]
    assert order(scores, vectors, 0.0) == [0, 1, 2, 3]
    assert order(scores, vectors, 0.3) == [0, 1, 2, 3]
    assert order(scores, vectors, 0.6) == [0, 3, 1, 2]
    assert order(scores, vectors, 1.0) == [0, 3, 1, 2]


def test_what_has_no_vector_is_like_nothing_else() -> None:
    assert order([3.0, 2.0, 1.0, 0.0], [NORTH, NORTH, UNKNOWN, UNKNOWN], 0.9) == [0, 2, 3, 1]


@given(
    rows=st.lists(st.tuples(st.floats(-5, 5, width=16), st.floats(0, 6)), min_size=1, max_size=9),
    diversity=st.floats(0, 1),
)
def test_every_row_stands_once_behind_the_best(
    rows: list[tuple[float, float]], diversity: float
) -> None:
    scores = sorted((score for score, _ in rows), reverse=True)
    vectors = [(float(np.cos(angle)), float(np.sin(angle))) for _, angle in rows]
    found = order(scores, vectors, diversity)
    assert sorted(found) == list(range(len(rows)))
    assert scores[found[0]] == scores[0]
    if diversity == 0:
        assert [scores[row] for row in found] == scores
