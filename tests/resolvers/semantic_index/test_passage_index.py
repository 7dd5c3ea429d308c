from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from bson import ObjectId
from hypothesis import given
from hypothesis import strategies as st

from resolvers.semantic_index.columns import COLUMNS, PassageRow, SearchFilter
from resolvers.semantic_index.id_set import IdSet
from resolvers.semantic_index.passage_index import (
    PassageChange,
    PassageIndex,
    PassageQuery,
)
from vectorindex.protocol import Metric
from vectorindex.segments.index import SegmentedIndex
from vectorindex.segments.settings import Settings

DIMENSION = 4


def text_hash(number: int) -> bytes:
    return number.to_bytes(16, "big")


def definition(
    number: int, word: int, text: int, part_of_speech: str = "noun", language: str = "en"
) -> PassageRow:
    return PassageRow(
        id=ObjectId(number.to_bytes(12, "big")),
        owner_id=ObjectId(word.to_bytes(12, "big")),
        text_hash=text_hash(text),
        part_of_speech=part_of_speech,
        language=language,
    )


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def empty_index(folder: Path) -> PassageIndex:
    return PassageIndex(SegmentedIndex(folder, Settings(DIMENSION, Metric.COSINE, COLUMNS)))


def put(index: PassageIndex, *passages: PassageRow, vectors: Sequence[np.ndarray]) -> None:
    stacked = np.stack([*vectors, np.empty(DIMENSION, np.float32)])[:-1]
    index.apply(index.sequence + 1, PassageChange([], passages, stacked))


def remove(index: PassageIndex, *numbers: int) -> None:
    ids = [ObjectId(number.to_bytes(12, "big")) for number in numbers]
    nothing = np.empty((0, DIMENSION), np.float32)
    index.apply(index.sequence + 1, PassageChange(ids, [], nothing))


NORTH, EAST, BETWEEN = unit(1, 0, 0, 0), unit(0, 1, 0, 0), unit(1, 1, 0, 0)


@pytest.fixture
def index(tmp_path: Path) -> PassageIndex:
    """Words 1 and 2 share text 1 (north); word 1 also says text 2 (east); word 3 says text 3."""
    index = empty_index(tmp_path)
    put(
        index,
        definition(11, word=1, text=1),
        definition(12, word=1, text=2, part_of_speech="verb"),
        definition(21, word=2, text=1, language="fr"),
        definition(31, word=3, text=3),
        vectors=[NORTH, EAST, NORTH, BETWEEN],
    )
    return index


def words(
    index: PassageIndex,
    vector: np.ndarray,
    count: int = 10,
    **search_filter: frozenset[str] | IdSet,
) -> list[tuple[int, int]]:
    found = index.search([PassageQuery(vector, SearchFilter(**search_filter), count)])[0]
    return [(number(hit.id), number(hit.passage_id)) for hit in found.hits(by_owner=True)]


def number(id: ObjectId) -> int:
    return int.from_bytes(id.binary, "big")


def test_a_word_stands_once_with_its_best_definition(index: PassageIndex) -> None:
    assert words(index, EAST) == [(1, 12), (3, 31), (2, 21)]


def test_words_that_share_a_text_are_all_found_in_the_order_of_their_ids(
    index: PassageIndex,
) -> None:
    assert words(index, NORTH)[:2] == [(1, 11), (2, 21)]


def test_a_filter_is_applied_before_ranking(index: PassageIndex) -> None:
    assert words(index, NORTH, 1, part_of_speech=frozenset({"verb"})) == [(1, 12)]
    assert words(index, NORTH, languages=frozenset({"fr"})) == [(2, 21)]
    assert words(index, NORTH, languages=frozenset({"de"})) == []


def test_owners_are_told_apart_that_share_half_of_their_ids(index: PassageIndex) -> None:
    high, low = 1 << 40, 7 << 8  # ids may end in zeros
    for number, word in enumerate([high + 1, high + low, 2 * high + 1, 2 * high + low], start=50):
        put(index, definition(number, word=word, text=3), vectors=[BETWEEN])
    owners = IdSet.of(ObjectId(n.to_bytes(12, "big")) for n in (high + 1, 2 * high + low))
    assert {word for word, _ in words(index, NORTH, owners=owners)} == {high + 1, 2 * high + low}


