"""What an engine in Milvus promises beyond the laws of all engines."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from milvus_server import milvus_server
from pymilvus import MilvusClient
from vector_collections import make_clusters, make_ids

from vectorindex.errors import EngineError, LimitError, OtherIndexError
from vectorindex.flat import FlatIndex
from vectorindex.milvus.engine import MilvusEngine, MilvusSettings
from vectorindex.milvus.searching import MOST_HITS
from vectorindex.protocol import Metric

DIMENSION = 16
NOTHING = np.empty((0, DIMENSION), dtype=np.float32)


@pytest.fixture
def settings() -> MilvusSettings:
    """Of a collection that is not there yet."""
    return MilvusSettings(f"test_{uuid4().hex}", DIMENSION, Metric.COSINE, {"number": "<i8"})


def numbers(count: int) -> dict[str, np.ndarray]:
    return {"number": np.arange(count, dtype=np.int64)}


@pytest.mark.parametrize("share", [1.0, 0.3, 0.02])
@pytest.mark.parametrize("metric", list(Metric))
def test_its_graph_finds_nearly_all_that_flat_finds(
    milvus: MilvusClient, settings: MilvusSettings, metric: Metric, share: float
) -> None:
    collection = make_clusters(3, metric, rows=3_000, dimension=DIMENSION, copies=0)
    ids = collection.ids
    engine, flat = MilvusEngine(milvus, replace(settings, metric=metric)), FlatIndex(16, metric)
    engine.apply(1, [], ids, collection.vectors, {"number": np.arange(3_000) % 100})
    flat.add(ids, collection.vectors)
    milvus.flush(settings.collection)  # what was sealed is searched by the graph
    allowed = set(range(round(100 * share)))
    mask = np.isin(np.arange(3_000) % 100, list(allowed))
    exact = flat.search(collection.queries, 10, mask=mask).rows

    found = engine.nearest(collection.queries, 10, where={"number": allowed})
    shared = [set(a.ids) & set(flat.ids_of(b)) for a, b in zip(found, exact, strict=True)]
    assert sum(map(len, shared)) >= 0.95 * exact.size


def test_a_collection_that_is_there_is_gone_on_with(
    milvus: MilvusClient, settings: MilvusSettings
) -> None:
    first = MilvusEngine(milvus, settings)
    vectors = np.eye(3, DIMENSION, dtype=np.float32)
    first.apply(7, [], make_ids(3), vectors, numbers(3))
    again = MilvusEngine(milvus, settings)

    assert (again.sequence, len(again)) == (7, 3)
    assert again.nearest(vectors[:1], 1)[0].ids == make_ids(1)


def test_readers_learn_how_far_the_writer_is(
    milvus: MilvusClient, settings: MilvusSettings, milvus_address: str
) -> None:
    writer = MilvusEngine(milvus, settings)
    reader = MilvusEngine(MilvusClient(milvus_address, timeout=20), settings)
    writer.apply(1, [], make_ids(2), np.eye(2, DIMENSION, dtype=np.float32), numbers(2))
    writer.apply(2, make_ids(1), [], NOTHING, numbers(0))
    assert reader.sequence == 0
    reader.refresh()

    assert reader.sequence == 2
    assert len(reader.nearest(np.eye(1, DIMENSION, dtype=np.float32), 5)[0].ids) == 1


def test_a_change_that_was_cut_off_is_applied_again(
    milvus: MilvusClient, settings: MilvusSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = MilvusEngine(milvus, settings)
    vectors = np.eye(3, DIMENSION, dtype=np.float32)
    engine.apply(1, [], make_ids(2), vectors[:2], numbers(2))

    def crash(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    change = (2, make_ids(1), make_ids(1, first=2), vectors[2:], numbers(1))
    with monkeypatch.context() as patch:
        patch.setattr(milvus, "upsert", crash)
        with pytest.raises(KeyboardInterrupt):
            engine.apply(*change)
    again = MilvusEngine(milvus, settings)
    assert again.sequence == 1
    again.apply(*change)

    assert (again.sequence, len(again)) == (2, 2)
    assert again.nearest(vectors[2:], 1)[0].ids == make_ids(1, first=2)


def test_a_change_larger_than_a_message_is_sent_in_parts(
    milvus: MilvusClient, settings: MilvusSettings
) -> None:
    engine = MilvusEngine(milvus, replace(settings, dimension=2_500))
    vectors = np.random.default_rng(1).standard_normal((1_000, 2_500), dtype=np.float32)
    engine.apply(1, [], make_ids(1_000), vectors, numbers(1_000))
    engine.apply(2, make_ids(999), [], vectors[:0], numbers(0))

    assert len(engine) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"dimension": 8},
        {"metric": Metric.SQUARED_L2},
        {"columns": {"number": "S4"}},
        {"columns": {}},
    ],
    ids=["dimension", "metric", "type of a column", "columns"],
)
def test_a_collection_made_for_something_else_is_refused(
    milvus: MilvusClient, settings: MilvusSettings, other: dict[str, object]
) -> None:
    MilvusEngine(milvus, settings)

    with pytest.raises(OtherIndexError):
        MilvusEngine(milvus, replace(settings, **other))


def test_a_dropped_collection_begins_anew(milvus: MilvusClient, settings: MilvusSettings) -> None:
    engine = MilvusEngine(milvus, settings)
    engine.apply(1, [], make_ids(1), np.eye(1, DIMENSION, dtype=np.float32), numbers(1))
    engine.drop()
    anew = MilvusEngine(milvus, settings)

    assert (anew.sequence, len(anew)) == (0, 0)


def test_more_hits_than_milvus_returns_are_refused(
    milvus: MilvusClient, settings: MilvusSettings
) -> None:
    engine = MilvusEngine(milvus, settings)

    with pytest.raises(LimitError, match="16384"):
        engine.nearest(np.ones((1, DIMENSION), dtype=np.float32), MOST_HITS + 1)


def test_a_milvus_that_went_away_is_an_engine_error(
    tmp_path: Path, settings: MilvusSettings
) -> None:
    with milvus_server(tmp_path) as address:
        client = MilvusClient(address, timeout=2)
        engine = MilvusEngine(client, settings)
    one = np.ones((1, DIMENSION), dtype=np.float32)

    with pytest.raises(EngineError):
        engine.nearest(one, 1)
    with pytest.raises(EngineError):
        engine.apply(1, [], make_ids(1), one, numbers(1))
    assert engine.sequence == 0
    client.close()
