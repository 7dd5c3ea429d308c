"""The weights of ranking, fitted to descriptions whose words are known."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from resolvers.context import Context
from resolvers.evaluating.descriptions import Description, words_that_answer
from resolvers.evaluating.reverse_dictionary import libraries_of
from resolvers.evaluating.scores import DEEPEST, Scores, scores_of
from resolvers.ranking.candidates import Part
from resolvers.ranking.fitting import Example, Numbers, fit
from resolvers.ranking.scoring import WEIGHTS, Weights
from resolvers.searching.request import SearchRequest
from resolvers.searching.search import find_words
from resolvers.semantic_index.id_set import to_ids

FOLDS: Final = 5
PENALTY: Final = 1.0
# Their weights add up to 1, so that a score is near what is compared.
LIKENESS: Final = (Part.DEFINITION, Part.AGREEMENT, Part.HEADWORD)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What came of it.

    Attributes:
        weights: fitted to all descriptions.
        plain: by split, scores by the best definition alone.
        present: by the weights in use.
        cross_validated: by weights that were fitted without the fold that is ranked.
    """

    weights: Weights
    plain: Mapping[str, Scores]
    present: Mapping[str, Scores]
    cross_validated: Mapping[str, Scores]


async def tune(
    context: Context,
    descriptions: Sequence[Description],
    request: SearchRequest,
    watch: Callable[[], None] = lambda: None,
) -> Tuning:
    """Fit weights to the candidates that searches as `request` find; always the same ones.

    Raises:
        NotFoundError: there is no such library.
        EmbeddingError: a library's model cannot be run here.
    """
    parts: list[Part] = []
    examples = []
    for description in descriptions:
        example, parts = await _example(context, description, request)
        examples.append(example)
        watch()
    present = np.array([WEIGHTS[part] for part in parts])
    plain = np.array([part is Part.DEFINITION for part in parts], dtype=np.float64)
    fitted = fit(examples, PENALTY)
    scale = sum(fitted[parts.index(part)] for part in LIKENESS)

    def by(weights: Numbers) -> Mapping[str, Scores]:
        return _scores(descriptions, [each.rank(weights) for each in examples])

    return Tuning(
        dict(zip(parts, (fitted / scale).tolist(), strict=True)),
        by(plain),
        by(present),
        _scores(descriptions, cross_validate(examples)),
    )


def cross_validate(examples: Sequence[Example]) -> list[int | None]:
    """The rank of each example by weights that were fitted to the other folds."""
    order = list(range(len(examples)))
    random.Random(0).shuffle(order)  # noqa: S311 - the same folds at every call
    ranks: list[int | None] = [None] * len(examples)
    for fold in range(FOLDS):
        left_out = set(order[fold::FOLDS])
        others = [each for place, each in enumerate(examples) if place not in left_out]
        weights = fit(others, PENALTY)
        for place in left_out:
            ranks[place] = examples[place].rank(weights)
    return ranks


async def _example(
    context: Context, description: Description, request: SearchRequest
) -> tuple[Example, list[Part]]:
    right = await words_that_answer(context, await libraries_of(context, request), description)
    asked = replace(request, text=description.text)
    candidates = (await find_words(context, asked)).candidates
    parts = np.stack([*candidates.parts.values()], axis=1).astype(np.float64)
    is_right = np.isin(candidates.words, to_ids(sorted(right)))
    return Example(parts, is_right), list(candidates.parts)


def _scores(descriptions: Sequence[Description], ranks: Iterable[int | None]) -> dict[str, Scores]:
    by_split: dict[str, list[int]] = {}
    for description, rank in zip(descriptions, ranks, strict=True):
        for split in description.splits:
            by_split.setdefault(split, []).append(min(rank or DEEPEST + 1, DEEPEST + 1))
    return {split: scores_of(each) for split, each in sorted(by_split.items())}
