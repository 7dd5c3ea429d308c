"""Word vectors whose sums come near the vectors of whole texts: ridge regression.

Minimised is the sum over texts i of |s_i Σ_w v_w - y_i|², and PENALTY Σ_w |v_w|², where w runs over
the words of a text, y_i is the teacher's vector and s_i = 1/√(words of i). The normal equations are
never written down (their matrix has the square of the vocabulary): preconditioned conjugate
gradients need products with the sparse matrix alone (Saad, "Iterative Methods for Sparse Linear
Systems", 2003, algorithm 9.1, with the diagonal as preconditioner). Columns are independent.
"""

from collections.abc import Callable

import numpy as np

from infra.embeddings.static.word_counts import Matrix, WordCounts

PENALTY = 1.0
STEPS = 8


def fit(counts: WordCounts, targets: Matrix, watch: Callable[[int, int], None]) -> Matrix:
    """Come nearer, step by step.

    Args:
        counts: (n, v), the words of n texts.
        targets: (n, d), the teacher's vectors.
        watch: is told how many steps of how many are done.

    Returns:
        (v, d) word vectors; a word that stands in no text has zeros.
    """
    scales = (1 / np.sqrt(np.maximum(counts.lengths, 1))).astype(np.float32)[:, np.newaxis]
    squares = scales * scales
    diagonal = counts.sum_texts(squares) + np.float32(PENALTY)
    residual = counts.sum_texts(targets * scales)
    vectors = np.zeros_like(residual)
    direction: Matrix = residual / diagonal
    progress = _column_dots(residual, direction)
    for step in range(1, STEPS + 1):
        image = counts.sum_texts(counts.sum_words(direction) * squares) + PENALTY * direction
        pace = _ratio(progress, _column_dots(direction, image))
        vectors += pace * direction
        residual -= pace * image
        nearer: Matrix = residual / diagonal
        before, progress = progress, _column_dots(residual, nearer)
        direction = nearer + _ratio(progress, before) * direction
        watch(step, STEPS)
    return vectors


def _column_dots(left: Matrix, right: Matrix) -> Matrix:
    dots: Matrix = np.einsum("ij,ij->j", left, right)
    return dots


def _ratio(above: Matrix, below: Matrix) -> Matrix:
    """Zero where nothing is left to be done."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
