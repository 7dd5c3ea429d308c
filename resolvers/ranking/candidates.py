"""Words that may answer, and the parts of their scores."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from documents.vocabulary import DescribedEnum
from resolvers.semantic_index.columns import Ids
from resolvers.semantic_index.passage_index import Found

Values = NDArray[np.float32]


class Part(DescribedEnum):
    """What speaks for a word."""

    DEFINITION = "definition", "How near the best definition is to what was described."


@dataclass(frozen=True, slots=True)
class Candidates:
    """Words of one library, a row each.

    Attributes:
        words: (n,) ids.
        passages: (n,) the ids of the definitions that match best.
        parts: (n,) of each part; higher speaks for the word, 0 says nothing.
    """

    words: Ids
    passages: Ids
    parts: Mapping[Part, Values]


def found_by_meaning(found: Found) -> Candidates:
    """Each word by the best of the definitions that were found."""
    best = found.by_owner()
    return Candidates(best.owners, best.passages, {Part.DEFINITION: best.scores})
