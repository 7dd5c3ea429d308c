"""An index in segments finds what an exact one in memory finds, whatever happened to its files."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vector_collections import Collection, make_clusters, recall

from vectorindex.breadth import Breadth
from vectorindex.errors import (
    ColumnError,
    IdError,
    OtherIndexError,
    WriteFailedError,
    WriterBusyError,
)
from vectorindex.flat import FlatIndex
from vectorindex.kinds import Kind
from vectorindex.protocol import Metric, VectorIndex, Vectors
from vectorindex.segments.index import SegmentedIndex
from vectorindex.segments.manifest import read_manifest
from vectorindex.segments.settings import Settings

DIMENSION = 8
EVERYTHING = Breadth(10**6, 10**6)


def small_index(directory: Path, metric: Metric = Metric.COSINE, **kwargs) -> SegmentedIndex:
    return SegmentedIndex(directory, Settings(DIMENSION, metric, breadth=EVERYTHING, **kwargs))


def found_ids(
    index: VectorIndex, queries: Vectors, k: int
) -> list[tuple[list[bytes], list[float]]]:
    hits = index.search(queries, k)
    return [
        (index.ids_of(rows), scores.tolist())
        for rows, scores in zip(hits.rows, hits.scores, strict=True)
    ]


def assert_same(index: SegmentedIndex, flat: FlatIndex, queries: Vectors) -> None:
    assert len(index) == len(flat)
    assert found_ids(index, queries, 12) == found_ids(flat, queries, 12)


def seal(index: SegmentedIndex) -> None:
    with index.lock():
        index.seal()


def put(index: SegmentedIndex, flat: FlatIndex, ids: list[bytes], vectors: Vectors) -> None:
    """Add, or replace, in both."""
    index.apply(index.sequence + 1, [], ids, vectors)
    flat.remove(ids)
    flat.add(ids, vectors)


def drop(index: SegmentedIndex, flat: FlatIndex, ids: list[bytes]) -> None:
    index.remove(ids)
    flat.remove(ids)


steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "drop", "seal", "merge", "reopen", "compact"]),
        st.integers(0, 2**16),
    ),
    max_size=14,
)


@given(steps=steps, metric=st.sampled_from(Metric))
@settings(max_examples=40)
def test_after_any_history_it_equals_flat(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]], metric: Metric
) -> None:
    directory = tmp_path_factory.mktemp("index")
    collection = make_clusters(1, metric, rows=400, dimension=DIMENSION)
    ids = collection.ids
    index, flat = small_index(directory, metric), FlatIndex(DIMENSION, metric)
    for step, seed in steps:
        chosen = np.random.default_rng(seed).choice(400, seed % 90 + 1, replace=False)
        some = [ids[row] for row in chosen]
        if step == "put":
            put(index, flat, some, collection.vectors[chosen])
        elif step == "drop":
            drop(index, flat, some)
        elif step == "seal":
            seal(index)
        elif step == "merge":
            with index.lock():
                index.merge(everything=bool(seed % 2))
        elif step == "reopen":
            seal(index)
            index = small_index(directory, metric)
        else:
            index.compact()
        assert_same(index, flat, collection.queries)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("metric", list(Metric))
def test_segments_of_every_kind_equal_flat_at_full_breadth(
    tmp_path: Path, kind: Kind, metric: Metric
) -> None:
    collection = make_clusters(2, metric, rows=9_000, dimension=DIMENSION)
    ids = collection.ids
    index = small_index(tmp_path, metric, kind=kind)
    flat = FlatIndex(DIMENSION, metric)
    for start in range(0, 9_000, 3_000):
        part = slice(start, start + 3_000)
        put(index, flat, ids[part], collection.vectors[part])
        drop(index, flat, ids[start : start + 300])
        seal(index)
    put(index, flat, ids[:2_500], collection.vectors[:2_500])

    assert len(index.snapshot.parts) == 4
    assert_same(index, flat, collection.queries)
    assert_same(seal_and_reopen(index), flat, collection.queries)
    index.compact()
    assert index.row_count == len(flat)
    assert_same(index, flat, collection.queries)


def seal_and_reopen(index: SegmentedIndex) -> SegmentedIndex:
    seal(index)
    return SegmentedIndex(index.directory, index.settings)


@pytest.mark.parametrize("kind", [Kind.BINARY, Kind.IVF])
def test_usual_breadth_finds_nearly_all(tmp_path: Path, kind: Kind) -> None:
    collection = make_clusters(2, Metric.COSINE, rows=12_000, dimension=24)
    index = SegmentedIndex(tmp_path, Settings(24, Metric.COSINE, kind=kind))
    flat = FlatIndex(24, Metric.COSINE)
    for each in (index, flat):
        each.add(collection.ids, collection.vectors)
    seal(index)

    exact = flat.search(collection.queries, 10)
    assert recall(index.search(collection.queries, 10), exact) > 0.9


def test_a_recall_is_reached_over_all_segments(tmp_path: Path) -> None:
    collection = make_clusters(5, Metric.COSINE, rows=9_000, dimension=24, copies=0)
    index = SegmentedIndex(tmp_path, Settings(24, Metric.COSINE, kind=Kind.IVF))
    flat = FlatIndex(24, Metric.COSINE)
    for start in range(0, 9_000, 3_000):
        part = slice(start, start + 3_000)
        put(index, flat, collection.ids[part], collection.vectors[part])
        seal(index)
    put(index, flat, collection.ids[:10], collection.vectors[:10])
    low, high = index.calibrate(0.6), index.calibrate(0.98)
    found, exact = (each.search(collection.queries, 10) for each in (index, flat))

    assert low.recall >= 0.58
    assert high.recall >= 0.96
    assert index.settings.breadth == high.breadth
    assert (found.scores >= exact.scores[:, -1:]).mean() > 0.9


# --- Followers


@pytest.fixture
def collection() -> Collection:
    return make_clusters(3, Metric.COSINE, rows=600, dimension=DIMENSION)


def test_a_follower_adopts_what_another_sealed_and_keeps_what_it_has_beyond(
    tmp_path: Path, collection: Collection
) -> None:
    ids, flat = collection.ids, FlatIndex(DIMENSION, Metric.COSINE)
    writer, follower = small_index(tmp_path), small_index(tmp_path)
    flat.add(ids[100:500], collection.vectors[100:500])
    for each in (writer, follower):
        each.apply(7, [], ids[:400], collection.vectors[:400])
    seal(writer)
    follower.apply(9, ids[:100], ids[400:500], collection.vectors[400:500])

    assert follower.refresh()
    assert (follower.sequence, follower.tail_rows) == (9, 100)
    assert_same(follower, flat, collection.queries)
    assert not follower.refresh()
    assert writer.sequence == 7


def test_a_follower_that_fell_behind_catches_up_by_adopting(
    tmp_path: Path, collection: Collection
) -> None:
    writer, follower = small_index(tmp_path), small_index(tmp_path)
    writer.apply(50, [], collection.ids, collection.vectors)
    seal(writer)
    follower.refresh()

    assert follower.sequence == 50
    assert found_ids(follower, collection.queries, 5) == found_ids(writer, collection.queries, 5)


def test_a_change_that_was_applied_is_passed_over(tmp_path: Path, collection: Collection) -> None:
    index = small_index(tmp_path)
    index.apply(5, [], collection.ids[:10], collection.vectors[:10])
    index.apply(5, collection.ids[:10], [], collection.vectors[:0])
    index.apply(4, collection.ids[:10], [], collection.vectors[:0])

    assert len(index) == 10


def test_a_snapshot_does_not_change_any_more(tmp_path: Path, collection: Collection) -> None:
    index = small_index(tmp_path)
    index.add(collection.ids[:300], collection.vectors[:300])
    seal(index)
    index.add(collection.ids[300:400], collection.vectors[300:400])
    snapshot = index.snapshot
    before = snapshot.search(collection.queries, 9)
    index.remove(collection.ids[:350])
    index.add(collection.ids[400:], collection.vectors[400:])
    index.compact()
    after = snapshot.search(collection.queries, 9)

    np.testing.assert_array_equal(before.rows, after.rows)
    np.testing.assert_array_equal(before.scores, after.scores)


def test_only_one_writes_at_a_time(tmp_path: Path, collection: Collection) -> None:
    one, other = small_index(tmp_path), small_index(tmp_path)
    one.add(collection.ids, collection.vectors)
    with one.lock(), pytest.raises(WriterBusyError), other.lock():
        pass
    seal(other)


# --- Filters


def test_columns_make_masks_across_segments(tmp_path: Path, collection: Collection) -> None:
    kinds = (np.arange(600) % 3).astype(np.int16)
    index = small_index(tmp_path, columns={"kind": "int16"})
    for sequence, part in enumerate((slice(0, 250), slice(250, 500), slice(500, 600)), start=1):
        index.apply(
            sequence, [], collection.ids[part], collection.vectors[part], {"kind": kinds[part]}
        )
        if sequence < 3:
            seal(index)
    snapshot = index.snapshot
    hits = snapshot.search(collection.queries, 20, mask=snapshot.column("kind") == 1)
    flat = FlatIndex(DIMENSION, Metric.COSINE)
    flat.add(collection.ids, collection.vectors)
    expected = flat.search(collection.queries, 20, mask=kinds == 1)

    assert snapshot.ids_of(hits.rows) == flat.ids_of(expected.rows)
    np.testing.assert_array_equal(hits.scores, expected.scores)


def test_wrong_columns_are_refused(tmp_path: Path, collection: Collection) -> None:
    index = small_index(tmp_path, columns={"kind": "int16"})
    one = (1, [], collection.ids[:1], collection.vectors[:1])

    for columns in (None, {"sort": np.zeros(1, np.int16)}, {"kind": np.zeros(1, np.int32)}):
        with pytest.raises(ColumnError):
            index.apply(*one, columns)
    with pytest.raises(ColumnError):
        index.snapshot.column("sort")
    assert len(index) == 0


# --- Door


def test_files_of_another_index_are_refused(tmp_path: Path, collection: Collection) -> None:
    index = small_index(tmp_path)
    index.add(collection.ids, collection.vectors)
    seal(index)

    for other in (
        Settings(DIMENSION + 1, Metric.COSINE),
        Settings(DIMENSION, Metric.SQUARED_L2),
        Settings(DIMENSION, Metric.COSINE, {"kind": "int8"}),
    ):
        with pytest.raises(OtherIndexError, match="rebuild"):
            SegmentedIndex(tmp_path, other)


def test_an_index_tells_its_files_and_the_recall_of_its_searches(tmp_path: Path) -> None:
    collection = make_clusters(5, Metric.COSINE, rows=6_000, dimension=24, copies=0)
    index = SegmentedIndex(tmp_path, Settings(24, Metric.COSINE, kind=Kind.BINARY))
    assert index.describe().segments == 0
    index.add(collection.ids, collection.vectors)
    seal(index)

    description = index.describe()
    assert (description.segments, description.kind) == (1, Kind.BINARY)
    written = sum(path.stat().st_size for path in tmp_path.glob("*.lxv"))
    assert description.size_bytes == written
    assert 0.9 < index.measure().recall <= 1.0
    assert small_index(tmp_path / "empty").measure().recall == 1.0


def test_a_known_id_is_not_added_twice(tmp_path: Path, collection: Collection) -> None:
    index = small_index(tmp_path)
    index.add(collection.ids[:5], collection.vectors[:5])
    seal(index)

    with pytest.raises(IdError):
        index.add(collection.ids[4:6], collection.vectors[4:6])
    assert len(index) == 5


def test_an_empty_index_answers_and_can_be_sealed(tmp_path: Path, collection: Collection) -> None:
    index = small_index(tmp_path)
    seal(index)

    assert index.search(collection.queries, 3).rows.shape == (6, 0)
    index.add(collection.ids, collection.vectors)
    index.remove(collection.ids)
    seal(index)
    assert small_index(tmp_path).sequence == 2
    assert index.search(collection.queries, 3).rows.shape == (6, 0)


# --- Faults


@contextmanager
def files_limited_to(size_bytes: int) -> Iterator[None]:
    """What a full disk does to a write: it fails in the middle."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size_bytes", [0, 1_000, 17_000, 30_000])
