"""Vectors from an endpoint, in batches that it takes."""

from collections.abc import Iterator, Sequence

import numpy as np

from infra.embeddings.errors import InvalidVectorsError, WrongDimensionError
from infra.embeddings.openai.endpoint import Endpoint
from infra.embeddings.protocol import EmbeddingModel, Vectors

PROVIDER = "openai"

# OpenAI takes 2,048 texts and 300,000 tokens a request; others take less.
BATCH_TEXTS = 256
BATCH_CHARACTERS = 200_000
# About 8,000 tokens of English, as much as OpenAI's models read.
MOST_CHARACTERS = 24_000


class OpenAiEmbedder:
    """Not deterministic to the last bit: the provider may not be."""

    def __init__(self, endpoint: Endpoint, name: str, dimension: int) -> None:
        self._endpoint = endpoint
        self._model = EmbeddingModel(PROVIDER, name, dimension)

    @property
    def model(self) -> EmbeddingModel:
        """The one that the settings, or the library, name."""
        return self._model

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`; what follows the first 24,000 characters is not sent.

        Raises:
            WrongDimensionError: the endpoint has vectors of another length.
            EmbeddingError: see `Endpoint.embed`.
        """
        vectors = np.empty((len(texts), self._model.dimension), dtype=np.float32)
        for batch in _batches(texts):
            vectors[batch] = self._embed([_sendable(text) for text in texts[batch]])
        return vectors

    def _embed(self, texts: Sequence[str]) -> Vectors:
        rows = self._endpoint.embed(self._model.name, texts)
        lengths = {len(row) for row in rows}
        if lengths != {self._model.dimension}:
            raise WrongDimensionError(
                f"The endpoint's vectors of {self._model.name} have"
                f" {' or '.join(map(str, sorted(lengths)))} dimensions, not"
                f" {self._model.dimension}. Set LEXIGRAPH_OPENAI_DIMENSION to what the model has;"
                " libraries keep the dimension that they were made with."
            )
        vectors: Vectors = np.array(rows, dtype=np.float32)
        norms: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (norms > 0).all():
            raise InvalidVectorsError(
                f"The endpoint returned a vector of zeros for {self._model.name}. Choose another"
                " model."
            )
        vectors /= norms
        return vectors


def _batches(texts: Sequence[str]) -> Iterator[slice]:
    start = characters = 0
    for position, text in enumerate(texts):
        length = min(len(text), MOST_CHARACTERS)
        full = position - start == BATCH_TEXTS or characters + length > BATCH_CHARACTERS
        if full:
            yield slice(start, position)
            start, characters = position, 0
        characters += length
    if start < len(texts):
        yield slice(start, len(texts))


def _sendable(text: str) -> str:
    """No lone surrogates, which JSON over UTF-8 cannot hold, and not nothing, which is refused."""
    return text[:MOST_CHARACTERS].encode("utf-8", "replace").decode() or " "
