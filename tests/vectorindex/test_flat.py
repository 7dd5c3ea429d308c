"""Laws of the exact index, against a naive search in float64."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorindex.errors import (
    DtypeError,
    IdError,
    LimitError,
    NonFiniteError,
    RowError,
    ShapeError,
    VectorIndexError,
    ZeroVectorError,
)
from vectorindex.flat import FlatIndex
from vectorindex.protocol import Hits, Mask, Metric, Vectors

TOLERANCE = 2e-5
GATHERED_ROWS = 5_000
NEVER_ADDED = b"\xff" * 16


class Collection(NamedTuple):
    metric: Metric
    vectors: Vectors
    queries: Vectors

    @property
    def ids(self) -> list[bytes]:
        return make_ids(len(self.vectors))

    def index(self) -> FlatIndex:
        index = FlatIndex(self.vectors.shape[1], self.metric)
        index.add(self.ids, self.vectors)
        return index


def make_ids(count: int, first: int = 0) -> list[bytes]:
    """Ids whose order is not that of the rows."""
    return [
        (number * 7919 % 10007).to_bytes(8, "big") * 2 for number in range(first, first + count)
    ]


def make_collection(seed: int, metric: Metric, *, rows: int, dimension: int) -> Collection:
    """Vectors with copies of each other among them: ties are the rule, not the exception."""
    random = np.random.default_rng(seed)
    originals = random.standard_normal((max(1, rows // 3), dimension)).astype(np.float32)
    originals *= np.float32(10.0) ** random.integers(-3, 4)
    vectors = originals[random.integers(0, len(originals), rows)]
    queries = vectors[random.integers(0, rows, 6)].copy()
    queries[::2] += random.standard_normal(queries[::2].shape).astype(np.float32)
    return Collection(metric, vectors, queries)


def naive_scores(collection: Collection) -> np.ndarray:
    vectors = collection.vectors.astype(np.float64)
    queries = collection.queries.astype(np.float64)
    if collection.metric is Metric.SQUARED_L2:
        return -((queries[:, np.newaxis] - vectors) ** 2).sum(axis=2)
    if collection.metric is Metric.COSINE:
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    return queries @ vectors.T


def assert_equal_hits(one: Hits, other: Hits) -> None:
    np.testing.assert_array_equal(one.rows, other.rows)
    np.testing.assert_array_equal(one.scores, other.scores)


small_collections = st.builds(
    make_collection,
    st.integers(0, 2**32 - 1),
    st.sampled_from(Metric),
    rows=st.integers(1, 60),
    dimension=st.integers(1, 12),
)
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module", params=list(Metric))
def large(request: pytest.FixtureRequest) -> Collection:
    """So many rows that they are passed over, not gathered."""
    return make_collection(7, request.param, rows=GATHERED_ROWS + 1234, dimension=24)


@pytest.fixture(scope="module")
def large_index(large: Collection) -> FlatIndex:
    return large.index()


def check_against_naive(collection: Collection, hits: Hits, allowed: Mask) -> None:
    scores = naive_scores(collection)
    scale = max(1.0, float(np.abs(scores).max()))
    scores[:, ~allowed] = -np.inf
    best = -np.sort(-scores, axis=1)[:, : hits.rows.shape[1]]
    assert allowed[hits.rows].all()
    np.testing.assert_allclose(hits.scores, best, rtol=0, atol=TOLERANCE * scale)
    found = np.take_along_axis(scores, hits.rows, axis=1)
    np.testing.assert_allclose(hits.scores, found, rtol=0, atol=TOLERANCE * scale)


@given(small_collections, st.integers(1, 80))
def test_hits_are_those_of_a_naive_search(collection: Collection, k: int) -> None:
    hits = collection.index().search(collection.queries, k)

    assert hits.rows.shape == (6, min(k, len(collection.vectors)))
    assert hits.rows.dtype == np.int64
    assert hits.scores.dtype == np.float32
    check_against_naive(collection, hits, np.ones(len(collection.vectors), dtype=np.bool_))


@pytest.mark.parametrize("k", [1, 10, 300, GATHERED_ROWS + 1234])
def test_hits_among_many_rows_are_those_of_a_naive_search(
    large: Collection, large_index: FlatIndex, k: int
) -> None:
    hits = large_index.search(large.queries, k)

    check_against_naive(large, hits, np.ones(len(large.vectors), dtype=np.bool_))


@given(small_collections, st.integers(1, 80))
def test_scores_never_increase_and_ties_are_ordered_by_id(collection: Collection, k: int) -> None:
    index = collection.index()
    hits = index.search(collection.queries, k)

    assert_ordered(index, hits)


def assert_ordered(index: FlatIndex, hits: Hits) -> None:
    for rows, scores in zip(hits.rows, hits.scores, strict=True):
        order = list(zip((-scores).tolist(), index.ids_of(rows), strict=True))
        assert order == sorted(order)
        assert len(set(rows.tolist())) == len(rows)


def test_squared_distances_are_exact_far_from_the_origin() -> None:
    """There |x|² - 2 x·q is nothing but rounding: the first pass must not decide."""
    random = np.random.default_rng(11)
    vectors = 1000 + random.standard_normal((GATHERED_ROWS + 500, 8)).astype(np.float32)
    collection = Collection(Metric.SQUARED_L2, vectors, vectors[:5] + np.float32(0.25))
    hits = collection.index().search(collection.queries, 10)
    expected = -np.sort(-naive_scores(collection), axis=1)[:, :10]

    np.testing.assert_allclose(hits.scores, expected, rtol=1e-5)


def test_equal_vectors_are_found_by_id_whatever_their_number() -> None:
    index = FlatIndex(8, Metric.COSINE)
    ids = make_ids(GATHERED_ROWS + 100)
    index.add(ids, np.ones((len(ids), 8), dtype=np.float32))
    hits = index.search(np.ones((5, 8), dtype=np.float32), 20)

    for rows in hits.rows:
        assert index.ids_of(rows) == sorted(ids)[:20]


@pytest.mark.parametrize("k", [1, 10, 300])
def test_an_answer_does_not_depend_on_its_batch_mates(
    large: Collection, large_index: FlatIndex, k: int
) -> None:
    many = np.tile(large.queries, (7, 1))
    together = large_index.search(many, k)
    alone = [large_index.search(query[np.newaxis], k) for query in many]

    assert_equal_hits(
        together,
        Hits(np.vstack([hit.rows for hit in alone]), np.vstack([hit.scores for hit in alone])),
    )
    assert_ordered(large_index, together)


@given(small_collections, seeds, st.integers(1, 20))
def test_a_masked_search_is_a_search_of_the_subset(
    collection: Collection, seed: int, k: int
) -> None:
    mask = np.random.default_rng(seed).random(len(collection.vectors)) < 0.4
    whole = collection.index()
    subset = FlatIndex(whole.dimension, whole.metric)
    kept = np.flatnonzero(mask)
    subset.add([collection.ids[row] for row in kept], collection.vectors[kept])

    masked = whole.search(collection.queries, k, mask=mask)
    expected = subset.search(collection.queries, k)

    assert_equal_hits(masked, Hits(kept[expected.rows], expected.scores))


@pytest.mark.parametrize("share", [0.0005, 0.1, 0.95])
@pytest.mark.parametrize("queries", [1, 6])
def test_a_mask_gives_the_same_answer_gathered_and_passed_over(
    large: Collection, large_index: FlatIndex, share: float, queries: int
) -> None:
    mask = np.random.default_rng(3).random(len(large.vectors)) < share
    hits = large_index.search(large.queries[:queries], 10, mask=mask)
    subset = FlatIndex(large_index.dimension, large_index.metric)
    kept = np.flatnonzero(mask)
    ids = large.ids
    subset.add([ids[row] for row in kept], large.vectors[kept])
    expected = subset.search(large.queries[:queries], 10)

    assert_equal_hits(hits, Hits(kept[expected.rows], expected.scores))


@given(small_collections, seeds)
def test_what_was_removed_is_never_found(collection: Collection, seed: int) -> None:
    index = collection.index()
    chosen = np.random.default_rng(seed).random(len(collection.vectors)) < 0.5
    removed = {key for key, gone in zip(collection.ids, chosen, strict=True) if gone}
    left = set(collection.ids) - removed

    assert index.remove([*removed, NEVER_ADDED]) == len(removed)
    assert index.remove(list(removed)) == 0
    assert (len(index), index.row_count) == (len(left), len(collection.vectors))
    hits = index.search(collection.queries, len(collection.vectors))
    assert set(index.ids_of(hits.rows)) == left
    assert {key for key in collection.ids if key in index} == left


@given(small_collections)
def test_compaction_changes_no_answer(collection: Collection) -> None:
    index = collection.index()
    index.remove(collection.ids[::3])
    before = index.search(collection.queries, 5)
    names_before = index.ids_of(before.rows)
    new_rows = index.compact()
    after = index.search(collection.queries, 5)

    assert index.row_count == len(index)
    np.testing.assert_array_equal(new_rows[before.rows], after.rows)
    np.testing.assert_array_equal(before.scores, after.scores)
    assert index.ids_of(after.rows) == names_before
    assert (new_rows[::3] == -1).all()


def test_an_id_can_come_back_with_another_vector() -> None:
    index = FlatIndex(2, Metric.COSINE)
    [key] = make_ids(1)
    index.add([key], np.array([[1, 0]], dtype=np.float32))
    index.remove([key])
    rows = index.add([key], np.array([[0, 1]], dtype=np.float32))

    assert rows.tolist() == [1]
    assert index.rows_of([key, NEVER_ADDED]).tolist() == [1, -1]
    hits = index.search(np.array([[0, 1]], dtype=np.float32), 3)
    assert hits.rows.tolist() == [[1]]
    assert hits.scores.tolist() == [[1.0]]


def test_vectors_added_in_small_steps_are_as_those_added_at_once() -> None:
    collection = make_collection(1, Metric.COSINE, rows=2500, dimension=4)
    index = FlatIndex(4, Metric.COSINE)
    for start in range(0, 2500, 170):
        rows = index.add(
            collection.ids[start : start + 170], collection.vectors[start : start + 170]
        )
        assert rows[0] == start

    assert_equal_hits(
        index.search(collection.queries, 30), collection.index().search(collection.queries, 30)
    )


def test_a_caller_may_reuse_its_arrays() -> None:
    collection = make_collection(1, Metric.INNER_PRODUCT, rows=5, dimension=4)
    index = collection.index()
    before = index.search(collection.queries, 5)
    collection.vectors[:] = 0

    assert_equal_hits(before, index.search(collection.queries, 5))


def test_an_empty_index_finds_nothing() -> None:
    hits = FlatIndex(3, Metric.COSINE).search(np.ones((2, 3), dtype=np.float32), 5)

    assert hits.rows.shape == hits.scores.shape == (2, 0)


def test_no_queries_have_no_hits() -> None:
    index = make_collection(1, Metric.COSINE, rows=5, dimension=3).index()

    assert index.search(np.empty((0, 3), dtype=np.float32), 2).rows.shape == (0, 2)


def test_a_mask_that_allows_nothing_finds_nothing() -> None:
    index = make_collection(1, Metric.COSINE, rows=5, dimension=3).index()
    hits = index.search(np.ones((1, 3), dtype=np.float32), 2, mask=np.zeros(5, dtype=np.bool_))

    assert hits.rows.shape == (1, 0)


@pytest.mark.parametrize("size", [1e-38, 1e-20, 1e14])
def test_cosine_knows_no_length(size: float) -> None:
    index = FlatIndex(2, Metric.COSINE)
    index.add(make_ids(2), np.array([[size, 0], [size, size]], dtype=np.float32))
    hits = index.search(np.array([[0, size]], dtype=np.float32), 2)

    assert hits.rows.tolist() == [[1, 0]]
    np.testing.assert_allclose(hits.scores, [[0.5**0.5, 0]], atol=1e-6)


ONE = np.ones((1, 3), dtype=np.float32)
BAD_VECTORS = [
    pytest.param(ONE.astype(np.float64), DtypeError, id="float64"),
    pytest.param(np.ones((1, 4), dtype=np.float32), ShapeError, id="wrong dimension"),
    pytest.param(np.ones(3, dtype=np.float32), ShapeError, id="one axis"),
    pytest.param(ONE * np.float32("nan"), NonFiniteError, id="NaN"),
    pytest.param(ONE * np.float32("inf"), NonFiniteError, id="infinity"),
    pytest.param(ONE * np.float32(1e16), NonFiniteError, id="too large"),
    pytest.param(ONE * np.float32(0), ZeroVectorError, id="zero under cosine"),
]


@pytest.mark.parametrize(("vectors", "error"), BAD_VECTORS)
def test_bad_vectors_are_refused_as_rows_and_as_queries(
    vectors: Vectors, error: type[VectorIndexError]
) -> None:
    index = FlatIndex(3, Metric.COSINE)
    index.add(make_ids(1), ONE)

    with pytest.raises(error):
        index.add(make_ids(1, first=1), vectors)
    with pytest.raises(error):
        index.search(vectors, 1)
    assert len(index) == index.row_count == 1


def test_zero_vectors_are_welcome_where_direction_does_not_count() -> None:
    index = FlatIndex(3, Metric.SQUARED_L2)
    index.add(make_ids(1), ONE * np.float32(0))

    assert index.search(ONE, 1).scores.tolist() == [[-3.0]]


@pytest.mark.parametrize(
    ("ids", "error"),
    [
        ([b"short", b"0123456789abcdef"], IdError),
        ([b"0123456789abcdef"] * 2, IdError),
        ([*make_ids(1), b"0123456789abcdef"], IdError),
        ([b"0123456789abcdef"], ShapeError),
    ],
    ids=["wrong length", "twice", "there already", "too few"],
)
def test_bad_ids_are_refused_whole(ids: list[bytes], error: type[VectorIndexError]) -> None:
    index = FlatIndex(3, Metric.COSINE)
    index.add(make_ids(1), ONE)

    with pytest.raises(error):
        index.add(ids, np.ones((2, 3), dtype=np.float32))
    assert len(index) == index.row_count == 1


@pytest.mark.parametrize("k", [0, -1])
def test_less_than_one_hit_is_refused(k: int) -> None:
    with pytest.raises(LimitError):
        FlatIndex(3, Metric.COSINE).search(ONE, k)


@pytest.mark.parametrize(
    ("mask", "error"),
    [
        (np.ones(2, dtype=np.bool_), ShapeError),
        (np.ones((1, 1), dtype=np.bool_), ShapeError),
        (np.ones(1, dtype=np.uint8), DtypeError),
    ],
)
def test_a_mask_that_is_not_one_bool_per_row_is_refused(
    mask: Mask, error: type[VectorIndexError]
) -> None:
    index = FlatIndex(3, Metric.COSINE)
    index.add(make_ids(1), ONE)

    with pytest.raises(error):
        index.search(ONE, 1, mask=mask)


@pytest.mark.parametrize("row", [-1, 1])
def test_a_row_that_is_not_there_has_no_id(row: int) -> None:
    index = FlatIndex(3, Metric.COSINE)
    index.add(make_ids(1), ONE)

    with pytest.raises(RowError):
        index.ids_of(np.array([row]))


def test_a_dimension_below_one_is_refused() -> None:
    with pytest.raises(ShapeError):
        FlatIndex(0, Metric.COSINE)
