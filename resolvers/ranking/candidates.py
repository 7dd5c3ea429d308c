"""Words that may answer, and the parts of their scores."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from documents.vocabulary import DescribedEnum
from resolvers.semantic_index.id_order import IdRows, first_of_each
from resolvers.semantic_index.id_set import Ids
from resolvers.semantic_index.passage_index import Found

Values = NDArray[np.float32]


class Part(DescribedEnum):
    """What speaks for a word."""

    DEFINITION = "definition", "How near the best definition is to what was described."
    HEADWORD = "headword", "How near the headword itself is to what was described."
    AGREEMENT = "agreement", "How near the best definitions of all libraries are on average."
    FAMILIARITY = "familiarity", "How often the libraries' own texts say the word."
    NAME = "name", "That it is written with a capital: counts against a word."
    ECHO = "echo", "That the description says the word itself: counts against it."
    MISFIT = (
        "misfit",
        "That the description begins unlike one of its part of speech: counts against it.",
    )
    WORDS = "words", "How much the words that it shares with what was asked say (BM25F)."


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

    def among(self, words: Ids) -> "Candidates":
        """Those that are some of the words."""
        return self._at(np.isin(self.words, words))

    def without(self, words: Ids) -> "Candidates":
        """Those that are none of the words."""
        return self._at(~np.isin(self.words, words)) if len(words) else self

    def _at(self, rows: NDArray[np.bool_]) -> "Candidates":
        parts = {part: values[rows] for part, values in self.parts.items()}
        return Candidates(self.words[rows], self.passages[rows], parts)

    def with_headwords(self, found: Found) -> "Candidates":
        """What is known of their headwords by meaning; who has no vector yet counts as the last."""
        scores = _spread(found.owners, found.scores, self.words, found.scores.min(initial=np.inf))
        return replace(self, parts={**self.parts, Part.HEADWORD: scores})


def found_by_meaning(found: Found) -> Candidates:
    """Each word by the best of the definitions that were found."""
    best = found.by_owner()
    return Candidates(best.owners, best.passages, {Part.DEFINITION: best.scores})


def found_by_words(found: Found) -> Candidates:
    """Each word by the best of the passages that were found."""
    best = found.by_owner()
    return Candidates(best.owners, best.passages, {Part.WORDS: best.scores})


def join(by_meaning: Candidates, by_words: Candidates) -> Candidates:
    """The words of both, each with the definition that is nearest in meaning, if one was found.

    Of a word that only one of them found, the other knows no more than that it lies behind all
    that it did find: in meaning it counts as the last of these, in words as nothing.
    """
    words = np.concatenate([by_meaning.words, by_words.words])
    rows = first_of_each(words)
    nearness, said = by_meaning.parts[Part.DEFINITION], by_words.parts[Part.WORDS]
    least = nearness.min(initial=np.inf)
    return Candidates(
        words[rows],
        np.concatenate([by_meaning.passages, by_words.passages])[rows],
        {
            Part.DEFINITION: _spread(by_meaning.words, nearness, words[rows], least),
            Part.WORDS: _spread(by_words.words, said, words[rows], np.float32(0)),
        },
    )


def _spread(known: Ids, values: Values, words: Ids, missing: np.float32) -> Values:
    """(len(words),) the values of known words, another for the rest; 0 where none is known."""
    if np.array_equal(known, words):
        return values
    found = np.full(len(words), missing if len(known) else 0, dtype=np.float32)
    rows = IdRows.of(known).find(words)
    found[rows >= 0] = values[rows[rows >= 0]]
    return found
