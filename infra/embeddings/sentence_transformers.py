"""The provider `sentence-transformers`: any model of that library, where the user has it installed.

It is not among the dependencies of this project, for it brings PyTorch.
"""

from collections.abc import Sequence
from importlib import import_module
from threading import Lock
from typing import Any

import numpy as np

from infra.embeddings.errors import MissingWeightsError
from infra.embeddings.protocol import EmbeddingModel, Vectors

PROVIDER = "sentence-transformers"
PACKAGE = "sentence_transformers"


class SentenceTransformerEmbedder:
    """One text batch at a time: the library does not promise more."""

    def __init__(self, name: str, encoder: Any) -> None:
        self._encoder = encoder
        self._lock = Lock()
        # An older release and a newer one name the dimension differently; a vector has it.
        dimension = np.asarray(encoder.encode([""])).shape[1]
        self._model = EmbeddingModel(PROVIDER, name, int(dimension))

    @property
    def model(self) -> EmbeddingModel:
        """The one that was loaded."""
        return self._model

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`; a model reads as much of a text as it was made for."""
        if not texts:
            return np.empty((0, self._model.dimension), dtype=np.float32)
        # Lone surrogates cannot be tokenised.
        sendable = [text.encode("utf-8", "replace").decode() for text in texts]
        with self._lock:
            vectors = self._encoder.encode(
                sendable, normalize_embeddings=True, show_progress_bar=False
            )
        return np.ascontiguousarray(vectors, dtype=np.float32)


def load_sentence_transformer(name: str) -> SentenceTransformerEmbedder:
    """Load a model by its name on the Hugging Face Hub, or from a folder; seconds, and a download.

    Raises:
        MissingWeightsError: the library is not installed, or the model cannot be had.
    """
    try:
        library = import_module(PACKAGE)
    except ImportError as error:
        raise MissingWeightsError(
            "The provider `sentence-transformers` needs the package of that name, which is not"
            " installed: `uv pip install sentence-transformers` adds it to this environment (and"
            " PyTorch, some gigabytes)."
        ) from error
    try:
        encoder = library.SentenceTransformer(name)
    except (OSError, ValueError) as error:
        raise MissingWeightsError(
            f"sentence-transformers cannot load the model {name!r}: check"
            " LEXIGRAPH_SENTENCE_TRANSFORMERS_MODEL and the connection to the Hugging Face Hub."
        ) from error
    return SentenceTransformerEmbedder(name, encoder)
