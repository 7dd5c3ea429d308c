"""BM25F over a few texts, word for word as its formula says: what the index has to equal."""

import math
from dataclasses import dataclass, field

from vectorindex.lexical.building import Text
from vectorindex.lexical.query import Alternative, Clause, WordQuery
from vectorindex.lexical.recipe import Recipe


@dataclass
class Oracle:
    recipe: Recipe
    texts: dict[bytes, Text] = field(default_factory=dict)

    def scores(self, query: WordQuery) -> dict[bytes, float]:
        """Of all texts that are found."""
        scores = {key: self._score(query, text) for key, text in self.texts.items()}
        return {
            key: score
            for key, score in scores.items()
            if score > 0 and all(_holds(self.texts[key], phrase) for phrase in query.phrases)
        }

    def _score(self, query: WordQuery, text: Text) -> float:
        return sum(
            clause.weight * self._rarity(clause) * self._impact(clause, text)
            for clause in query.clauses
        )

    def _rarity(self, clause: Clause) -> float:
        holding = sum(self._impact(clause, text) > 0 for text in self.texts.values())
        return math.log(1 + (len(self.texts) - holding + 0.5) / (holding + 0.5))

    def _impact(self, clause: Clause, text: Text) -> float:
        return max(
            each.factor * self._term_impact(term, text)
            for each in clause.alternatives
            for term in _terms(each, text) | {each.term}
        )

    def _term_impact(self, term: bytes, text: Text) -> float:
        frequency = 0.0
        for part, tokens in zip(self.recipe.fields, text, strict=True):
            count = sum(token.count(term) for token in tokens)
            share = part.length_share
            length = 1 - share + share * len(tokens) / part.usual_length
            frequency += part.weight * count / length if count else 0
        saturation = self.recipe.saturation
        return (saturation + 1) * frequency / (saturation + frequency)


def _terms(alternative: Alternative, text: Text) -> set[bytes]:
    if not alternative.is_prefix:
        return {alternative.term}
    every = {term for tokens in text for token in tokens for term in token}
    return {term for term in every if term.startswith(alternative.term)}


def _holds(text: Text, phrase: tuple[bytes, ...]) -> bool:
    return any(
        tuple(token[0] for token in tokens[at : at + len(phrase)]) == phrase
        for tokens in text
        for at in range(len(tokens) - len(phrase) + 1)
    )
