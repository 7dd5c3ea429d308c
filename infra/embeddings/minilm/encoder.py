"""The transformer of all-MiniLM-L6-v2: token ids to one vector per text.

Texts are packed, not padded: all tokens of a batch lie below one another in one (tokens, 384)
matrix, sorted by the length of their text. The matrix products take all rows at once; attention,
which needs texts apart, takes the texts of one length at a time. No product is spent on padding,
and no mask is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infra.embeddings.minilm.arithmetic import Matrix, add_bias_and_gelu, layer_norm, softmax
from infra.embeddings.minilm.weights import Tensors
from infra.embeddings.protocol import Vectors

DIMENSION = 384
LAYERS = 6
HEADS = 12
HEAD_WIDTH = DIMENSION // HEADS
FEED_FORWARD_WIDTH = 1536


@dataclass(frozen=True, slots=True)
class Affine:
    """x @ weight + bias."""

    weight: Matrix
    bias: Matrix


@dataclass(frozen=True, slots=True)
class Layer:
    """One block of attention and feed-forward."""

    attention_in: Affine  # queries (scaled), keys and values side by side: (384, 1152)
    attention_out: Affine
    attention_norm: Affine  # weight is the gain, (384,)
    feed_forward_in: Affine
    feed_forward_out: Affine  # halved: see `add_bias_and_gelu`
    feed_forward_norm: Affine


@dataclass(frozen=True, slots=True)
class Group:
    """Texts of equal length, one after another in a batch."""

    rows: slice
    texts: int
    length: int


class Workspace:
    """Memory that the batches of one thread share: fresh pages cost as much as arithmetic."""

    def __init__(self, tokens: int) -> None:
        self.hidden = np.empty((tokens, DIMENSION), dtype=np.float32)
        self.change = np.empty((tokens, DIMENSION), dtype=np.float32)
        self.projected = np.empty((tokens, 3 * DIMENSION), dtype=np.float32)
        self.mixed = np.empty((tokens, DIMENSION), dtype=np.float32)
        self.expanded = np.empty((tokens, FEED_FORWARD_WIDTH), dtype=np.float32)


class Encoder:
    """Read-only after construction; give every thread its own `Workspace`."""

    def __init__(self, tensors: Tensors) -> None:
        self._words = tensors["embeddings.word_embeddings.weight"]
        # Every text is of token type 0.
        self._positions = (
            tensors["embeddings.position_embeddings.weight"]
            + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _norm(tensors, "embeddings")
        self._layers = [_layer(tensors, f"encoder.layer.{number}") for number in range(LAYERS)]

    def encode(self, texts: Sequence[Sequence[int]], workspace: Workspace) -> Vectors:
        """Run one batch.

        Args:
            texts: token ids, sorted by length, none empty.
            workspace: has room for all of their tokens.

        Returns:
            (len(texts), 384) float32 of unit length.
        """
        lengths = np.array([len(ids) for ids in texts])
        starts = np.cumsum(lengths) - lengths
        tokens = int(lengths.sum())
        groups = _groups(lengths, starts)
        hidden = workspace.hidden[:tokens]
        ids = np.fromiter((number for text in texts for number in text), np.int64, tokens)
        np.take(self._words, ids, axis=0, out=hidden, mode="clip")
        for group in groups:
            by_text = hidden[group.rows].reshape(group.texts, group.length, DIMENSION)
            by_text += self._positions[: group.length]
        layer_norm(hidden, self._norm.weight, self._norm.bias)
        for layer in self._layers:
            _attend(layer, hidden, groups, workspace)
            _feed_forward(layer, hidden, workspace)
        # The mean's divisor vanishes in the unit length.
        vectors = np.add.reduceat(hidden, starts, axis=0)
        vectors /= np.sqrt(np.vecdot(vectors, vectors))[:, np.newaxis]
        return vectors


def _attend(layer: Layer, hidden: Matrix, groups: Sequence[Group], workspace: Workspace) -> None:
    projected = workspace.projected[: len(hidden)]
    mixed = workspace.mixed[: len(hidden)]
    change = workspace.change[: len(hidden)]
    np.matmul(hidden, layer.attention_in.weight, out=projected)
    projected += layer.attention_in.bias
    for group in groups:
        shape = (group.texts, group.length, 3, HEADS, HEAD_WIDTH)
        # (3, texts, heads, length, width), without a copy
        queries, keys, values = projected[group.rows].reshape(shape).transpose(2, 0, 3, 1, 4)
        weights = np.matmul(queries, keys.swapaxes(-1, -2))
        softmax(weights)
        by_head = mixed[group.rows].reshape(group.texts, group.length, HEADS, HEAD_WIDTH)
        np.matmul(weights, values, out=by_head.swapaxes(1, 2))
    np.matmul(mixed, layer.attention_out.weight, out=change)
    hidden += change
    hidden += layer.attention_out.bias
    layer_norm(hidden, layer.attention_norm.weight, layer.attention_norm.bias)


def _feed_forward(layer: Layer, hidden: Matrix, workspace: Workspace) -> None:
    expanded = workspace.expanded[: len(hidden)]
    change = workspace.change[: len(hidden)]
    np.matmul(hidden, layer.feed_forward_in.weight, out=expanded)
    add_bias_and_gelu(expanded, layer.feed_forward_in.bias)
    np.matmul(expanded, layer.feed_forward_out.weight, out=change)
    hidden += change
    hidden += layer.feed_forward_out.bias
    layer_norm(hidden, layer.feed_forward_norm.weight, layer.feed_forward_norm.bias)


def _groups(lengths: NDArray[np.int64], starts: NDArray[np.int64]) -> list[Group]:
    distinct, first, counts = np.unique(lengths, return_index=True, return_counts=True)
    return [
        Group(slice(begin, begin + count * length), count, length)
        for length, begin, count in zip(
            distinct.tolist(), starts[first].tolist(), counts.tolist(), strict=True
        )
    ]


def _layer(tensors: Tensors, prefix: str) -> Layer:
    attention = f"{prefix}.attention"
    query, key, value = (
        _affine(tensors, f"{attention}.self.{part}") for part in ("query", "key", "value")
    )
    scale = np.float32(HEAD_WIDTH**-0.5)
    widening = _affine(tensors, f"{prefix}.output.dense")
    return Layer(
        attention_in=Affine(
            np.hstack([query.weight * scale, key.weight, value.weight]),
            np.hstack([query.bias * scale, key.bias, value.bias]),
        ),
        attention_out=_affine(tensors, f"{attention}.output.dense"),
        attention_norm=_norm(tensors, f"{attention}.output"),
        feed_forward_in=_affine(tensors, f"{prefix}.intermediate.dense"),
        feed_forward_out=Affine(widening.weight * np.float32(0.5), widening.bias),
        feed_forward_norm=_norm(tensors, f"{prefix}.output"),
    )


def _affine(tensors: Tensors, name: str) -> Affine:
    return Affine(tensors[f"{name}.weight"].T, tensors[f"{name}.bias"])


def _norm(tensors: Tensors, prefix: str) -> Affine:
    return Affine(tensors[f"{prefix}.LayerNorm.weight"], tensors[f"{prefix}.LayerNorm.bias"])
