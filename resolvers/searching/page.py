"""One page of what was ranked."""

from dataclasses import dataclass

import numpy as np
from bson import ObjectId

from resolvers.searching.request import SearchRequest
from resolvers.semantic_index.passage_index import Found


@dataclass(frozen=True, slots=True)
class SearchPosition:
    """Where a page of results ended."""

    score: float
    id: ObjectId
    rank: int


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A word, chunk or document found; rank counts from 1, a higher score is better."""

    id: ObjectId
    # The definition or the chunk that matches best.
    passage_id: ObjectId
    score: float
    rank: int


def page_of(
    found: Found, request: SearchRequest, after: SearchPosition | None, count: int
) -> list[SearchHit]:
    """The next hits, at most so many; objects are made of these alone."""
    # As wide as what they are compared with, or a bound would be rounded to theirs.
    scores = found.scores.astype(np.float64)
    passes = np.ones(len(found), dtype=np.bool_)
    if request.min_score is not None:
        passes &= scores >= request.min_score
    if after is not None and request.diversity:
        # Their order is not that of their scores.
        passes[: after.rank] = False
    elif after is not None:
        is_later = found.owners > np.bytes_(after.id.binary)
        passes &= (scores < after.score) | ((scores == after.score) & is_later)
    rows = np.flatnonzero(passes)[:count]
    hits = found.take(rows).hits(by_owner=True)
    return [
        SearchHit(hit.id, hit.passage_id, hit.score, row + 1)
        for row, hit in zip(rows.tolist(), hits, strict=True)
    ]
