from pathlib import Path

import pytest

from infra.embeddings.minilm.embedder import MiniLmEmbedder, load_minilm
from infra.embeddings.minilm.weights import HOW_TO_INSTALL, find_weights


@pytest.fixture(scope="session")
def published_folder() -> Path:
    """The intact files of all-MiniLM-L6-v2."""
    folder = find_weights(None)
    if folder is None:
        pytest.skip(f"the weights of all-MiniLM-L6-v2 are not installed: {HOW_TO_INSTALL}")
    return folder


@pytest.fixture(scope="session")
def minilm(published_folder: Path) -> MiniLmEmbedder:
    return load_minilm(published_folder)
