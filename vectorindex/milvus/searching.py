"""One query: candidates by Milvus, exact scores and the order of ties by us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pymilvus import MilvusClient

from vectorindex.engine import Nearest
from vectorindex.exact import UNIT_ROUNDOFF
from vectorindex.ids import Keys, to_ids, to_keys
from vectorindex.kernels import final_scores, select_top
from vectorindex.milvus.collection import ID, VECTOR, field_names, to_columns
from vectorindex.milvus.requests import ask
from vectorindex.protocol import Metric, Scores, Vectors

# Milvus returns no more.
MOST_HITS = 16_384
# Candidates beyond k: what may tie with the last hit is ordered among them.
SPARE_HITS = 16


@dataclass(frozen=True, slots=True)
class Candidates:
    """What Milvus found.

    Attributes:
        fields: of each row.
        vectors: (m, d) float32.
        keys: (m, 2) uint64.
        worst: Milvus's score of the last.
    """

    fields: Sequence[Mapping[str, Any]]
    vectors: Vectors
    keys: Keys
    worst: float

    def __len__(self) -> int:
        return len(self.fields)


@dataclass(frozen=True, slots=True)
class Searcher:
    """Searches one collection."""

    client: MilvusClient
    collection: str
    dimension: int
    metric: Metric
    dtypes: Mapping[str, np.dtype[Any]]
    ef: int

    def nearest(self, query: Vectors, k: int, expression: str) -> Nearest:
        """The best of one (d,) query; deeper while the last candidate may tie with the last hit."""
        depth = min(k + SPARE_HITS, MOST_HITS)
        while True:
            candidates = self._candidates(query, depth, expression)
            found = self._ranked(query, candidates, k)
            if len(candidates) < depth or depth == MOST_HITS:
                return found
            if candidates.worst < found.scores[-1] - _margin(query, candidates.vectors):
                return found
            depth = min(4 * depth, MOST_HITS)

    def _candidates(self, query: Vectors, depth: int, expression: str) -> Candidates:
        [hits] = ask(
            self.client.search,
            self.collection,
            data=[query],
            limit=depth,
            filter=expression,
            output_fields=field_names(self.dtypes),
            search_params={"params": {"ef": max(self.ef, depth)}},
        )
        fields = [hit["entity"] for hit in hits]
        vectors = np.array([each[VECTOR] for each in fields], dtype=np.float32)
        return Candidates(
            fields,
            vectors.reshape(-1, self.dimension),
            to_keys([bytes.fromhex(each[ID]) for each in fields]),
            self._score(hits[-1]["distance"]) if hits else -np.inf,
        )

    def _score(self, distance: float) -> float:
        """Milvus calls similarities distances too; only under L2 they are."""
        return -distance if self.metric is Metric.SQUARED_L2 else distance

    def _ranked(self, query: Vectors, candidates: Candidates, k: int) -> Nearest:
        rows = np.arange(len(candidates))
        scores: Scores = final_scores(candidates.vectors, rows, query[np.newaxis], self.metric)[0]
        rows, scores = select_top(rows, scores, k, candidates.keys)
        fields = [candidates.fields[row] for row in rows.tolist()]
        return Nearest(to_ids(candidates.keys[rows]), scores, to_columns(fields, self.dtypes))


def _margin(query: Vectors, vectors: Vectors) -> float:
    """How far two scores of one row may lie apart: see `rounding_margin`."""
    length = float(np.linalg.norm(query)) + float(np.linalg.norm(vectors, axis=1).max())
    return 4.0 * (len(query) + 8) * UNIT_ROUNDOFF * length**2
