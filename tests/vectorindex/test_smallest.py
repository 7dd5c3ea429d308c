"""Candidates: none that is not chosen is smaller than one that is, however many are wanted."""

import numpy as np
import pytest

from vectorindex.hamming import FEWEST_FOR_MINIMA, smallest


@pytest.mark.parametrize("n", [100, FEWEST_FOR_MINIMA, 40_000, 100_000])
@pytest.mark.parametrize("share", [0.00001, 0.01, 0.11, 0.13, 0.24, 0.26, 0.9, 1.0, 2.0])
@pytest.mark.parametrize("largest", [3, 384])
def test_all_that_are_smaller_than_one_that_is_chosen_are_chosen(
    n: int, share: float, largest: int
) -> None:
    distances = np.random.default_rng(n).integers(0, largest, n, dtype=np.uint16)
    count = max(1, int(share * n))
    chosen = smallest(distances, count)
    assert len(np.unique(chosen)) == len(chosen) >= min(n, count)
    assert distances[chosen].max() <= np.sort(distances)[: len(chosen)].max()
