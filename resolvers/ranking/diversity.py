"""Maximal marginal relevance: each result as good as can be, and unlike those before it.

Carbonell and Goldstein, The use of MMR, diversity-based reranking for reordering documents and
producing summaries, SIGIR 1998.
"""

import numpy as np
from numpy.typing import NDArray

from resolvers.ranking.candidates import Values


def diverse_order(scores: Values, vectors: Values, diversity: float) -> NDArray[np.intp]:
    """(n,) the rows in another order; the first stays first.

    Args:
        scores: (n,) higher is better, best first; of equal gains the earlier row is taken.
        vectors: (n, d) of length 1, or zero for what is like nothing else.
        diversity: from 0, where scores alone count, to 1, where only unlikeness does.
    """
    spread = scores.max(initial=0) - scores.min(initial=0)
    gains = (1 - diversity) * scores / (spread or 1)
    nearest = np.zeros(len(scores), dtype=np.float32)
    order = np.empty(len(scores), dtype=np.intp)
    for place in range(len(scores)):
        row = np.argmax(gains - diversity * nearest)
        order[place] = row
        gains[row] = -np.inf
        np.maximum(nearest, vectors @ vectors[row], out=nearest)
    return order
