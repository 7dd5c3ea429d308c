"""The provider `static`: a text's vector is the sum of its words' vectors."""

from collections.abc import Sequence

import numpy as np

from infra.embeddings.minilm.tokenizer import UNKNOWN, Tokenizer
from infra.embeddings.protocol import EmbeddingModel, Vectors
from infra.embeddings.static.table import StaticTable
from infra.embeddings.static.word_counts import Groups, listed

PROVIDER = "static"

BLOCK_TEXTS = 1024


class StaticEmbedder:
    """Reads all of a text, of any length; holds the table as float32."""

    def __init__(self, table: StaticTable, provider: str = PROVIDER) -> None:
        self._model = EmbeddingModel(provider, table.name, table.dimension)
        self._tokenizer = Tokenizer(table.words)
        self._vectors = table.vectors()
        self._unknown = self._tokenizer.pieces(UNKNOWN)

    @property
    def model(self) -> EmbeddingModel:
        """The table's."""
        return self._model

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`; a text without words has the vector of an unknown word."""
        vectors = np.empty((len(texts), self._model.dimension), dtype=np.float32)
        for start in range(0, len(texts), BLOCK_TEXTS):
            block = [
                self._tokenizer.pieces(text) or self._unknown
                for text in texts[start : start + BLOCK_TEXTS]
            ]
            sums = Groups(*listed(block)).sum(self._vectors)
            vectors[start : start + len(block)] = _to_unit_length(sums)
        return vectors


def _to_unit_length(sums: Vectors) -> Vectors:
    # Words that cancel leave no direction; such a text gets a fixed one.
    sums[~sums.any(axis=1), 0] = 1.0
    sums /= np.sqrt(np.vecdot(sums, sums))[:, np.newaxis]
    return sums
