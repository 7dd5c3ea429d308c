"""The provider `minilm`: texts in, vectors of all-MiniLM-L6-v2 out."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from infra.embeddings.minilm.encoder import DIMENSION, Encoder, Workspace
from infra.embeddings.minilm.tokenizer import Tokenizer
from infra.embeddings.minilm.weights import VOCABULARY, WEIGHTS, read_tensors, require_weights
from infra.embeddings.protocol import EmbeddingModel, Vectors

PROVIDER = "minilm"
NAME = "all-MiniLM-L6-v2"

# At least `tokenizer.MAX_TOKENS`. From here on the matrix products run at full speed.
BATCH_TOKENS = 1024
MOST_WORKERS = 4

Batch = list[int]
"""Positions of texts that are encoded together."""


class MiniLmEmbedder:
    """Encodes batches of texts of about equal length, one thread per core."""

    def __init__(self, tokenizer: Tokenizer, encoder: Encoder, workers: int) -> None:
        self._tokenizer = tokenizer
        self._encoder = encoder
        self._workers = workers

    @property
    def model(self) -> EmbeddingModel:
        """The only model of this provider."""
        return EmbeddingModel(PROVIDER, NAME, DIMENSION)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`; what follows the first 256 tokens of a text is not read."""
        token_ids = [self._tokenizer.encode(text) for text in texts]
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        batches = list(_batches(token_ids))
        workers = min(self._workers, len(batches))
        if workers <= 1:
            self._encode(batches, token_ids, vectors)
            return vectors
        with ThreadPoolExecutor(workers) as pool:
            shares = [
                pool.submit(self._encode, batches[first::workers], token_ids, vectors)
                for first in range(workers)
            ]
        for share in shares:
            share.result()
        return vectors

    def _encode(
        self, batches: Sequence[Batch], token_ids: Sequence[list[int]], vectors: Vectors
    ) -> None:
        """Fill the rows of `vectors` that the batches name."""
        workspace = Workspace(BATCH_TOKENS)
        for batch in batches:
            vectors[batch] = self._encoder.encode([token_ids[i] for i in batch], workspace)


def load_minilm(folder: Path | None) -> MiniLmEmbedder:
    """Load the model from a folder, or from the installed package; 0.1 s.

    Leaves BLAS one thread in this process: two threads of ours with one each embed 710 texts/s on
    two cores, one of ours with two of BLAS 575 (`benchmarks/embedding.py`).

    Raises:
        MissingWeightsError: a file is not there.
        AlteredWeightsError: a file is not the published one.
    """
    found = require_weights(folder)
    threadpool_limits(limits=1, user_api="blas")
    encoder = Encoder(read_tensors(found / WEIGHTS))
    tokenizer = Tokenizer.from_file(found / VOCABULARY)
    return MiniLmEmbedder(tokenizer, encoder, min(os.cpu_count() or 1, MOST_WORKERS))


def _batches(token_ids: Sequence[list[int]]) -> Iterator[Batch]:
    """Share texts out, shortest first, `BATCH_TOKENS` at most in each batch."""
    batch: Batch = []
    tokens = 0
    for position in sorted(range(len(token_ids)), key=lambda i: len(token_ids[i])):
        length = len(token_ids[position])
        if tokens + length > BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
        batch.append(position)
        tokens += length
    if batch:
        yield batch
