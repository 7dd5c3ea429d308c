"""How much of what was found stands behind a result: a word's definitions, a document's chunks."""

import asyncio
from collections.abc import Sequence
from typing import Final

import numpy as np

from resolvers.context import Context
from resolvers.reading.row import load_rows
from resolvers.searching.finding import find_library, passages_found
from resolvers.searching.left_out import left_out
from resolvers.searching.page import SearchHit
from resolvers.searching.request import SearchRequest, SearchTarget
from resolvers.semantic_index.id_set import Ids, to_ids

# Definitions or chunks are counted among so many of each library.
MATCH_DEPTH: Final = 1_000


async def count_matches(
    context: Context, request: SearchRequest, hits: Sequence[SearchHit]
) -> list[int]:
    """For each hit how many passages of its word or document are among the best.

    The one that matches best counts always, the search's own ingredients never.
    """
    owners = await _owners(context, request, hits)
    found = await asyncio.gather(*(_owners_found(context, each) for each in request.by_library()))
    ids, counts = np.unique(np.concatenate(found), return_counts=True)
    places = np.minimum(np.searchsorted(ids, owners), max(0, len(ids) - 1))
    return [
        max(1, int(counts[place])) if len(ids) and ids[place] == owner else 1
        for place, owner in zip(places.tolist(), owners, strict=True)
    ]


async def _owners(context: Context, request: SearchRequest, hits: Sequence[SearchHit]) -> Ids:
    if request.target is not SearchTarget.CHUNKS:
        return to_ids(hit.id for hit in hits)
    rows = await load_rows(context, "chunks", [hit.id for hit in hits], frozenset({"document_id"}))
    # What was deleted since the index saw it has no edge.
    return to_ids(
        row["document_id"] if row else hit.id for row, hit in zip(rows, hits, strict=True)
    )


async def _owners_found(context: Context, request: SearchRequest) -> Ids:
    library = await find_library(context, request)
    passages, owners = await passages_found(context, library, request, MATCH_DEPTH)
    unwanted = await left_out(context, library, request)
    return owners[~np.isin(passages, unwanted)]
