"""Vectors of what people ask: remembered, and made in joined batches off the event loop."""

import asyncio
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from documents.library import LibraryEmbedding
from documents.text import normalize_prose
from infra.cache import Cache
from infra.embeddings.protocol import Embedder, EmbeddingModel
from infra.embeddings.registry import Embedders
from resolvers.semantic_index.joining import JoiningLoader

Vector = NDArray[np.float32]

REMEMBER_SECONDS = 24 * 3600


class QueryVectors:
    """One per process."""

    def __init__(self, embedders: Embedders, cache: Cache) -> None:
        self._embedders = embedders
        self._cache = cache
        self._loaders: dict[str, JoiningLoader[str, Vector]] = {}

    async def embed(self, model: LibraryEmbedding, text: str) -> Vector:
        """The (d,) vector of a query under a library's model.

        Raises:
            EmbeddingError: the model cannot be run here.
        """
        text = normalize_prose(text)
        digest = blake2b(text.encode(), digest_size=16).hexdigest()

        async def compute() -> bytes:
            loader = await self._loader(model)
            return (await loader.load(text)).astype("<f4").tobytes()

        vector = await self._cache.get_or_compute(
            f"query-vector:{model.model_key}:{digest}", REMEMBER_SECONDS, compute
        )
        return np.frombuffer(vector, dtype="<f4")

    async def _loader(self, model: LibraryEmbedding) -> JoiningLoader[str, Vector]:
        loader = self._loaders.get(model.model_key)
        if loader is None:
            embedder = await asyncio.to_thread(self._embedders.get, embedding_model(model))
            loader = self._loaders.setdefault(model.model_key, _joined(embedder))
        return loader


def embedding_model(stored: LibraryEmbedding) -> EmbeddingModel:
    """The stored name of a model as the embedders know it."""
    return EmbeddingModel(stored.provider, stored.name, stored.dimension, stored.metric)


def _joined(embedder: Embedder) -> JoiningLoader[str, Vector]:
    async def run(texts: Sequence[str]) -> Sequence[Vector]:
        return list(await asyncio.to_thread(embedder.embed, texts))

    return JoiningLoader(run)
