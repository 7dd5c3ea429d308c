"""Which embedders there are, and that a library is served by its own model alone."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from infra.embeddings.checked import CheckedEmbedder
from infra.embeddings.errors import (
    InvalidVectorsError,
    MissingWeightsError,
    ModelMismatchError,
    UnknownProviderError,
)
from infra.embeddings.protocol import EmbeddingModel, Vectors
from infra.embeddings.registry import Embedders, best_provider
from infra.settings import Settings


@pytest.fixture
def embedders(tmp_path: Path) -> Embedders:
    """A process on an empty data folder."""
    return Embedders(Settings(data_dir=tmp_path))


@pytest.fixture
def hashing_model(embedders: Embedders) -> EmbeddingModel:
    return embedders.newest("hashing").model


def test_minilm_is_the_best_where_its_weights_are(published_folder: Path) -> None:
    assert best_provider(Settings(minilm_folder=published_folder)) == "minilm"


def test_hashing_is_always_there(tmp_path: Path) -> None:
    assert best_provider(Settings(minilm_folder=tmp_path)) == "hashing"


def test_minilm_has_the_published_name_and_dimension(
    embedders: Embedders, published_folder: Path
) -> None:
    embedder = embedders.newest("minilm")

    assert embedder.model == EmbeddingModel("minilm", "all-MiniLM-L6-v2", 384, "cosine")
    assert embedder.embed(["a word"]).shape == (1, 384)


def test_minilm_without_weights_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingWeightsError, match="make setup"):
        Embedders(Settings(minilm_folder=tmp_path)).newest("minilm")


def test_an_unknown_provider_is_refused_with_those_there_are(embedders: Embedders) -> None:
    with pytest.raises(
        UnknownProviderError, match="minilm, static, corpus, openai, sentence-transformers, hashing"
    ):
        embedders.newest("magic")


def test_an_embedder_is_loaded_once_by_all_threads(
    embedders: Embedders, hashing_model: EmbeddingModel
) -> None:
    with ThreadPoolExecutor(8) as pool:
        loaded = [
            *pool.map(embedders.get, [hashing_model] * 20),
            *pool.map(embedders.newest, ["hashing"] * 20),
        ]

    assert len(set(map(id, loaded))) == 1


@pytest.mark.parametrize("change", [{"name": "character-ngrams-0"}, {"dimension": 128}])
def test_a_library_of_another_model_is_refused(
    embedders: Embedders, hashing_model: EmbeddingModel, change: dict[str, str | int]
) -> None:
    with pytest.raises(ModelMismatchError, match="embed the library anew"):
        embedders.get(replace(hashing_model, **change))


def test_the_metric_is_the_librarys_own_affair(
    embedders: Embedders, hashing_model: EmbeddingModel
) -> None:
    stored = replace(hashing_model, metric="squared_l2")

    assert embedders.get(stored).model == hashing_model


@dataclass
class FaultyEmbedder:
    """Returns what it was given, whatever the texts."""

    vectors: Vectors
    model: EmbeddingModel

    def embed(self, texts: Sequence[str]) -> Vectors:  # noqa: ARG002 - the protocol's parameter
        return self.vectors


@pytest.mark.parametrize(
    "vectors",
    [
        np.ones((1, 3), dtype=np.float32),
        np.ones((2, 2), dtype=np.float32),
        np.ones((1, 2), dtype=np.float64),
        np.array([[1, np.nan]], dtype=np.float32),
        np.array([[1, np.inf]], dtype=np.float32),
    ],
    ids=["wrong dimension", "a row too many", "float64", "NaN", "infinity"],
)
def test_unusable_vectors_never_leave_an_embedder(vectors: Vectors) -> None:
    model = EmbeddingModel("faulty", "fixed", 2)

    with pytest.raises(InvalidVectorsError, match="faulty/fixed"):
        CheckedEmbedder(FaultyEmbedder(vectors, model)).embed(["text"])
