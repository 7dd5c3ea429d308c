"""Laws of every engine, against an exact index of the same vectors."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from vector_collections import make_clusters, make_ids

from vectorindex.engine import IDS, Nearest, VectorEngine, Where
from vectorindex.errors import (
    ColumnError,
    DtypeError,
    IdError,
    LimitError,
    NonFiniteError,
    ShapeError,
    VectorIndexError,
    ZeroVectorError,
)
from vectorindex.flat import FlatIndex
from vectorindex.milvus.engine import MilvusEngine, MilvusSettings
from vectorindex.protocol import Metric, Vectors
from vectorindex.segments.engine import SegmentEngine
from vectorindex.segments.index import SegmentedIndex
from vectorindex.segments.settings import Settings

DIMENSION = 8
COLUMNS = {"part": "<u8", "year": "<i4", "owner": "S12"}
LARGE = 2**63 + 5
NOTHING = np.empty((0, DIMENSION), dtype=np.float32)

Make = Callable[..., VectorEngine]


@pytest.fixture(params=["segments", "milvus"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """An empty engine of each kind."""

    def make_segments(metric: Metric = Metric.COSINE, columns: Any = None) -> VectorEngine:
        settings = Settings(DIMENSION, metric, columns)
        return SegmentEngine(SegmentedIndex(tmp_path / uuid4().hex, settings))

    def make_milvus(metric: Metric = Metric.COSINE, columns: Any = None) -> VectorEngine:
        client = request.getfixturevalue("milvus")
        return MilvusEngine(
            client, MilvusSettings(f"test_{uuid4().hex}", DIMENSION, metric, columns)
        )

    return make_segments if request.param == "segments" else make_milvus


@pytest.fixture(params=list(Metric))
def metric(request: pytest.FixtureRequest) -> Metric:
    return request.param


class Oracle:
    """What an engine should hold: an exact index, and the columns of its rows."""

    def __init__(self, metric: Metric) -> None:
        self.flat = FlatIndex(DIMENSION, metric)
        self.columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}

    def apply(self, removed: list[bytes], ids: list[bytes], vectors: Vectors, columns: Any) -> None:
        self.flat.remove([*removed, *ids])
        self.flat.add(ids, vectors)
        for name, values in columns.items():
            self.columns[name] += values.tolist()

    def nearest(self, queries: Vectors, k: int, where: Where) -> list[tuple[list[bytes], Any]]:
        mask = np.ones(self.flat.row_count, dtype=np.bool_)
        for name, allowed in where.items():
            rows = range(self.flat.row_count)
            column = self.flat.ids_of(np.array(rows)) if name == IDS else self.columns[name]
            mask &= [value in allowed for value in column]
        hits = self.flat.search(queries, k, mask=mask)
        return [
            (self.flat.ids_of(rows), scores.tolist())
            for rows, scores in zip(hits.rows, hits.scores, strict=True)
        ]


def make_columns(count: int, seed: int = 0) -> Mapping[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {
        "part": random.choice(np.array([3, 7, LARGE], dtype=np.uint64), count),
        "year": random.integers(-2, 3, count).astype(np.int32),
        "owner": np.array(
            [b"owner-%d" % number for number in random.integers(0, 40, count)], "S12"
        ),
    }


def plain(found: list[Nearest]) -> list[tuple[list[bytes], list[float]]]:
    return [(nearest.ids, nearest.scores.tolist()) for nearest in found]


def filled(make: Make, metric: Metric, rows: int = 300) -> tuple[VectorEngine, Oracle, Vectors]:
    collection = make_clusters(5, metric, rows=rows, dimension=DIMENSION)
    engine, oracle = make(metric, COLUMNS), Oracle(metric)
    change = (collection.ids, collection.vectors, make_columns(rows))
    engine.apply(1, [], *change)
    oracle.apply([], *change)
    return engine, oracle, collection.queries


def test_after_every_change_an_engine_answers_as_flat_does(make: Make, metric: Metric) -> None:
    collection = make_clusters(1, metric, rows=240, dimension=DIMENSION)
    ids = collection.ids
    engine, oracle = make(metric, COLUMNS), Oracle(metric)
    random = np.random.default_rng(2)
    for sequence in range(1, 7):
        chosen = random.choice(240, 70, replace=False)
        some = [ids[row] for row in chosen]
        columns = make_columns(len(some), sequence)
        removed = [ids[row] for row in random.choice(240, 30, replace=False)]
        vectors = collection.vectors[np.roll(chosen, 1)]
        engine.apply(sequence, removed, some, vectors, columns)
        oracle.apply(removed, some, vectors, columns)

        assert (engine.sequence, len(engine)) == (sequence, len(oracle.flat))
        found = engine.nearest(collection.queries, 12)
        assert plain(found) == oracle.nearest(collection.queries, 12, {})


@pytest.mark.parametrize(
    "where",
    [
        {"part": {7}},
        {"part": {LARGE}},
        {"part": {3, LARGE}, "year": {-2, 1}},
        {"owner": {b"owner-7", b"owner-8"}},
        {"part": {3}, "year": {0}, "owner": {b"owner-%d" % number for number in range(20)}},
        {
            "part": {3, 7},
            IDS: {*make_clusters(5, Metric.COSINE, rows=90, dimension=DIMENSION).ids, bytes(16)},
        },
    ],
    ids=["one", "unsigned", "two columns", "bytes", "three columns", "ids"],
)
def test_a_filter_gives_what_flat_finds_in_the_subset(
    make: Make, metric: Metric, where: Where
) -> None:
    engine, oracle, queries = filled(make, metric)
    found = engine.nearest(queries, 9, where=where)

    assert plain(found) == oracle.nearest(queries, 9, where)
    for nearest in found:
        for name, allowed in where.items():
            values = nearest.ids if name == IDS else nearest.columns[name].tolist()
            assert set(values) <= set(allowed)


@pytest.mark.parametrize(
    "where",
    [{"part": set()}, {"part": {99}}, {"year": {2**40}}, {"owner": {b"somebody-else"}}],
    ids=["none allowed", "not there", "beyond the type", "longer than the type"],
)
def test_a_filter_that_allows_nothing_finds_nothing(make: Make, where: Where) -> None:
    engine, _, queries = filled(make, Metric.COSINE)

    assert [nearest.ids for nearest in engine.nearest(queries[:2], 5, where=where)] == [[], []]


def test_hits_bring_their_columns_in_their_types(make: Make) -> None:
    engine, _, queries = filled(make, Metric.COSINE)
    columns, ids = make_columns(300), make_ids(300)
    [nearest] = engine.nearest(queries[:1], 20)
    rows = [ids.index(key) for key in nearest.ids]

    for name, code in COLUMNS.items():
        assert nearest.columns[name].dtype == np.dtype(code)
        np.testing.assert_array_equal(nearest.columns[name], columns[name][rows])


def test_ties_are_ordered_by_id_whatever_their_number(make: Make, metric: Metric) -> None:
    engine = make(metric)
    ids = make_ids(150)
    engine.apply(1, [], ids, np.ones((150, DIMENSION), dtype=np.float32))

    for nearest in engine.nearest(np.ones((2, DIMENSION), dtype=np.float32), 20):
        assert nearest.ids == sorted(ids)[:20]
        assert len(set(nearest.scores.tolist())) == 1


def test_more_hits_than_there_are_vectors_are_all_of_them(make: Make) -> None:
    engine, oracle, queries = filled(make, Metric.COSINE, rows=40)

    assert plain(engine.nearest(queries, 1_000)) == oracle.nearest(queries, 1_000, {})


def test_an_empty_engine_finds_nothing(make: Make) -> None:
    engine = make(columns=COLUMNS)

    assert (engine.sequence, len(engine)) == (0, 0)
    [nearest] = engine.nearest(np.ones((1, DIMENSION), dtype=np.float32), 5)
    assert nearest.ids == []
    assert nearest.columns["part"].dtype == np.uint64
    assert engine.nearest(NOTHING, 5) == []


def test_what_was_removed_is_found_no_more_and_may_come_back(make: Make) -> None:
    engine = make()
    first, second = make_ids(2)
    vectors = np.eye(2, DIMENSION, dtype=np.float32)
    engine.apply(1, [], [first, second], vectors)
    engine.apply(2, [first, make_ids(1, first=9)[0]], [], NOTHING)
    assert [nearest.ids for nearest in engine.nearest(vectors[:1], 5)] == [[second]]
    engine.apply(3, [first], [first], vectors[1:])

    [nearest] = engine.nearest(vectors[1:], 5)
    assert nearest.ids == sorted([first, second])
    assert nearest.scores.tolist() == [1, 1]


def test_a_change_that_was_applied_is_passed_over(make: Make) -> None:
    engine = make()
    [key] = make_ids(1)
    vectors = np.eye(1, DIMENSION, dtype=np.float32)
    engine.apply(4, [], [key], vectors)
    engine.apply(4, [key], [], NOTHING)
    engine.apply(3, [key], [], NOTHING)

    assert (engine.sequence, len(engine)) == (4, 1)


@pytest.mark.parametrize("size", [1e-38, 1e14])
def test_cosine_knows_no_length(make: Make, size: float) -> None:
    engine = make()
    vectors = np.zeros((2, DIMENSION), dtype=np.float32)
    vectors[:, 0], vectors[1, 1] = size, size
    engine.apply(1, [], make_ids(2), vectors)

    [nearest] = engine.nearest(np.eye(2, DIMENSION, dtype=np.float32)[1:] * np.float32(size), 2)
    np.testing.assert_allclose(nearest.scores, [0.5**0.5, 0], atol=1e-6)


ONE = np.ones((1, DIMENSION), dtype=np.float32)


@pytest.mark.parametrize(
    ("vectors", "error"),
    [
        pytest.param(ONE.astype(np.float64), DtypeError, id="float64"),
        pytest.param(np.ones((1, 4), dtype=np.float32), ShapeError, id="wrong dimension"),
        pytest.param(ONE[0], ShapeError, id="one axis"),
        pytest.param(ONE * np.float32("nan"), NonFiniteError, id="NaN"),
        pytest.param(ONE * np.float32("inf"), NonFiniteError, id="infinity"),
        pytest.param(ONE * np.float32(0), ZeroVectorError, id="zero under cosine"),
    ],
)
def test_bad_vectors_are_refused_as_changes_and_as_queries(
    make: Make, vectors: Vectors, error: type[VectorIndexError]
) -> None:
    engine = make()
    with pytest.raises(error):
        engine.apply(1, [], make_ids(1), vectors)
    with pytest.raises(error):
        engine.nearest(vectors, 1)
    assert (engine.sequence, len(engine)) == (0, 0)


@pytest.mark.parametrize(
    ("ids", "columns", "error"),
    [
        pytest.param([b"short"], make_columns(1), IdError, id="wrong length"),
        pytest.param(make_ids(1) * 2, make_columns(2), IdError, id="twice"),
        pytest.param([], make_columns(1), ShapeError, id="too few"),
        pytest.param(make_ids(1), {}, ColumnError, id="without columns"),
        pytest.param(make_ids(1), {**make_columns(1), "more": ONE}, ColumnError, id="unknown"),
        pytest.param(make_ids(1), {**make_columns(1), "year": np.zeros(1)}, ColumnError, id="type"),
        pytest.param(make_ids(1), make_columns(2), ShapeError, id="longer columns"),
    ],
)
def test_bad_changes_are_refused_whole(
    make: Make, ids: list[bytes], columns: Any, error: type[VectorIndexError]
) -> None:
    engine = make(columns=COLUMNS)
    with pytest.raises(error):
        engine.apply(1, [], ids, ONE[:1].repeat(max(1, len(ids)), axis=0), columns)
    assert (engine.sequence, len(engine)) == (0, 0)


@pytest.mark.parametrize("where", [{"other": {1}}, {"part": {b"3"}}, {"owner": {3}}])
def test_conditions_on_what_is_no_column_are_refused(make: Make, where: Where) -> None:
    with pytest.raises(ColumnError):
        make(columns=COLUMNS).nearest(ONE, 1, where=where)


@pytest.mark.parametrize("k", [0, -1])
def test_less_than_one_hit_is_refused(make: Make, k: int) -> None:
    with pytest.raises(LimitError):
        make().nearest(ONE, k)


def test_columns_of_a_type_that_not_every_engine_keeps_are_refused(make: Make) -> None:
    with pytest.raises(ColumnError):
        make(columns={"weight": "<f4"})
