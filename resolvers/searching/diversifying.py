"""Results that differ from each other, where that is asked for."""

import asyncio
from typing import Final

import numpy as np

from documents.library import LibraryEmbedding
from resolvers.context import Context
from resolvers.ranking.candidates import Values
from resolvers.ranking.diversity import diverse_order
from resolvers.ranking.scoring import Ranking
from resolvers.searching.finding import find_library
from resolvers.searching.meanings import load_meaning
from resolvers.searching.request import SearchRequest, StoredNode
from resolvers.semantic_index.id_set import Ids, to_object_ids
from resolvers.semantic_index.threads import in_thread

# So many of the best are put in another order; what follows them stays in that of its scores.
DIVERSE_DEPTH: Final = 200


async def diversify(context: Context, request: SearchRequest, ranking: Ranking) -> Ranking:
    """The same results, the best of them in an order in which neighbours differ.

    What has no vector of the first library's model counts as like nothing else.
    """
    scores = ranking.found.scores[:DIVERSE_DEPTH]
    if request.min_score is not None:
        scores = scores[scores >= request.min_score]
    if not request.diversity or not len(scores):
        return ranking
    library = await find_library(context, request)
    best = ranking.found.passages[: len(scores)]
    vectors = await _vectors(context, library.embedding, request, best)
    order = await in_thread(diverse_order, scores, vectors, request.diversity)
    rest = np.arange(len(scores), len(ranking.found))
    return ranking.take(np.concatenate([order, rest]))


async def _vectors(
    context: Context, model: LibraryEmbedding, request: SearchRequest, passages: Ids
) -> Values:
    """(n, d) of length 1, or zero."""
    nodes = [StoredNode(request.source.kind, each) for each in to_object_ids(passages)]
    meanings = await asyncio.gather(*(load_meaning(context, model, node) for node in nodes))
    vectors = np.zeros((len(nodes), model.dimension), dtype=np.float32)
    for row, meaning in enumerate(meanings):
        if meaning is not None and meaning.vector is not None:
            vectors[row] = meaning.vector
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    return vectors
