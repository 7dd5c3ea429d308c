"""Embeddings: the vector of a text, and the model that made it."""

from collections.abc import Sequence

import strawberry

from documents.database import Row
from resolvers.reading.embedding import load_embeddings
from schema.enums import SimilarityMetric
from schema.fields import Info, RowObject, stored
from schema.selection import selection_of


@strawberry.type(description="A model that makes vectors of a library's texts.")
class EmbeddingModel:
    """The stored sub-document as a row."""

    row: strawberry.Private[dict[str, object]]
    provider: str = stored("provider", "Who runs the model, as minilm.")
    name: str = stored("name", "The model's name at its provider.")
    dimension: int = stored("dimension", "How many numbers a vector has.")
    metric: SimilarityMetric = stored("metric", "How two vectors are compared.")


@strawberry.type(description="A text as its library's model sees it; equal texts share it.")
class Embedding:
    """Made of what was read for it."""

    row: strawberry.Private[Row]
    model: EmbeddingModel = stored(
        "model", "The model that made it.", convert=lambda value: EmbeddingModel(row=value)
    )
    vector: list[float] = stored("vector", "As many numbers as the model's dimension.")


async def embeddings_of(info: Info, objects: Sequence[RowObject]) -> list[Embedding | None]:
    """The embeddings of rows' texts; vectors are read only if they are selected."""
    found = await load_embeddings(
        info.context,
        [each.row for each in objects],
        with_vector="vector" in selection_of(info),
    )
    return [None if row is None else Embedding(row=row) for row in found]
