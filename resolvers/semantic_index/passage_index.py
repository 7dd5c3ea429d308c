"""Passages of one kind and their vectors in memory, and the search that ranks them or their owners.

Equal texts share one vector, so a text has a number, a vector row once it is embedded, and the
passages that say it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray

from resolvers.semantic_index.columns import (
    Mask,
    PassageColumns,
    PassageRow,
    SearchFilter,
)
from vectorindex.flat import FlatIndex
from vectorindex.protocol import Metric

Vectors = NDArray[np.float32]

MASKS_KEPT = 32


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage, or an owner by its best passage; a higher score is better."""

    id: ObjectId
    passage_id: ObjectId
    score: float


@dataclass(frozen=True, slots=True)
class PassageQuery:
    """What is looked for: (d,) vector, filter, how many owners, or passages one by one."""

    vector: Vectors
    search_filter: SearchFilter
    count: int
    by_owner: bool = True


@dataclass(frozen=True, slots=True)
class Masks:
    """What a filter leaves: passage rows, and the vector rows that they share."""

    passages: Mask
    vectors: Mask


class PassageIndex:
    """May be used in any thread, by one change or one batch of searches at a time."""

    def __init__(self, dimension: int, metric: Metric) -> None:
        self.vectors = FlatIndex(dimension, metric)
        self.passages = PassageColumns()
        self._text_numbers: dict[bytes, int] = {}
        # Tuples of numbers: the garbage collector passes over them.
        self._rows_of_text: list[tuple[int, ...]] = []
        # By vector row: the text it belongs to. Vectors are added once and never move.
        self._text_of_vector: list[int] = []
        self._masks: dict[SearchFilter, Masks] = {}

    @property
    def text_count(self) -> int:
        """Distinct texts seen, embedded or not."""
        return len(self._text_numbers)

    def put_passage(self, passage: PassageRow) -> None:
        """Add or change a passage; it is found once its text has a vector."""
        self._masks.clear()
        number = self._number(passage.text_hash)
        self._rows_of_text[number] += (self.passages.put(passage, number),)

    def remove_passage(self, passage_id: ObjectId) -> None:
        """Forget a passage."""
        self._masks.clear()
        self.passages.remove(passage_id)

    def put_vectors(self, text_hashes: Sequence[bytes], vectors: Vectors) -> None:
        """Give texts their vectors; one that has a vector keeps it: equal texts, equal vectors.

        Texts that no passage has ever said are passed over.
        """
        rows = self.vectors.rows_of(text_hashes).tolist()
        new = [
            i
            for i, (name, row) in enumerate(zip(text_hashes, rows, strict=True))
            if row < 0 and name in self._text_numbers
        ]
        if not new:
            return
        self._masks.clear()
        self.vectors.add([text_hashes[i] for i in new], vectors[new])
        self._text_of_vector.extend(self._number(text_hashes[i]) for i in new)

    def without_vector(self, text_hashes: Sequence[bytes]) -> list[bytes]:
        """Those of the texts that cannot be found by meaning yet."""
        rows = self.vectors.rows_of(text_hashes)
        return [name for name, row in zip(text_hashes, rows.tolist(), strict=True) if row < 0]

    def search(self, queries: Sequence[PassageQuery]) -> list[list[Hit]]:
        """The best of each query, best first; equal scores are ordered by id."""
        results: list[list[Hit]] = [[] for _ in queries]
        groups: dict[SearchFilter, list[int]] = {}
        for position, query in enumerate(queries):
            groups.setdefault(query.search_filter, []).append(position)
        for search_filter, positions in groups.items():
            found = self._search_group(search_filter, [queries[i] for i in positions])
            for position, hits in zip(positions, found, strict=True):
                results[position] = hits
        return results

    def _search_group(
        self, search_filter: SearchFilter, queries: Sequence[PassageQuery]
    ) -> list[list[Hit]]:
        masks = self._masks_of(search_filter)
        reachable = int(masks.vectors.sum())
        results: list[list[Hit]] = [[] for _ in queries]
        open_queries = list(range(len(queries))) if reachable else []
        depth = 2 * max(query.count for query in queries) + 8
        while open_queries:
            depth = min(depth, reachable)
            hits = self.vectors.search(
                np.stack([queries[i].vector for i in open_queries]),
                depth,
                mask=None if reachable == len(masks.vectors) else masks.vectors,
            )
            for i, rows, scores in zip(open_queries, hits.rows, hits.scores, strict=True):
                ranked = self._rank(
                    rows,
                    scores,
                    masks.passages,
                    whole=depth == reachable,
                    by_owner=queries[i].by_owner,
                )
                results[i] = ranked
            open_queries = [
                i for i in open_queries if len(results[i]) < queries[i].count and depth < reachable
            ]
            depth *= 4
        return [hits[: query.count] for hits, query in zip(results, queries, strict=True)]

    def _rank(
        self,
        vector_rows: NDArray[np.int64],
        scores: Vectors,
        allowed: Mask,
        *,
        whole: bool,
        by_owner: bool,
    ) -> list[Hit]:
        if not whole:
            # More texts may share the last score: leave it to a deeper search, or ties would
            # depend on the depth.
            keep = scores > scores[-1]
            vector_rows, scores = vector_rows[keep], scores[keep]
        ids = self.passages.ids
        found_ids = self.passages.owner_ids if by_owner else ids
        best: dict[bytes, tuple[float, int]] = {}
        for vector_row, score in zip(vector_rows.tolist(), scores.tolist(), strict=True):
            for row in self._rows_of_text[self._text_of_vector[vector_row]]:
                if allowed[row]:
                    best.setdefault(found_ids[row], (score, row))
        return [
            Hit(ObjectId(found_id), ObjectId(ids[row]), score)
            for found_id, (score, row) in sorted(
                best.items(), key=lambda found: (-found[1][0], found[0])
            )
        ]

    def _masks_of(self, search_filter: SearchFilter) -> Masks:
        masks = self._masks.get(search_filter)
        if masks is None:
            passages = self.passages.matching(search_filter)
            texts = self.passages.texts_of(passages, self.text_count)
            masks = Masks(passages, texts[np.asarray(self._text_of_vector, dtype=np.int64)])
            if len(self._masks) >= MASKS_KEPT:
                self._masks.pop(next(iter(self._masks)))
            self._masks[search_filter] = masks
        return masks

    def _number(self, text_hash: bytes) -> int:
        number = self._text_numbers.setdefault(text_hash, len(self._text_numbers))
        if number == len(self._rows_of_text):
            self._rows_of_text.append(())
        return number
