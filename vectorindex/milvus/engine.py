"""Vectors in a Milvus collection, for what one machine cannot hold.

Milvus finds candidates; they are scored again here as every other index scores, so that a library
may move without a score or the order of a tie changing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pymilvus import MilvusClient

from vectorindex.doors import (
    check_columns,
    check_dimension,
    check_ids,
    check_limit,
    check_new_ids,
    check_vectors,
)
from vectorindex.engine import Columns, Nearest, Where, check_column_types, check_where
from vectorindex.errors import LimitError
from vectorindex.kernels import to_unit_length
from vectorindex.milvus.collection import (
    check_same,
    create_collection,
    make_index,
    make_schema,
    to_expression,
    to_rows,
)
from vectorindex.milvus.requests import ask
from vectorindex.milvus.searching import MOST_HITS, Searcher
from vectorindex.milvus.sequences import SequenceStore
from vectorindex.protocol import Metric, Vectors

# A message of gRPC is at most 64 MiB; smaller ones leave room for others.
MESSAGE_BYTES = 8 << 20
# Beside the vector: the id in digits, names of fields, a few columns.
ROW_BYTES = 512


@dataclass(frozen=True, slots=True)
class MilvusSettings:
    """A collection.

    Attributes:
        collection: its name: letters, digits and underscores.
        dimension: components per vector.
        metric: the measure of every score.
        columns: names and types, whole numbers or bytes of a fixed length.
        ef: how broadly a search looks, if that is more than the hits it wants.
    """

    collection: str
    dimension: int
    metric: Metric
    columns: Mapping[str, str] | None = None
    ef: int = 128


class MilvusEngine:
    """`VectorEngine` over a collection that is made when it is not there."""

    def __init__(self, client: MilvusClient, settings: MilvusSettings) -> None:
        """Open the collection.

        Raises:
            VectorIndexError: settings are out of range, or Milvus failed.
        """
        check_dimension(settings.dimension)
        self._client = client
        self._settings = settings
        self._dtypes = {name: np.dtype(code) for name, code in (settings.columns or {}).items()}
        check_column_types(self._dtypes)
        ask(self._open)
        self._sequences = SequenceStore(client, settings.collection)
        self._sequence = self._sequences.read()
        self._searcher = Searcher(
            client,
            settings.collection,
            settings.dimension,
            settings.metric,
            self._dtypes,
            settings.ef,
        )

    @property
    def dimension(self) -> int:
        """Components per vector."""
        return self._settings.dimension

    @property
    def metric(self) -> Metric:
        """The measure of every score."""
        return self._settings.metric

    @property
    def sequence(self) -> int:
        """The last change that this process knows to be applied; see `refresh`."""
        return self._sequence

    def __len__(self) -> int:
        count = "count(*)"
        name = self._settings.collection
        rows = ask(self._client.query, name, output_fields=[count])
        return int(rows[0][count])

    def refresh(self) -> None:
        """Learn what the writer, in another process, has applied since."""
        self._sequence = max(self._sequence, self._sequences.read())

    def drop(self) -> None:
        """Delete the collection; the engine is of no use afterwards."""
        self._sequences.drop()
        ask(self._client.drop_collection, self._settings.collection)

    def apply(
        self,
        sequence: int,
        removed: Sequence[bytes],
        ids: Sequence[bytes],
        vectors: Vectors,
        columns: Columns | None = None,
    ) -> None:
        """See `VectorEngine.apply`; a search meanwhile may see a part of the change."""
        vectors = check_vectors(vectors, self.dimension, self.metric)
        check_ids(removed)
        check_new_ids(ids, len(vectors))
        columns = columns or {}
        check_columns(columns, self._dtypes, len(vectors))
        if sequence <= self._sequence:
            return
        self._delete(removed)
        self._upsert(to_rows(ids, self._scaled(vectors), columns))
        # Last: after a crash before this, the whole change is applied again.
        self._sequences.write(sequence)
        self._sequence = sequence

    def nearest(self, queries: Vectors, k: int, *, where: Where | None = None) -> list[Nearest]:
        """See `VectorEngine.nearest`; `k` is at most `MOST_HITS`."""
        queries = self._scaled(check_vectors(queries, self.dimension, self.metric))
        check_limit(k)
        if k > MOST_HITS:
            raise LimitError(f"Milvus returns at most {MOST_HITS} hits, not {k}")
        check_where(where or {}, self._dtypes)
        expression = to_expression(where or {}, self._dtypes)
        return [self._searcher.nearest(query, k, expression) for query in queries]

    def _open(self) -> None:
        name = self._settings.collection
        if not self._client.has_collection(name):
            create_collection(
                self._client,
                name,
                make_schema(self.dimension, self._dtypes),
                make_index(self.metric, self._dtypes),
            )
        else:
            check_same(self._client, name, self.dimension, self.metric, self._dtypes)
        self._client.load_collection(name)

    def _delete(self, ids: Sequence[bytes]) -> None:
        for start in range(0, len(ids), self._rows_at_once):
            part = [key.hex() for key in ids[start : start + self._rows_at_once]]
            ask(self._client.delete, self._settings.collection, ids=part)

    def _upsert(self, rows: list[dict[str, Any]]) -> None:
        for start in range(0, len(rows), self._rows_at_once):
            part = rows[start : start + self._rows_at_once]
            ask(self._client.upsert, self._settings.collection, part)

    @property
    def _rows_at_once(self) -> int:
        return max(1, MESSAGE_BYTES // (4 * self.dimension + ROW_BYTES))

    def _scaled(self, vectors: Vectors) -> Vectors:
        return to_unit_length(vectors) if self.metric is Metric.COSINE else vectors
