"""Weights from examples: those under which right words come before all other candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

MOST_STEPS: Final = 50
# A step that raises the likelihood of an example by less is the last.
LEAST_GAIN: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one description.

    Attributes:
        parts: (n, p) what is known of each.
        is_right: (n,) bool.
    """

    parts: Numbers
    is_right: NDArray[np.bool_]

    def rank(self, weights: Numbers) -> int | None:
        """The rank of the first right candidate from 1 on; None where there is none."""
        if not self.is_right.any():
            return None
        scores = self.parts @ weights
        return 1 + int(np.count_nonzero(scores > scores[self.is_right].max()))


@dataclass(frozen=True, slots=True)
class _Table:
    """Candidates of all examples one after the other, each part with deviation 1.

    Attributes:
        parts: (n, p).
        is_right: (n,) bool.
        starts: (e,) first row of each example.
        deviations: (p,) of the parts as they were.
    """

    parts: Numbers
    is_right: NDArray[np.bool_]
    starts: NDArray[np.intp]
    deviations: Numbers

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Self:
        parts = np.concatenate([each.parts for each in examples])
        deviations = parts.std(axis=0)
        deviations[deviations == 0] = 1
        sizes = np.array([len(each.parts) for each in examples])
        is_right = np.concatenate([each.is_right for each in examples])
        return cls(parts / deviations, is_right, np.cumsum(sizes) - sizes, deviations)

    def chances(self, scores: Numbers) -> tuple[Numbers, Numbers]:
        """(n,) of each among the candidates of its example, and (e,) the logarithm of their sum."""
        sizes = np.diff(self.starts, append=len(scores))
        highest = np.maximum.reduceat(scores, self.starts)
        chances = np.exp(scores - np.repeat(highest, sizes))
        total = np.add.reduceat(chances, self.starts)
        return chances / np.repeat(total, sizes), highest + np.log(total)


def fit(examples: Sequence[Example], penalty: float) -> Numbers:
    """(p,) the weights under which the right candidates are likeliest to be chosen.

    A candidate is chosen with a probability proportional to e to its score (a conditional logit:
    McFadden 1974). Newton's method; the same examples give the same weights.

    Args:
        examples: those without a right candidate say nothing.
        penalty: on the squares of weights of parts with deviation 1; keeps them small where
            examples are few.
    """
    table = _Table.of([each for each in examples if each.is_right.any()])
    weights = np.zeros(table.parts.shape[1])
    likelihood, gradient, curvature = _look(table, weights, penalty)
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(curvature, gradient)
        later = _look(table, weights + step, penalty)
        while later[0] < likelihood and np.abs(step).max() > LEAST_GAIN:
            step /= 2
            later = _look(table, weights + step, penalty)
        gain = later[0] - likelihood
        if gain < 0:
            break
        weights = weights + step
        likelihood, gradient, curvature = later
        if gain < LEAST_GAIN * len(table.starts):
            break
    fitted: Numbers = weights / table.deviations
    return fitted


def _look(table: _Table, weights: Numbers, penalty: float) -> tuple[float, Numbers, Numbers]:
    """The logarithm of the likelihood less the penalty, its gradient, and a bound of its curvature.

    That of choosing a right candidate is left out of the curvature: so it is positive, and steps
    lead upwards.
    """
    scores = table.parts @ weights
    chances, total = table.chances(scores)
    of_right, right = table.chances(np.where(table.is_right, scores, -np.inf))
    means = np.add.reduceat(chances[:, np.newaxis] * table.parts, table.starts)
    curvature = (table.parts * chances[:, np.newaxis]).T @ table.parts - means.T @ means
    return (
        float((right - total).sum() - penalty * weights @ weights),
        table.parts.T @ (of_right - chances) - 2 * penalty * weights,
        curvature + 2 * penalty * np.eye(len(weights)),
    )
