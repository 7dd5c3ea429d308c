"""Tables trained on texts alone."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.embeddings.corpus import neighbours
from infra.embeddings.corpus.neighbours import SMOOTHING, WINDOW, find_neighbours
from infra.embeddings.corpus.training import train_table
from infra.embeddings.errors import MissingWeightsError
from infra.embeddings.registry import Embedders
from infra.embeddings.static.folder import keep_table
from infra.settings import Settings

WORDS = 12
SEA = ["ŝipo", "maro", "ondo", "velo", "haveno", "boato"]
BREAD = ["pano", "faruno", "forno", "nutri", "kruston", "bakas"]
# Each word with others of its topic, but never with the one that stands beside it in the list.
TEXTS = [
    f"{one} {other} kaj {one}"
    for topic in (SEA, BREAD)
    for place, one in enumerate(topic)
    for other in topic
    if other not in topic[place : place + 2]
]

word_lists = st.lists(
    st.lists(st.integers(0, WORDS - 1), max_size=2 * WINDOW), min_size=1, max_size=8
)


def watch(what: str, done: int, total: int) -> None:
    assert 0 <= done <= total, what


@given(word_lists)
def test_neighbours_are_those_of_a_count_by_hand(texts: list[list[int]]) -> None:
    counts = Counter(
        (one, other)
        for text in texts
        for place, one in enumerate(text)
        for there, other in enumerate(text)
        if one != other and 0 < abs(place - there) <= WINDOW
    )
    of_word = np.array([sum(n for (a, _), n in counts.items() if a == w) for w in range(WORDS)])
    smoothed = of_word**SMOOTHING
    expected = np.zeros((WORDS, WORDS))
    for (one, other), count in counts.items():
        both_ways = [
            count * smoothed.sum() / (of_word[a] * smoothed[b])
            for a, b in ((one, other), (other, one))
        ]
        expected[one, other] = max(0, np.log(both_ways).mean())

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(neighbours, "TEXTS_AT_ONCE", 3)
        found = find_neighbours(texts, WORDS)
    product = found.product().sum(np.eye(WORDS, dtype=np.float32))
    np.testing.assert_allclose(product, expected, atol=1e-5)


def test_words_that_mean_alike_are_near_although_they_never_stand_together(tmp_path: Path) -> None:
    keep_table(tmp_path, "corpus", train_table(TEXTS, watch))
    embedder = Embedders(Settings(data_dir=tmp_path)).newest("corpus")
    assert embedder.model.provider == "corpus"
    assert embedder.model.name.startswith("corpus-")

    vectors = embedder.embed(["Ŝipo", "maro", "pano", "nothing known"])
    assert np.isfinite(vectors).all()
    query, near, far, _ = vectors
    assert query @ near > query @ far + 0.3


def test_training_on_the_same_texts_gives_the_same_model() -> None:
    assert train_table(TEXTS, watch).name == train_table(TEXTS, watch).name


def test_without_a_table_the_command_that_makes_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingWeightsError, match="`lexigraph train`"):
        Embedders(Settings(data_dir=tmp_path)).newest("corpus")


@pytest.mark.parametrize("text", ["", "…", "one", "one one"])
def test_texts_that_tell_nothing_make_a_table_all_the_same(text: str) -> None:
    table = train_table([text], watch)
    assert np.isfinite(table.vectors()).all()
