"""An index of words finds what BM25F says, whatever happened to its files."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lexical_oracle import Oracle

from vectorindex.errors import (
    ColumnError,
    DamagedFileError,
    IdError,
    MissingFileError,
    OtherIndexError,
    SettingError,
    ShapeError,
    WriterBusyError,
)
from vectorindex.lexical.building import Text
from vectorindex.lexical.index import LexicalIndex, LexicalSettings
from vectorindex.lexical.query import Alternative, Clause, WordQuery
from vectorindex.lexical.recipe import Field, Recipe
from vectorindex.lexical.snapshot import Snapshot

RECIPE = Recipe((Field("title", 2.5, 0.3, 2), Field("body", 1, 0.8, 6)), saturation=0.9)
SETTINGS = LexicalSettings(RECIPE, {"kind": "<i8"})
# Few, so that texts share them; some begin alike, one is longer than what is compared at first.
VOCABULARY = [b"a", b"ab", b"abc", b"b", b"ba", b"c", b"d", b"incomparable", b"incomparably"]


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def random_text(random: Random) -> Text:
    def field(longest: int) -> list[tuple[bytes, ...]]:
        words = random.choices(VOCABULARY, k=random.randint(0, longest))
        # A word may stand under another term too, as under its stem.
        return [(word, b"~" + word[:1]) if random.random() < 0.3 else (word,) for word in words]

    return (field(3), field(8))


def random_query(random: Random) -> WordQuery:
    def alternative() -> Alternative:
        word = random.choice([*VOCABULARY, b"~a", b"absent"])
        return Alternative(word, random.choice([1, 1, 0.5]), is_prefix=random.random() < 0.2)

    clauses = {
        Clause(tuple(alternative() for _ in range(random.choice([1, 1, 1, 3]))), weight)
        for weight in random.choices([1, 1, 0.25], k=random.randint(1, 4))
    }
    phrase = tuple(random.choices(VOCABULARY[:6], k=random.randint(1, 3)))
    return WordQuery(tuple(clauses), (phrase,) if random.random() < 0.3 else ())


def assert_equal(snapshot: Snapshot, oracle: Oracle, query: WordQuery, k: int = 1000) -> None:
    found = snapshot.search(query, k)
    ids, scores = snapshot.ids_of(found.rows), found.scores.tolist()
    wanted = oracle.scores(query)
    assert len(set(ids)) == len(ids) == min(k, len(wanted))
    assert scores == pytest.approx([wanted[each] for each in ids], rel=1e-5)
    assert list(zip(ids, scores, strict=True)) == sorted(
        zip(ids, scores, strict=True), key=lambda hit: (-hit[1], hit[0])
    )
    left_out = [score for each, score in wanted.items() if each not in set(ids)]
    assert max(left_out, default=0) <= min(scores, default=0) * (1 + 1e-5) or not scores


def put(index: LexicalIndex, oracle: Oracle, numbers: Sequence[int], random: Random) -> None:
    texts = [random_text(random) for _ in numbers]
    columns = {"kind": np.array(numbers, dtype=np.int64) % 3}
    index.apply(index.sequence + 1, [], [key(each) for each in numbers], texts, columns)
    oracle.texts |= {key(each): text for each, text in zip(numbers, texts, strict=True)}


def drop(index: LexicalIndex, oracle: Oracle, numbers: Sequence[int]) -> None:
    ids = [key(each) for each in numbers]
    index.apply(index.sequence + 1, ids, [], [], {"kind": np.empty(0, dtype=np.int64)})
    for each in ids:
        oracle.texts.pop(each, None)


def seal(index: LexicalIndex, *, everything: bool = False) -> None:
    with index.lock():
        index.seal()
        if everything:
            index.merge(everything=True)


@pytest.fixture
def filled(tmp_path: Path) -> tuple[LexicalIndex, Oracle]:
    """Texts in a segment, some of them dead, and others in the tail."""
    random, oracle = Random(3), Oracle(RECIPE)
    index = LexicalIndex(tmp_path, SETTINGS)
    put(index, oracle, range(40), random)
    seal(index)
    drop(index, oracle, range(5, 9))
    put(index, oracle, range(36, 50), random)
    return index, oracle


steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "drop", "seal", "merge", "reopen"]),
        st.integers(0, 2**16),
    ),
    max_size=14,
)


@given(steps=steps, seed=st.integers(0, 2**16))
@settings(max_examples=60)
def test_after_any_history_it_equals_the_formula(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]], seed: int
) -> None:
    directory = tmp_path_factory.mktemp("index")
    index, oracle = LexicalIndex(directory, SETTINGS), Oracle(RECIPE)
    for action, number in steps:
        random = Random(number)
        numbers = random.sample(range(30), random.randint(1, 12))
        match action:
            case "put":
                put(index, oracle, numbers, random)
            case "drop":
                drop(index, oracle, numbers)
            case "seal" | "merge":
                seal(index, everything=action == "merge")
            case _:
                seal(index)
                index = LexicalIndex(directory, SETTINGS)
    assert len(index) == len(oracle.texts)
    random = Random(seed)
    for k in (1000, 1000, 1000, 3):
        assert_equal(index.snapshot, oracle, random_query(random), k)


def test_other_processes_adopt_what_one_wrote_and_keep_what_came_later(tmp_path: Path) -> None:
    random, oracle = Random(1), Oracle(RECIPE)
    writer = LexicalIndex(tmp_path, SETTINGS)
    put(writer, oracle, range(20), random)
    reader = LexicalIndex(tmp_path, SETTINGS)
    for number, (each, text) in enumerate(oracle.texts.items(), start=1):
        columns = {"kind": np.zeros(1, dtype=np.int64)}
        reader.apply(number, [], [each], [text], columns)
    seal(writer)
    assert reader.refresh()
    assert reader.sequence == 20
    drop(reader, oracle, [3])
    for _ in range(10):
        assert_equal(reader.snapshot, oracle, random_query(random))


def test_a_search_goes_on_in_what_it_began_with(filled: tuple[LexicalIndex, Oracle]) -> None:
    index, oracle = filled
    before, texts = index.snapshot, dict(oracle.texts)
    drop(index, oracle, range(50))
    seal(index, everything=True)
    random = Random(5)
    for _ in range(10):
        assert_equal(before, Oracle(RECIPE, texts), random_query(random))
    assert not len(index)
    assert not len(index.search(random_query(random), 5).rows)


def test_a_mask_chooses_before_ranking_and_leaves_scores_alone(
    filled: tuple[LexicalIndex, Oracle],
) -> None:
    index, oracle = filled
    snapshot = index.snapshot
    rows = np.arange(snapshot.row_count)
    mask = snapshot.take("kind", rows) == 1
    query = WordQuery((Clause((Alternative(b"a"),)), Clause((Alternative(b"b"),))))
    found = snapshot.search(query, 4, mask=mask)
    wanted = {
        each: score
        for each, score in oracle.scores(query).items()
        if int.from_bytes(each, "big") % 3 == 1
    }
    best = sorted(wanted.values(), reverse=True)[:4]
    assert found.scores.tolist() == pytest.approx(best, rel=1e-5)
    assert set(snapshot.ids_of(found.rows)) <= wanted.keys()


def test_a_change_that_was_applied_is_passed_over(filled: tuple[LexicalIndex, Oracle]) -> None:
    index, _ = filled
    before = index.snapshot
    index.apply(1, [key(1)], [], [], {"kind": np.empty(0, dtype=np.int64)})
    assert index.snapshot is before


def test_many_small_changes_stay_few_runs_in_memory(tmp_path: Path) -> None:
    random, oracle = Random(2), Oracle(RECIPE)
    index = LexicalIndex(tmp_path, SETTINGS)
    for number in range(300):
        put(index, oracle, [number], random)
    assert len(index.snapshot.tail) <= 6
    assert_equal(index.snapshot, oracle, random_query(random))


def test_damaged_files_are_refused(filled: tuple[LexicalIndex, Oracle]) -> None:
    index, _ = filled
    seal(index, everything=True)
    (path,) = index.directory.glob("words-*.lxv")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(DamagedFileError):
        LexicalIndex(index.directory, SETTINGS)
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(DamagedFileError):
        LexicalIndex(index.directory, SETTINGS).verify()
    path.unlink()
    with pytest.raises(MissingFileError):
        LexicalIndex(index.directory, SETTINGS)


def test_files_of_another_recipe_are_refused(filled: tuple[LexicalIndex, Oracle]) -> None:
    index, _ = filled
    seal(index)
    other = LexicalSettings(Recipe(RECIPE.fields, saturation=2), SETTINGS.columns)
    with pytest.raises(OtherIndexError):
        LexicalIndex(index.directory, other)


def test_only_one_process_writes(filled: tuple[LexicalIndex, Oracle]) -> None:
    index, _ = filled
    with index.lock(), pytest.raises(WriterBusyError), index.lock():
        pass


@pytest.mark.parametrize(
    ("ids", "texts", "columns", "error"),
    [
        ([b"short"], [([], [])], {"kind": np.zeros(1, dtype=np.int64)}, IdError),
        ([key(1), key(1)], [([], [])] * 2, {"kind": np.zeros(2, dtype=np.int64)}, IdError),
        ([key(1)], [([],)], {"kind": np.zeros(1, dtype=np.int64)}, ShapeError),
        ([key(1)], [([], [])], {}, ColumnError),
    ],
    ids=["short id", "id twice", "too few fields", "no column"],
)
def test_what_is_not_a_text_of_the_index_is_refused(
    filled: tuple[LexicalIndex, Oracle], ids, texts, columns, error
) -> None:
    index, _ = filled
    before = index.snapshot
    with pytest.raises(error):
        index.apply(index.sequence + 1, [], ids, texts, columns)
    assert index.snapshot is before


@pytest.mark.parametrize(
    "field", [Field("x", weight=0), Field("x", length_share=1.1), Field("x", usual_length=0)]
)
def test_a_recipe_that_scores_nothing_is_refused(field: Field) -> None:
    with pytest.raises(SettingError):
        Recipe((field,))
