"""The exact index: every search looks at every vector. The oracle of all other kinds."""

from collections.abc import Sequence

import numpy as np

from vectorindex.doors import check_dimension, check_ids, check_limit, check_mask, check_vectors
from vectorindex.errors import IdError, RowError
from vectorindex.kernels import (
    final_scores,
    find_finalists,
    rough_margin,
    rough_scores,
    select_top,
    to_unit_length,
)
from vectorindex.protocol import Hits, Mask, Metric, Rows, Scores, Vectors
from vectorindex.rows import RowStore, RowView, to_ids

# A rough pass keeps one score per row and query in memory.
QUERIES_AT_ONCE = 32
# So few rows, or so small a share of them, are cheaper to gather than to pass over.
GATHERED_ROWS = 5_000
GATHERED_SHARE = 8


class FlatIndex:
    """`VectorIndex` over one growing array: 4 d + 21 bytes per row, and the ids once more."""

    def __init__(self, dimension: int, metric: Metric) -> None:
        check_dimension(dimension)
        self._dimension = dimension
        self._metric = metric
        self._store = RowStore(dimension)

    @property
    def dimension(self) -> int:
        """Components per vector."""
        return self._dimension

    @property
    def metric(self) -> Metric:
        """The measure of every score."""
        return self._metric

    @property
    def row_count(self) -> int:
        """Rows including tombstones."""
        return len(self._store.view.keys)

    def __len__(self) -> int:
        return len(self._store)

    def __contains__(self, id: object) -> bool:
        return self._store.row_of(id) >= 0

    def add(self, ids: Sequence[bytes], vectors: Vectors) -> Rows:
        """See `VectorIndex.add`; cosine keeps directions alone."""
        vectors = check_vectors(vectors, self._dimension, self._metric)
        check_ids(ids, len(vectors))
        for key in ids:
            if key in self:
                raise IdError(f"the id {key.hex()} is in the index already")
        return self._store.append(ids, self._scaled(vectors))

    def remove(self, ids: Sequence[bytes]) -> int:
        """See `VectorIndex.remove`."""
        return self._store.bury(ids)

    def compact(self) -> Rows:
        """See `VectorIndex.compact`."""
        return self._store.compact()

    def rows_of(self, ids: Sequence[bytes]) -> Rows:
        """See `VectorIndex.rows_of`."""
        return np.array([self._store.row_of(key) for key in ids], dtype=np.int64)

    def ids_of(self, rows: Rows) -> list[bytes]:
        """See `VectorIndex.ids_of`."""
        keys = self._store.view.keys
        if rows.size and (rows.min() < 0 or rows.max() >= len(keys)):
            raise RowError(f"rows are 0 to {len(keys) - 1}")
        return to_ids(keys[rows.ravel()])

    def search(self, queries: Vectors, k: int, *, mask: Mask | None = None) -> Hits:
        """See `VectorIndex.search`; costs n d per query, less for a selective mask."""
        view = self._store.view
        queries = self._scaled(check_vectors(queries, self._dimension, self._metric))
        check_limit(k)
        allowed = view.alive
        if mask is not None:
            check_mask(mask, len(view.keys))
            allowed = allowed & mask
        count = int(np.count_nonzero(allowed))
        hits = _no_hits(len(queries), min(k, count))
        if hits.rows.size == 0:
            return hits
        if count <= max(GATHERED_ROWS, len(allowed) // GATHERED_SHARE):
            self._search_gathered(view, queries, np.flatnonzero(allowed), hits)
        else:
            for start in range(0, len(queries), QUERIES_AT_ONCE):
                part = slice(start, start + QUERIES_AT_ONCE)
                self._search_all(view, queries[part], allowed, _part_of(hits, part))
        return hits

    def _search_gathered(self, view: RowView, queries: Vectors, rows: Rows, hits: Hits) -> None:
        k = hits.rows.shape[1]
        scores = final_scores(view, rows, queries, self._metric)
        for row in range(len(queries)):
            hits.rows[row], hits.scores[row] = select_top(rows, scores[row], k, view)

    def _search_all(self, view: RowView, queries: Vectors, allowed: Mask, hits: Hits) -> None:
        k = hits.rows.shape[1]
        rough = rough_scores(view, queries, self._metric)
        _exclude(rough, allowed)
        for row, query in enumerate(queries):
            finalists = find_finalists(rough, row, k, rough_margin(view, query))
            scores = final_scores(view, finalists, query[np.newaxis], self._metric)[0]
            hits.rows[row], hits.scores[row] = select_top(finalists, scores, k, view)

    def _scaled(self, vectors: Vectors) -> Vectors:
        return to_unit_length(vectors) if self._metric is Metric.COSINE else vectors


def _exclude(rough: Scores, allowed: Mask) -> None:
    if not allowed.all():
        rough.reshape(-1, rough.shape[2])[: len(allowed)][~allowed] = -np.inf


def _no_hits(queries: int, k: int) -> Hits:
    return Hits(np.empty((queries, k), np.int64), np.empty((queries, k), np.float32))


def _part_of(hits: Hits, queries: slice) -> Hits:
    return Hits(hits.rows[queries], hits.scores[queries])
