"""The provider of a library that users may have; its door is tried with a package of that name."""

import sys
from pathlib import Path

import numpy as np
import pytest

from infra.embeddings.errors import MissingWeightsError
from infra.embeddings.protocol import EmbeddingModel
from infra.embeddings.registry import Embedders
from infra.embeddings.sentence_transformers import PACKAGE
from infra.settings import Settings

LIBRARY = """
import numpy as np

class SentenceTransformer:
    def __init__(self, name):
        if name == "unknown":
            raise OSError("not a local folder and not a model identifier")

    def encode(self, sentences, normalize_embeddings=False, show_progress_bar=None):
        rows = np.array([[len(text), 1, 0] for text in sentences], dtype=np.float64)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / norms if normalize_embeddings else rows
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library with the interface of sentence-transformers, without PyTorch."""
    (tmp_path / f"{PACKAGE}.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)


@pytest.mark.usefixtures("installed")
def test_a_model_of_the_library_is_used() -> None:
    embedders = Embedders(Settings(sentence_transformers_model="all-words"))
    embedder = embedders.newest("sentence-transformers")

    assert embedder.model == EmbeddingModel("sentence-transformers", "all-words", 3)
    vectors = embedder.embed(["", "\ud800", "ccc"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert embedder.embed([]).shape == (0, 3)
    assert embedders.get(embedder.model) is embedder


@pytest.mark.usefixtures("installed")
def test_a_model_that_cannot_be_loaded_is_told() -> None:
    embedders = Embedders(Settings(sentence_transformers_model="unknown"))

    with pytest.raises(MissingWeightsError, match="SENTENCE_TRANSFORMERS_MODEL"):
        embedders.newest("sentence-transformers")


def test_without_the_library_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PACKAGE, None)

    with pytest.raises(MissingWeightsError, match="uv pip install sentence-transformers"):
        Embedders(Settings()).newest("sentence-transformers")
