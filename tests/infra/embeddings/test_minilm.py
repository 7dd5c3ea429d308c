"""all-MiniLM-L6-v2 in NumPy against sentence-transformers.

`minilm_reference.json` says how its vectors were made.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.embeddings.minilm.arithmetic import add_bias_and_gelu, layer_norm, softmax
from infra.embeddings.minilm.embedder import MiniLmEmbedder
from infra.embeddings.minilm.encoder import DIMENSION
from infra.embeddings.minilm.tokenizer import MAX_TOKENS, Tokenizer
from infra.embeddings.minilm.weights import VOCABULARY

REFERENCES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "minilm_reference.json").read_text("utf-8")
)["references"]
EVERY_TEXT = [reference["text"] for reference in REFERENCES]
EVERY_REFERENCE = pytest.mark.parametrize(
    "reference",
    REFERENCES,
    ids=[f"{number}: {text[:30]!a}" for number, text in enumerate(EVERY_TEXT)],
)


@pytest.fixture(scope="module")
def tokenizer(published_folder: Path) -> Tokenizer:
    return Tokenizer.from_file(published_folder / VOCABULARY)


@EVERY_REFERENCE
def test_token_ids_are_those_of_the_reference(
    tokenizer: Tokenizer, reference: dict[str, Any]
) -> None:
    token_ids = tokenizer.encode(reference["text"])

    assert token_ids[:12] == reference["token_ids"]
    assert len(token_ids) == reference["token_count"]


@EVERY_REFERENCE
def test_vectors_are_those_of_the_reference(
    minilm: MiniLmEmbedder, reference: dict[str, Any]
) -> None:
    [vector] = minilm.embed([reference["text"]]).astype(np.float64)

    np.testing.assert_allclose(vector[:8], reference["head"], rtol=0, atol=5e-6)
    # A difference of 1e-6 per component adds up to no more than this.
    assert vector.sum() == pytest.approx(reference["sum"], abs=4e-4)
    weighted_sum = float(vector @ (1 / (1 + np.arange(DIMENSION))))
    assert weighted_sum == pytest.approx(reference["weighted_sum"], abs=1e-5)


def test_a_vector_does_not_depend_on_batch_mates(minilm: MiniLmEmbedder) -> None:
    # Several batches, shared out to threads.
    together = minilm.embed(EVERY_TEXT * 4)
    alone = np.vstack([minilm.embed([text]) for text in EVERY_TEXT])

    np.testing.assert_allclose(together, np.tile(alone, (4, 1)), rtol=0, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, rtol=1e-6)


def test_nothing_gives_no_rows(minilm: MiniLmEmbedder) -> None:
    assert minilm.embed([]).shape == (0, DIMENSION)


def test_meaning_counts_more_than_spelling(minilm: MiniLmEmbedder) -> None:
    query, same, alike = minilm.embed(
        ["someone who instructs pupils", "a teacher", "someone who inspects pulpits"]
    )

    assert query @ same > query @ alike


@settings(max_examples=200)
@given(text=st.text(max_size=300))
def test_any_text_has_between_two_and_256_tokens(tokenizer: Tokenizer, text: str) -> None:
    token_ids = tokenizer.encode(text)

    assert 2 <= len(token_ids) <= MAX_TOKENS
    assert (token_ids[0], token_ids[-1]) == (101, 102)
    assert all(0 <= number < 30522 for number in token_ids)


def test_a_text_too_long_is_cut_before_its_end(tokenizer: Tokenizer) -> None:
    token_ids = tokenizer.encode("word " * 10_000)

    assert len(token_ids) == MAX_TOKENS
    assert token_ids[-1] == 102


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("NAÏVE Façade", "naive facade"),
        ("zero\u200bwidth", "zerowidth"),
        ("no\u00a0break", "no break"),
        ("a≠b", "a = b"),
        ("ΌΣΟΣ", "\u03bf\u03c3\u03bf\u03c3"),  # not the final sigma
        ("lone \ud800surrogate", "lone surrogate"),
    ],
)
def test_texts_that_fold_alike_have_equal_tokens(
    tokenizer: Tokenizer, text: str, same: str
) -> None:
    assert tokenizer.encode(text) == tokenizer.encode(same)


def test_gelu_is_exact() -> None:
    values = np.linspace(-30, 30, 60_001, dtype=np.float32).reshape(-1, 1)
    exact = np.array([[x * (1 + math.erf(x / 2**0.5)) / 2] for [x] in values.tolist()])
    add_bias_and_gelu(values, np.zeros(1, dtype=np.float32))

    np.testing.assert_allclose(values / 2, exact, rtol=5e-7, atol=1.5e-6)


def test_layer_norm_and_softmax_follow_their_definitions() -> None:
    random = np.random.default_rng(5)
    values = random.standard_normal((300, 384)).astype(np.float32) * 3 + 1
    gain, bias = random.standard_normal((2, 384)).astype(np.float32)
    wide = values.astype(np.float64)
    centred = wide - wide.mean(axis=1, keepdims=True)
    normed = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True)) * gain + bias
    exponents = np.exp(wide - wide.max(axis=1, keepdims=True))
    weights = values.copy()
    softmax(weights)
    layer_norm(values, gain, bias)

    np.testing.assert_allclose(values, normed, rtol=0, atol=1e-5)
    np.testing.assert_allclose(
        weights, exponents / exponents.sum(axis=1, keepdims=True), rtol=0, atol=1e-6
    )
