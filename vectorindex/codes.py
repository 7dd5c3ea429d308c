"""Codes of a growing set of rows, and the first pass over them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorindex.breadth import Breadth
from vectorindex.encoding import Codes, Encoder, Weights, cosines_of_distances, weigh
from vectorindex.hamming import (
    BLOCK_ROWS,
    CodeBlocks,
    distances_by_word,
    distances_of_pieces,
    exclude,
    smallest,
    smallest_or_near,
)
from vectorindex.protocol import Mask, Metric, Rows, Scores, Vectors
from vectorindex.rows import GrowingArray, RowView

# Codes of so small a share of the rows are gathered; of more, all are passed over.
GATHERED_SHARE = 0.15


class CodeQuery:
    """One query in the terms of an encoder."""

    def __init__(self, encoder: Encoder, cosines: Scores, query: Vectors) -> None:
        offset = query - encoder.centre
        self._cosines = cosines
        self._length = np.sqrt(np.vecdot(offset, offset))
        self.code: Codes = encoder.encode_query(query)

    def ranks(self, distances: NDArray[np.uint16], weights: Weights | None) -> NDArray[Any]:
        """Lower is better: the distances themselves, or minus the scores they stand for."""
        if weights is None:
            return distances
        estimates = self._cosines[distances]
        estimates *= weights.scales
        estimates *= -self._length
        estimates -= weights.biases
        return estimates


@dataclass(frozen=True, slots=True)
class CodedRows:
    """Codes of rows `first` to `first + count` at one moment.

    Attributes:
        blocks: (blocks, words, BLOCK_ROWS) uint64, the last block perhaps not full.
        weights: see `weigh`.
    """

    encoder: Encoder
    blocks: CodeBlocks
    count: int
    weights: Weights | None

    def ranks(self, query: CodeQuery) -> NDArray[Any]:
        """(count,) lower is better."""
        return query.ranks(distances_by_word(self.blocks, self.count, query.code), self.weights)

    def ranks_of(self, rows: Rows, query: CodeQuery) -> NDArray[Any]:
        """(len(rows),) the same of some rows."""
        words = self.encoder.words
        first_words = rows + rows // BLOCK_ROWS * ((words - 1) * BLOCK_ROWS)
        places = first_words + (np.arange(words) * BLOCK_ROWS)[:, np.newaxis]
        distances = distances_of_pieces([self.blocks.reshape(-1).take(places)], query.code)
        return query.ranks(distances, None if self.weights is None else self.weights[rows])


class GrowingCodes:
    """Appends codes; what was handed out before stays as it was."""

    def __init__(self, encoder: Encoder, metric: Metric) -> None:
        self._encoder = encoder
        self._metric = metric
        nothing = np.empty((0, encoder.dimension), dtype=np.float32)
        blocks = np.empty((0, encoder.words, BLOCK_ROWS), dtype=np.uint64)
        self.coded = CodedRows(encoder, blocks, 0, weigh(nothing, encoder, metric))
        self._blocks = GrowingArray(blocks)
        self._scales = GrowingArray(np.empty(0, dtype=np.float32))
        self._biases = GrowingArray(np.empty(0, dtype=np.float32))

    def append(self, vectors: Vectors) -> CodedRows:
        """Encode more rows; returns all of them."""
        first, blocks = self.coded.count, self.coded.blocks
        end = first + len(vectors)
        missing = -(-end // BLOCK_ROWS) - len(blocks)
        if missing > 0:
            shape = (missing, self._encoder.words, BLOCK_ROWS)
            blocks = self._blocks.extend(np.zeros(shape, dtype=np.uint64))
        fill_blocks(blocks, first, self._encoder.encode(vectors))
        weights = weigh(vectors, self._encoder, self._metric)
        if weights is not None:
            weights = Weights(
                self._scales.extend(weights.scales), self._biases.extend(weights.biases)
            )
        self.coded = CodedRows(self._encoder, blocks, end, weights)
        return self.coded


def fill_blocks(blocks: CodeBlocks, first: int, codes: Codes) -> None:
    """Write codes into rows from `first` on."""
    done = 0
    while done < len(codes):
        block, offset = divmod(first + done, BLOCK_ROWS)
        part = codes[done : done + BLOCK_ROWS - offset]
        blocks[block, :, offset : offset + len(part)] = part.T
        done += len(part)


class CodeFinder:
    """`CandidateFinder` that passes over the codes of all rows."""

    nlist = 0

    def __init__(self, codes: CodedRows, breadth: Breadth) -> None:
        self.codes = codes
        self.breadth = breadth
        self._cosines = cosines_of_distances(codes.encoder)

    def at(self, breadth: Breadth) -> "CodeFinder":
        """See `CandidateFinder.at`."""
        return CodeFinder(self.codes, breadth)

    def gathers(self, row_count: int) -> int:
        """A row costs forty times as much to gather and score as its code to compare."""
        return max(2_500, row_count // 40)

    def find(self, view: RowView, queries: Vectors, k: int, allowed: Mask | None) -> Iterator[Rows]:  # noqa: ARG002
        """See `CandidateFinder.find`; costs n words operations, whatever the mask."""
        count = self.codes.count if allowed is None else int(np.count_nonzero(allowed))
        candidates = min(count, self.breadth.candidates(k))
        margin = self.codes.encoder.margin
        rows = None
        if allowed is not None and count <= GATHERED_SHARE * self.codes.count:
            rows = np.flatnonzero(allowed)
        for query in queries:
            coded = CodeQuery(self.codes.encoder, self._cosines, query)
            if rows is not None:
                ranks = self.codes.ranks_of(rows, coded)
                yield rows[smallest_or_near(ranks, k, candidates, margin)]
                continue
            ranks = self.codes.ranks(coded)
            if allowed is None:
                yield smallest(ranks, candidates)
            else:
                exclude(ranks, allowed)
                yield smallest_or_near(ranks, k, candidates, margin)
