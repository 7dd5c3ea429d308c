"""The sentence of a chunk that answers a search, found when somebody asks for it."""

import asyncio
from collections.abc import Sequence
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from documents.library import LibraryDocument
from documents.text import normalize_prose
from resolvers.context import Context
from resolvers.searching.finding import find_library
from resolvers.searching.query_vector import vector_of_query
from resolvers.searching.request import SearchMode, SearchRequest
from resolvers.semantic_index.query_vectors import embedding_model
from resolvers.semantic_index.sources import CHUNKS
from resolvers.semantic_index.threads import in_thread
from resolvers.splitting.sentences import sentences
from resolvers.splitting.spans import Span
from vectorindex.protocol import Metric

# Of all texts together: each is embedded, where meanings are compared.
MOST_SENTENCES: Final = 400


async def highlight(
    context: Context, request: SearchRequest, texts: Sequence[str]
) -> list[Span | None]:
    """The sentence of each text that is nearest to what was looked for.

    Of many or long texts only the first sentences are compared, `MOST_SENTENCES` in all.

    What counts is what the mode compares: in mode LEXICAL the words, otherwise the meaning. None
    where a text holds none of the words, or says nothing.

    Raises:
        NotFoundError: the library is gone.
        EmbeddingError: the library's model cannot be run here.
    """
    library = await find_library(context, request)
    share = max(1, MOST_SENTENCES // max(1, len(texts)))
    spans = [list(islice(sentences(text), share)) for text in texts]
    parts = [
        [text[slice(*span)] for span in of_text] for text, of_text in zip(texts, spans, strict=True)
    ]
    choose = _best_by_words if request.mode is SearchMode.LEXICAL else _best_by_meaning
    best = await choose(context, library, request, parts)
    return [
        None if place is None else of_text[place]
        for of_text, place in zip(spans, best, strict=True)
    ]


async def _best_by_words(
    context: Context,
    library: LibraryDocument,
    request: SearchRequest,
    parts: Sequence[Sequence[str]],
) -> list[int | None]:
    follower = await context.services.semantic_indexes.words_of(library)
    index = follower.sources[CHUNKS].index
    if index is None:
        return [None] * len(parts)
    best: list[int | None] = await in_thread(index.best_sentences, request.text, parts)
    return best


async def _best_by_meaning(
    context: Context,
    library: LibraryDocument,
    request: SearchRequest,
    parts: Sequence[Sequence[str]],
) -> list[int | None]:
    query = await vector_of_query(context, library.embedding, request)
    # A single sentence needs no comparison.
    compared = [each for each in parts if len(each) > 1]
    texts = [normalize_prose(sentence) for of_text in compared for sentence in of_text]
    scores = iter(await asyncio.to_thread(_scores, context, library, query, texts))
    return [
        int(np.argmax([next(scores) for _ in each])) if len(each) > 1 else (0 if each else None)
        for each in parts
    ]


def _scores(
    context: Context, library: LibraryDocument, query: NDArray[np.float32], texts: Sequence[str]
) -> list[float]:
    """How near each text is to a query; higher is better."""
    if not texts:
        return []
    vectors = context.services.embedders.get(embedding_model(library.embedding)).embed(texts)
    metric = Metric(library.embedding.metric)
    if metric is Metric.SQUARED_L2:
        return [-float(distance) for distance in np.square(vectors - query).sum(axis=1)]
    if metric is Metric.COSINE:
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    return [float(score) for score in vectors @ query]
