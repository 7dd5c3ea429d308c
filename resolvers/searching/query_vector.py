"""The vector of what is looked for, under a library's model: of a text, given, or blended."""

import asyncio
from collections.abc import Sequence
from typing import Final

import numpy as np
from bson import ObjectId

from documents.errors import NotFoundError
from documents.library import LibraryEmbedding
from resolvers.context import Context
from resolvers.errors import NotEmbeddedError, RequestError
from resolvers.lexical_index.asked import without_syntax
from resolvers.reading.row import load_row
from resolvers.searching.asked import check_text, check_vector, checked_text
from resolvers.searching.meanings import Vector, load_meaning
from resolvers.searching.request import Ingredient, SearchRequest
from vectorindex.protocol import Metric

# What is left of vectors of length 1 that cancel each other, but for rounding.
NOTHING_LEFT: Final = 1e-3


async def vector_of_query(
    context: Context, embedding: LibraryEmbedding, request: SearchRequest
) -> Vector:
    """The (d,) vector of what is looked for.

    Raises:
        RequestError: the text is empty or too long, the vector of the wrong dimension or too large,
            the parts of a blend are of another model or cancel each other.
        NotFoundError: a part of a blend is not there.
        NotEmbeddedError: a part of a blend has no vector yet.
        EmbeddingError: the library's model cannot be run here.
    """
    if request.vector is not None:
        return check_vector(request.vector, embedding.dimension)
    if request.blend:
        return await _blended(context, embedding, request.blend)
    text = without_syntax(checked_text(request))
    return await context.services.query_vectors.embed(embedding, text)


async def _blended(
    context: Context, embedding: LibraryEmbedding, blend: Sequence[Ingredient]
) -> Vector:
    """The sum of vectors, each of its weight; under cosine each is of length 1 before."""
    parts = await asyncio.gather(*(_vector_of(context, embedding, each) for each in blend))
    vectors, weights = np.array(parts), np.array([each.weight for each in blend])
    if Metric(embedding.metric) is Metric.COSINE:
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    whole = weights @ vectors
    if np.linalg.norm(whole) <= NOTHING_LEFT * np.linalg.norm(vectors, axis=1).max():
        raise RequestError("What is looked for cancels itself out: leave out what is in both.")
    # Distances are to a point among those that it is made of.
    blended: Vector = (whole / max(weights.sum(), 1)).astype(np.float32)
    return blended


async def _vector_of(
    context: Context, embedding: LibraryEmbedding, ingredient: Ingredient
) -> Vector:
    if ingredient.node is None:
        text = without_syntax(check_text(ingredient.text or ""))
        return await context.services.query_vectors.embed(embedding, text)
    kind = ingredient.node.kind
    meaning = await load_meaning(context, embedding, ingredient.node)
    if meaning is None:
        raise NotFoundError(f"There is no {kind} of this id.")
    if meaning.vector is not None:
        return meaning.vector
    own = await _model_of(context, meaning.library_id)
    if own and own.model_key != embedding.model_key:
        raise RequestError(
            f"This {kind} has vectors of {own.model_key}, and those of {embedding.model_key} are "
            "searched: ask by text, or in a library with its model."
        )
    raise NotEmbeddedError(
        f"This {kind} has no vector yet: retry when it is embedded, or ask by text."
    )


async def _model_of(context: Context, library_id: ObjectId) -> LibraryEmbedding | None:
    row = await load_row(context, "libraries", library_id, frozenset({"embedding"}))
    return LibraryEmbedding.model_validate(row["embedding"]) if row else None
