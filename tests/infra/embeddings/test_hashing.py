"""The embedder that needs nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.embeddings.hashing import BLOCK_TEXTS, DIMENSION, HashingEmbedder

texts = st.lists(st.text(max_size=80), max_size=20)


@pytest.fixture(scope="module")
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@given(texts)
def test_every_text_has_a_vector_of_unit_length(texts: list[str]) -> None:
    vectors = HashingEmbedder().embed(texts)

    assert vectors.shape == (len(texts), DIMENSION)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)


@given(texts)
def test_a_vector_does_not_depend_on_batch_mates(texts: list[str]) -> None:
    embedder = HashingEmbedder()
    together = embedder.embed(texts)

    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_array_equal(embedder.embed([text])[0], vector)


def test_blocks_join_seamlessly(embedder: HashingEmbedder) -> None:
    texts = [f"text number {number}" for number in range(BLOCK_TEXTS + 3)]

    np.testing.assert_array_equal(embedder.embed(texts)[-2:], embedder.embed(texts[-2:]))


@pytest.mark.parametrize(
    "text", ["", "   ", "!?", "the of and", "\U0001f600", "\ud800", "a", "x" * 9999]
)
def test_odd_texts_have_a_direction(embedder: HashingEmbedder, text: str) -> None:
    [vector] = embedder.embed([text])

    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café Noir", "cafe noir"),
        ("STRASSE", "straße"),
        ("\u210cotel", "hotel"),
        ("a  cat,\nasleep", "a cat asleep"),
    ],
)
def test_case_accents_and_spacing_do_not_count(
    embedder: HashingEmbedder, one: str, other: str
) -> None:
    vectors = embedder.embed([one, other])

    np.testing.assert_array_equal(vectors[0], vectors[1])


def test_texts_that_share_words_and_stems_are_nearer(embedder: HashingEmbedder) -> None:
    query, near, far = embedder.embed(
        ["someone who teaches children", "a teacher of a child", "a vessel moved by oars"]
    )

    assert query @ near > query @ far + 0.1


def test_stored_vectors_stay_valid(embedder: HashingEmbedder) -> None:
    """Whoever changes these numbers makes another model, and gives it another name."""
    [vector] = embedder.embed(["a domesticated animal that barks"])
    largest = np.argsort(-np.abs(vector), kind="stable")[:4]

    assert embedder.model.name == "character-ngrams-1"
    assert largest.tolist() == [247, 40, 145, 204]
    assert vector[largest].tolist() == pytest.approx(
        [0.3396831, 0.2264554, 0.2264554, 0.2264554], abs=1e-6
    )
