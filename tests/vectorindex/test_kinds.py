"""Laws of every kind of index: at its usual breadth it may miss a row, and errs in nothing else."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vector_collections import assert_equal_hits, make_clusters, make_ids, recall

from vectorindex.auto import AutoIndex, make_index
from vectorindex.binary import BinaryIndex
from vectorindex.breadth import Breadth
from vectorindex.errors import SettingError
from vectorindex.flat import FlatIndex
from vectorindex.ivf import IvfIndex
from vectorindex.kdtree import MOST_DIMENSIONS, KdTreeIndex
from vectorindex.kinds import BINARY_BELOW, FLAT_BELOW, Kind, kind_for
from vectorindex.protocol import Metric, VectorIndex

ROWS = 3_000  # more than are always passed over exactly
EVERYTHING = 10**6

Make = Callable[[int, Metric], VectorIndex]

WHOLE: dict[str, Make] = {
    "kdtree": KdTreeIndex,
    "auto": lambda d, m: AutoIndex(d, m, breadth=Breadth(EVERYTHING, EVERYTHING)),
    "binary": lambda d, m: BinaryIndex(d, m, breadth=Breadth(fixed=EVERYTHING)),
    "ivf": lambda d, m: IvfIndex(d, m, breadth=Breadth(EVERYTHING, EVERYTHING)),
}
USUAL: dict[str, Make] = {
    kind.value: lambda d, m, kind=kind: make_index(kind, d, m) for kind in Kind
}

metrics = st.sampled_from(Metric)
seeds = st.integers(0, 2**32 - 1)
few_rounds = settings(max_examples=8)


@pytest.fixture(params=list(Metric))
def metric(request: pytest.FixtureRequest) -> Metric:
    return request.param


@pytest.fixture(params=list(USUAL))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def filled(make: Make, seed: int, metric: Metric, dimension: int = 16):
    collection = make_clusters(seed, metric, rows=ROWS, dimension=dimension)
    index = make(dimension, metric)
    index.add(collection.ids, collection.vectors)
    return collection, index


@pytest.mark.parametrize("make", WHOLE.values(), ids=WHOLE)
@given(seed=seeds, metric=metrics, k=st.sampled_from([1, 10, 500]), share=st.floats(0, 1))
@few_rounds
def test_at_full_breadth_every_kind_equals_flat(
    make: Make, seed: int, metric: Metric, k: int, share: float
) -> None:
    collection, index = filled(make, seed, metric)
    _, flat = filled(FlatIndex, seed, metric)
    mask = np.random.default_rng(seed).random(ROWS) < share

    assert_equal_hits(index.search(collection.queries, k), flat.search(collection.queries, k))
    assert_equal_hits(
        index.search(collection.queries, k, mask=mask),
        flat.search(collection.queries, k, mask=mask),
    )


@pytest.mark.parametrize("make", WHOLE.values(), ids=WHOLE)
@given(seed=seeds, metric=metrics)
@few_rounds
def test_changes_leave_every_kind_equal_to_flat(make: Make, seed: int, metric: Metric) -> None:
    random = np.random.default_rng(seed)
    collection = make_clusters(seed, metric, rows=ROWS, dimension=16)
    index, flat = make(16, metric), FlatIndex(16, metric)
    ids = collection.ids
    for start in range(0, ROWS, 700):
        part = slice(start, start + 700)
        gone = [ids[row] for row in random.integers(0, start + 700, 100).clip(0, ROWS - 1)]
        for each in (index, flat):
            each.add(ids[part], collection.vectors[part])
            each.remove(gone)
    assert_equal_hits(index.search(collection.queries, 20), flat.search(collection.queries, 20))
    np.testing.assert_array_equal(index.compact(), flat.compact())
    assert_equal_hits(index.search(collection.queries, 20), flat.search(collection.queries, 20))


def test_usual_breadth_finds_nearly_all(kind: str, metric: Metric) -> None:
    collection, index = filled(USUAL[kind], 3, metric)
    _, flat = filled(FlatIndex, 3, metric)

    assert recall(index.search(collection.queries, 10), flat.search(collection.queries, 10)) > 0.9


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1, 0.01])
def test_a_filter_costs_no_recall(kind: str, metric: Metric, share: float) -> None:
    collection, index = filled(USUAL[kind], 4, metric)
    _, flat = filled(FlatIndex, 4, metric)
    mask = np.random.default_rng(5).random(ROWS) < share
    found = index.search(collection.queries, 10, mask=mask)

    assert mask[found.rows].all()
    assert recall(found, flat.search(collection.queries, 10, mask=mask)) > 0.9


@pytest.mark.parametrize("kind", ["binary"])
def test_a_filter_that_leaves_an_eighth_costs_no_recall(kind: str, metric: Metric) -> None:
    collection = make_clusters(9, metric, rows=24_000, dimension=16)
    index, flat = USUAL[kind](16, metric), FlatIndex(16, metric)
    for each in (index, flat):
        each.add(collection.ids, collection.vectors)
    mask = np.random.default_rng(10).random(24_000) < 0.125
    found = index.search(collection.queries, 10, mask=mask)

    assert mask[found.rows].all()
    assert recall(found, flat.search(collection.queries, 10, mask=mask)) > 0.95


@pytest.mark.parametrize("kind", ["binary", "ivf"])
def test_a_filter_that_leaves_nothing_near_costs_little_recall(kind: str) -> None:
    random = np.random.default_rng(8)
    vectors = random.standard_normal((17_000, 96), dtype=np.float32)
    vectors[:, 0] *= 4
    queries = random.standard_normal((20, 96), dtype=np.float32)
    queries[:, 0] = 7
    index, flat = USUAL[kind](96, Metric.COSINE), FlatIndex(96, Metric.COSINE)
    for each in (index, flat):
        each.add(make_ids(len(vectors)), vectors)
    mask = vectors[:, 0] < 0
    found = index.search(queries, 10, mask=mask)

    assert recall(found, flat.search(queries, 10, mask=mask)) > 0.95


@pytest.mark.parametrize("k", [1, 700, ROWS, 2 * ROWS])
def test_as_many_hits_as_were_asked_for_are_found(kind: str, metric: Metric, k: int) -> None:
    collection, index = filled(USUAL[kind], 6, metric)
    index.remove(collection.ids[::3])

    hits = index.search(collection.queries, k)
    assert hits.rows.shape == (6, min(k, len(index)))
    assert (hits.rows % 3 != 0).all()
    assert (np.diff(hits.scores) <= 0).all()


def test_an_answer_depends_on_nothing_but_its_query(kind: str, metric: Metric) -> None:
    collection, index = filled(USUAL[kind], 7, metric)
    _, again = filled(USUAL[kind], 7, metric)
    together = index.search(collection.queries, 10)

    assert_equal_hits(together, again.search(collection.queries, 10))
    for position, query in enumerate(collection.queries):
        alone = index.search(query[np.newaxis], 10)
        np.testing.assert_array_equal(alone.rows[0], together.rows[position])
        np.testing.assert_array_equal(alone.scores[0], together.scores[position])


@pytest.mark.filterwarnings("ignore:a k-d tree cannot help")
@pytest.mark.parametrize("dimension", [1, 3, 64, 300])
def test_any_dimension_will_do(kind: str, dimension: int) -> None:
    collection, index = filled(USUAL[kind], 8, Metric.SQUARED_L2, dimension)
    hits = index.search(collection.queries[:1], 1)

    assert hits.scores[0, 0] == 0


def test_equal_vectors_without_end_are_no_trouble(kind: str, metric: Metric) -> None:
    index = USUAL[kind](8, metric)
    index.add(make_ids(ROWS), np.ones((ROWS, 8), dtype=np.float32))

    hits = index.search(np.ones((1, 8), dtype=np.float32), 20)
    assert hits.rows.shape == (1, 20)
    assert (np.diff(hits.scores) == 0).all()


def test_rows_that_are_put_into_lists_later_are_found_like_those_before(metric: Metric) -> None:
    collection = make_clusters(9, metric, rows=60_000, dimension=8)
    index, flat = IvfIndex(8, metric), FlatIndex(8, metric)
    flat.add(collection.ids, collection.vectors)
    for start in range(0, 60_000, 20_000):
        part = slice(start, start + 20_000)
        index.add(collection.ids[part], collection.vectors[part])

    found = index.search(collection.queries, 10)
    assert recall(found, flat.search(collection.queries, 10)) > 0.9


def test_a_kd_tree_says_where_it_cannot_help() -> None:
    with pytest.warns(UserWarning, match="cannot help in 17 dimensions"):
        KdTreeIndex(MOST_DIMENSIONS + 1, Metric.COSINE)


def test_auto_suits_the_number_of_vectors() -> None:
    collection = make_clusters(10, Metric.COSINE, rows=FLAT_BELOW + 1_000, dimension=8)
    index, flat = AutoIndex(8, Metric.COSINE), FlatIndex(8, Metric.COSINE)
    flat.add(collection.ids, collection.vectors)
    index.add(collection.ids[:1_000], collection.vectors[:1_000])
    assert index.kind is Kind.FLAT
    index.add(collection.ids[1_000:], collection.vectors[1_000:])
    assert index.kind is Kind.BINARY
    found = index.search(collection.queries, 10)
    assert recall(found, flat.search(collection.queries, 10)) > 0.9
    index.remove(collection.ids[1_000:])
    index.compact()
    assert index.kind is Kind.FLAT
    assert kind_for(BINARY_BELOW) is Kind.IVF


# --- A recall instead of parameters


@pytest.mark.parametrize("target", [0.8, 0.99])
@pytest.mark.parametrize("kind", [Kind.BINARY, Kind.IVF, Kind.LSH])
def test_a_recall_that_was_asked_for_is_reached_and_reported(kind: Kind, target: float) -> None:
    collection = make_clusters(11, Metric.COSINE, rows=20_000, dimension=24, copies=0)
    index, flat = make_index(kind, 24, Metric.COSINE, recall=target), FlatIndex(24, Metric.COSINE)
    for each in (index, flat):
        each.add(collection.ids, collection.vectors)
    random = np.random.default_rng(12)
    queries = collection.vectors[random.integers(0, 20_000, 200)]
    queries = queries + random.standard_normal(queries.shape, dtype=np.float32) / 2
    reached = recall(index.search(queries, 10), flat.search(queries, 10))

    assert index.calibration is not None
    assert index.calibration.recall >= target - 0.02
    assert reached >= target - 0.04


def test_a_higher_recall_looks_at_more() -> None:
    random = np.random.default_rng(13)
    vectors = random.standard_normal((20_000, 32), dtype=np.float32)  # no clusters: hard to probe
    index = IvfIndex(32, Metric.COSINE)
    index.add(make_ids(20_000), vectors)
    low, high = index.calibrate(0.5).breadth, index.calibrate(0.99).breadth

    assert low.nprobe < high.nprobe
    assert low.fixed < high.fixed
    assert index.breadth == high


@pytest.mark.parametrize("target", [0, 1, -1, 1.5, float("nan")])
def test_a_recall_that_is_none_is_refused(target: float) -> None:
    with pytest.raises(SettingError):
        make_index(Kind.AUTO, 8, Metric.COSINE, recall=target)


def test_an_index_is_calibrated_anew_when_it_has_doubled() -> None:
    collection = make_clusters(14, Metric.COSINE, rows=9_000, dimension=8)
    index = make_index(Kind.AUTO, 8, Metric.COSINE, recall=0.95)
    index.add(collection.ids[:1_000], collection.vectors[:1_000])
    assert index.calibration is None
    index.add(collection.ids[1_000:3_000], collection.vectors[1_000:3_000])
    first = index.calibration
    index.add(collection.ids[3_000:], collection.vectors[3_000:])

    assert first is not None
    assert index.calibration is not first
