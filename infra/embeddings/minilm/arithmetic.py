"""The three functions between the matrix products, in float32 and in place.

They work through blocks of rows that stay in the second-level cache: every pass over memory that is
further away costs as much as a tenth of a matrix product.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

LAYER_NORM_EPSILON = np.float32(1e-12)
BLOCK_ELEMENTS = 48 * 1024

# gelu(x) = x (1 + tanh(u)) / 2 for u = artanh(erf(x / sqrt 2)), an odd function of x. These are the
# coefficients of u / x in powers of x², fitted on 0 ≤ x ≤ 6 to the least error of gelu (below
# 1e-6 before rounding; the common approximation by tanh errs by 5e-4).
GELU_COEFFICIENTS = tuple(
    np.float32(coefficient)
    for coefficient in (
        -4.818842478521157e-08,
        2.562285109081533e-06,
        -4.503582375467896e-05,
        -6.641765685973467e-05,
        0.036378312086344546,
        0.7978673531882933,
    )
)
# Beyond |x| = 6 the polynomial would turn back; tanh(u) is 1 there in float32.
GELU_LARGEST_SQUARE = np.float32(36.0)


def add_bias_and_gelu(values: Matrix, bias: Matrix) -> None:
    """Replace x by 2 gelu(x + bias), exact to 2e-6; the next matrix is halved instead."""
    for block in _blocks(values):
        _add_bias_and_gelu(block, bias)


def layer_norm(values: Matrix, gain: Matrix, bias: Matrix) -> None:
    """Give every row mean 0 and variance 1, then scale and shift its components."""
    for block in _blocks(values):
        _layer_norm(block, gain, bias)


def softmax(scores: NDArray[np.float32]) -> None:
    """Exponentiate the last axis so that it sums to 1."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)


def _blocks(values: Matrix) -> Iterator[Matrix]:
    rows = max(1, BLOCK_ELEMENTS // values.shape[1])
    for start in range(0, len(values), rows):
        yield values[start : start + rows]


def _add_bias_and_gelu(block: Matrix, bias: Matrix) -> None:
    block += bias
    square = np.multiply(block, block)
    np.minimum(square, GELU_LARGEST_SQUARE, out=square)
    leading, *middle, last = GELU_COEFFICIENTS
    inner = square * leading
    for coefficient in middle:
        inner += coefficient
        inner *= square
    inner += last
    inner *= block
    np.tanh(inner, out=inner)
    inner += np.float32(1.0)
    block *= inner


def _layer_norm(block: Matrix, gain: Matrix, bias: Matrix) -> None:
    block -= block.mean(axis=1, keepdims=True)
    variance = np.vecdot(block, block) / np.float32(block.shape[1])
    block *= (np.float32(1.0) / np.sqrt(variance + LAYER_NORM_EPSILON))[:, np.newaxis]
    block *= gain
    block += bias
