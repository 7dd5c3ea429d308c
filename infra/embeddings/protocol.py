"""What the rest of the server knows of an embedding model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

MetricName = Literal["cosine", "inner_product", "squared_l2"]
"""The values of `vectorindex.protocol.Metric`, which this layer must not import."""

Vectors = NDArray[np.float32]
"""(n, dimension) float32, one row per text."""


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """The identity of a model: vectors compare only when all of it is equal."""

    provider: str
    name: str
    dimension: int
    metric: MetricName = "cosine"


class Embedder(Protocol):
    """Turns texts into vectors.

    Synchronous and CPU bound: call it in a thread, never on the event loop. Thread-safe and
    deterministic.
    """

    @property
    def model(self) -> EmbeddingModel:
        """The model whose vectors `embed` returns."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed every text, whatever its length and content; `""` has a vector too.

        Returns:
            (len(texts), dimension) float32 rows of unit length, in the order of `texts`. The vector
            of a text depends on its batch mates by at most 1e-6 per component.
        """
        ...