def test_single_passages_are_allowed_in_segments_and_behind_them(index: PassageIndex) -> None:
    passages = IdSet.of(ObjectId(n.to_bytes(12, "big")) for n in (12, 21, 41, 99))
    index.index.seal()
    put(index, definition(41, word=4, text=3), definition(42, word=5, text=3), vectors=[EAST] * 2)
    assert words(index, NORTH, passages=passages) == [(2, 21), (1, 12), (4, 41)]
    assert words(index, NORTH, passages=IdSet.of([])) == []


def test_a_removed_definition_is_never_found_again(index: PassageIndex) -> None:
    remove(index, 31)
    assert words(index, BETWEEN) == [(1, 11), (2, 21)]


def test_a_changed_definition_is_found_by_its_new_text_only(index: PassageIndex) -> None:
    put(index, definition(31, word=3, text=2), vectors=[EAST])
    assert words(index, EAST)[:2] == [(1, 12), (3, 31)]
    assert words(index, BETWEEN) == [(1, 11), (2, 21), (3, 31)]


def test_filters_hold_in_segments_and_in_what_came_after_them(index: PassageIndex) -> None:
    verbs = frozenset({"verb"})
    with index.index.lock():
        index.index.seal()
    put(index, definition(41, word=4, text=2, part_of_speech="verb"), vectors=[EAST])
    assert words(index, EAST, part_of_speech=verbs) == [(1, 12), (4, 41)]
    remove(index, 12)
    assert words(index, EAST, part_of_speech=verbs) == [(4, 41)]
    with index.index.lock():
        index.index.seal()
        index.index.merge(everything=True)
    assert words(index, EAST, part_of_speech=verbs) == [(4, 41)]


@dataclass(frozen=True)
class Library:
    rows: list[PassageRow]
    vectors: np.ndarray


@st.composite
def libraries(draw: st.DrawFn) -> Library:
    texts = draw(st.integers(1, 12))
    rows = [
        definition(
            i + 1,
            word=draw(st.integers(1, 8)),
            text=draw(st.integers(0, texts - 1)),
            part_of_speech=draw(st.sampled_from(["noun", "verb", ""])),
        )
        for i in range(draw(st.integers(0, 30)))
    ]
    # Few directions, so that ties are common.
    choices = np.stack([NORTH, EAST, BETWEEN, -NORTH])
    picks = [draw(st.integers(0, len(choices) - 1)) for _ in range(texts)]
    return Library(rows, choices[picks])


def expected(library: Library, query: PassageQuery) -> list[tuple[ObjectId, float]]:
    """Score every definition that passes, keep each word's best, sort."""
    best: dict[ObjectId, float] = {}
    for row in library.rows:
        allowed = query.search_filter.part_of_speech
        if allowed is not None and row.part_of_speech not in allowed:
            continue
        text = int.from_bytes(row.text_hash, "big")
        score = float(np.vecdot(library.vectors[text], query.vector))
        best[row.owner_id] = max(score, best.get(row.owner_id, -2.0))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))[: query.count]


PARTS = st.sampled_from([None, *map(frozenset[str], ([], ["noun"], ["verb"], ["noun", "verb"]))])


@given(libraries(), st.integers(1, 10), PARTS)
def test_search_ranks_words_as_a_plain_loop_does(
    library: Library, count: int, parts: frozenset[str] | None
) -> None:
    search_filter = SearchFilter(part_of_speech=parts)
    queries = [PassageQuery(vector, search_filter, count) for vector in (NORTH, BETWEEN)]
    with TemporaryDirectory() as folder:
        index = empty_index(Path(folder))
        texts = [int.from_bytes(row.text_hash, "big") for row in library.rows]
        put(index, *library.rows, vectors=list(library.vectors[texts]))
        results = index.search(queries)
    for query, found in zip(queries, results, strict=True):
        wanted = expected(library, query)
        hits = found.hits(by_owner=True)
        assert [hit.id for hit in hits] == [word_id for word_id, _ in wanted]
        assert [hit.score for hit in hits] == pytest.approx([score for _, score in wanted])
