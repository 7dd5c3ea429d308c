from pathlib import Path

import pytest

from infra.embeddings.minilm.embedder import MiniLmEmbedder, load_minilm


@pytest.fixture(scope="session")
def minilm(published_folder: Path) -> MiniLmEmbedder:
    return load_minilm(published_folder)