def test_a_full_disk_leaves_everything_as_it_was(
    tmp_path: Path, collection: Collection, size_bytes: int
) -> None:
    flat = FlatIndex(DIMENSION, Metric.COSINE)
    index = small_index(tmp_path)
    put(index, flat, collection.ids[:300], collection.vectors[:300])
    seal(index)
    files, manifest = sorted(tmp_path.iterdir()), read_manifest(tmp_path)
    index.add(collection.ids[300:], collection.vectors[300:])
    index.remove(collection.ids[:5])
    with files_limited_to(size_bytes), pytest.raises(WriteFailedError), index.lock():
        index.seal()

    assert sorted(tmp_path.iterdir()) == files
    assert read_manifest(tmp_path) == manifest
    assert_same(small_index(tmp_path), flat, collection.queries)
    drop(index, flat, collection.ids[:5])
    flat.add(collection.ids[300:], collection.vectors[300:])
    assert_same(seal_and_reopen(index), flat, collection.queries)


class CrashError(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("moment", range(7))
def test_a_crash_at_any_moment_leaves_the_old_index_or_the_new(
    tmp_path: Path, collection: Collection, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = FlatIndex(DIMENSION, Metric.COSINE), FlatIndex(DIMENSION, Metric.COSINE)
    index = small_index(tmp_path)
    put(index, old, collection.ids[:300], collection.vectors[:300])
    seal(index)
    new.add(collection.ids[1:], collection.vectors[1:])
    index.add(collection.ids[300:], collection.vectors[300:])
    index.remove(collection.ids[:1])
    left = iter(range(moment, -1, -1))

    def crashing(*args: object) -> None:
        if next(left, 0) == 0:
            raise CrashError

    for name in ("fsync", "replace", "unlink"):
        original = getattr(__import__("os"), name)

        def patched(*args: object, original=original, **kwargs: object) -> object:
            crashing()
            return original(*args, **kwargs)

        monkeypatch.setattr(f"os.{name}", patched)
    with suppress(CrashError):
        seal(index)
    monkeypatch.undo()

    survivor = small_index(tmp_path)
    assert_same(survivor, old if survivor.sequence == 1 else new, collection.queries)
    put(survivor, new, collection.ids[:1], collection.vectors[:1])
    seal(survivor)
    assert {path.name for path in tmp_path.glob("*.lxv")} == read_manifest(tmp_path).files
