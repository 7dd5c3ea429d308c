"""A guard around any embedder: what it returns is what its model promises."""

from collections.abc import Sequence

import numpy as np

from infra.embeddings.errors import InvalidVectorsError
from infra.embeddings.protocol import Embedder, EmbeddingModel, Vectors


class CheckedEmbedder:
    """Refuses vectors of a wrong shape and NaN or infinity in them."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def model(self) -> EmbeddingModel:
        """The model of the embedder inside."""
        return self._embedder.model

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`.

        Raises:
            InvalidVectorsError: the embedder is at fault; nothing of the answer is usable.
        """
        vectors = self._embedder.embed(texts)
        expected = (len(texts), self.model.dimension)
        if vectors.shape != expected or vectors.dtype != np.float32:
            raise InvalidVectorsError(
                f"{_label(self.model)} returned {vectors.dtype} vectors of shape {vectors.shape},"
                f" not float32 of {expected}. Choose another provider and report this."
            )
        if not np.isfinite(vectors).all():
            raise InvalidVectorsError(
                f"{_label(self.model)} returned NaN or infinity. Choose another provider and report"
                " this."
            )
        return vectors


def _label(model: EmbeddingModel) -> str:
    return f"The embedder {model.provider}/{model.name}"
