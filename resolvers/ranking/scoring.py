"""The score of a word: its parts, each with its weight, added."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from resolvers.ranking.candidates import Candidates, Part, Values
from resolvers.semantic_index.id_order import best_first
from resolvers.semantic_index.passage_index import Found

Weights = Mapping[Part, float]

# What `lexigraph evaluate tune` makes of descriptions that are nobody's test, rounded; those of
# likeness add up to 1.
WEIGHTS: Final[Weights] = {
    Part.DEFINITION: 0.33,
    Part.AGREEMENT: 0.44,
    Part.HEADWORD: 0.23,
    Part.FAMILIARITY: 0.016,
    Part.NAME: -0.11,
    Part.ECHO: -0.13,
    Part.MISFIT: -0.05,
    Part.WORDS: 0.003,
}
# A chunk is a definition without the rest; shared words count beside it as they do for words.
WEIGHTS_OF_CHUNKS: Final[Weights] = {
    Part.DEFINITION: 1.0,
    Part.WORDS: 0.005,
}
# Where nothing else is compared, a score is what BM25F says.
WEIGHTS_OF_WORDS: Final[Weights] = {Part.WORDS: 1.0}


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates, the best first; equal scores are ordered by word.

    Attributes:
        found: (n,) words, as owners of the definitions that match best, with their scores.
        shares: (n,) of each part; a row's shares add up to its score.
    """

    found: Found
    shares: Mapping[Part, Values]

    def take(self, rows: NDArray[np.intp]) -> "Ranking":
        """The candidates of some rows, in that order."""
        return Ranking(
            self.found.take(rows), {part: values[rows] for part, values in self.shares.items()}
        )

    def shares_of(self, row: int) -> dict[Part, float]:
        """What each part adds to the score of one candidate."""
        # A penalty that is none is 0, not -0.
        return {part: float(values[row]) + 0.0 for part, values in self.shares.items()}


def rank(candidates: Candidates, weights: Weights) -> Ranking:
    """Weigh the parts of every candidate, add them up, and sort."""
    shares = {part: np.float32(weights[part]) * values for part, values in candidates.parts.items()}
    scores: Values = np.sum(list(shares.values()), axis=0, dtype=np.float32)
    order = best_first(scores, candidates.words)
    return Ranking(
        Found(candidates.passages[order], candidates.words[order], scores[order]),
        {part: values[order] for part, values in shares.items()},
    )
