"""Tables distilled from MiniLM: how they are fitted, kept, found and used."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.embeddings.errors import AlteredWeightsError, MissingWeightsError
from infra.embeddings.hashing import HashingEmbedder
from infra.embeddings.minilm.embedder import MiniLmEmbedder
from infra.embeddings.protocol import Embedder, EmbeddingModel
from infra.embeddings.registry import Embedders
from infra.embeddings.static.distillation import distill_table
from infra.embeddings.static.embedder import StaticEmbedder
from infra.embeddings.static.fitting import PENALTY, fit
from infra.embeddings.static.folder import keep_table
from infra.embeddings.static.table import StaticTable, to_table
from infra.embeddings.static.word_counts import MOST_MEMBERS, Groups, WordCounts, listed
from infra.settings import Settings

PIECES = ["[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz.,", "##s", "##ing"]
TEXTS = [
    f"{size} {kind} {doing} {place}"
    for size in ("a small", "a large", "an old")
    for kind in ("bird", "fish", "boat", "house", "stone", "child")
    for doing in ("that sings", "that swims", "resting", "seen")
    for place in ("in a tree", "in the sea", "near a river", "at night")
]
WORDS = 40

word_lists = st.lists(
    st.lists(st.integers(0, WORDS - 1), max_size=3 * MOST_MEMBERS), min_size=1, max_size=30
)


def watch(what: str, done: int, total: int) -> None:
    assert 0 <= done <= total, what


@pytest.fixture(scope="module")
def table(minilm: MiniLmEmbedder) -> StaticTable:
    return distill_table(TEXTS, PIECES, minilm, watch)


@given(word_lists)
def test_products_are_those_of_the_matrix(texts: list[list[int]]) -> None:
    counts = WordCounts(texts, WORDS)
    matrix = np.array([np.bincount(text, minlength=WORDS) for text in texts], dtype=np.float32)
    # Whole numbers, so that no order of addition rounds.
    random = np.random.default_rng(len(texts))
    of_words = random.integers(-9, 10, (WORDS, 5)).astype(np.float32)
    of_texts = random.integers(-9, 10, (len(texts), 5)).astype(np.float32)

    np.testing.assert_array_equal(counts.sum_words(of_words), matrix @ of_words)
    np.testing.assert_array_equal(counts.sum_texts(of_texts), matrix.T @ of_texts)

    members, sizes = listed(texts)
    weights = random.integers(-9, 10, len(members)).astype(np.float32)
    rows = np.repeat(np.arange(len(texts)), sizes)
    weighted = np.zeros((len(texts), WORDS), dtype=np.float32)
    np.add.at(weighted, (rows, members), weights)
    products = Groups(members, sizes, weights).sum(of_words)
    np.testing.assert_array_equal(products, weighted @ of_words)


def test_the_fit_is_that_of_the_normal_equations() -> None:
    random = np.random.default_rng(3)
    texts = [random.integers(0, 8, random.integers(1, 9)).tolist() for _ in range(300)]
    targets = random.standard_normal((300, 4)).astype(np.float32)
    scaled = np.array([np.bincount(text, minlength=8) / len(text) ** 0.5 for text in texts])
    exact = np.linalg.solve(scaled.T @ scaled + PENALTY * np.eye(8), scaled.T @ targets)

    fitted = fit(WordCounts(texts, 8), targets, lambda *_: None)

    np.testing.assert_allclose(fitted, exact, atol=1e-4)


def likeness(embedder: Embedder) -> np.ndarray:
    vectors = embedder.embed(TEXTS)
    return np.triu(vectors @ vectors.T, 1).ravel()


def test_a_distilled_table_finds_alike_what_its_teacher_does(
    table: StaticTable, minilm: MiniLmEmbedder
) -> None:
    taught, hashed, teachers = map(likeness, (StaticEmbedder(table), HashingEmbedder(), minilm))

    agreement = np.corrcoef([taught, hashed, teachers])[2]
    assert agreement[0] > 0.95
    assert agreement[0] > agreement[1]


@pytest.mark.parametrize("text", ["", "!?", "\U0001f600", "\ud800", "zzz" * 99, "word " * 50_000])
def test_every_text_has_a_vector_of_unit_length(table: StaticTable, text: str) -> None:
    [vector] = StaticEmbedder(table).embed([text])

    assert np.linalg.norm(vector) == pytest.approx(1)


def test_a_vector_does_not_depend_on_batch_mates(table: StaticTable) -> None:
    embedder = StaticEmbedder(table)
    together = embedder.embed(TEXTS * 8)

    np.testing.assert_array_equal(together[-1], embedder.embed(TEXTS[-1:])[0])
    assert embedder.embed([]).shape == (0, table.dimension)


def test_a_kept_table_is_what_new_libraries_get(table: StaticTable, tmp_path: Path) -> None:
    keep_table(tmp_path, "static", table)

    embedder = Embedders(Settings(data_dir=tmp_path)).newest("static")

    assert embedder.model == EmbeddingModel("static", table.name, table.dimension)
    np.testing.assert_array_equal(embedder.embed(TEXTS), StaticEmbedder(table).embed(TEXTS))


def test_a_library_keeps_the_table_it_was_made_with(table: StaticTable, tmp_path: Path) -> None:
    keep_table(tmp_path, "static", table)
    stored = Embedders(Settings(data_dir=tmp_path)).newest("static").model
    other = to_table(table.words, table.vectors() * np.float32(-2), origin="minilm")
    keep_table(tmp_path, "static", other)
    embedders = Embedders(Settings(data_dir=tmp_path))

    assert embedders.get(stored).model.name == table.name
    assert embedders.newest("static").model.name == other.name != table.name


def test_without_a_table_the_command_that_makes_one_is_named(tmp_path: Path) -> None:
    embedders = Embedders(Settings(data_dir=tmp_path))

    with pytest.raises(MissingWeightsError, match="`lexigraph distill`"):
        embedders.newest("static")
    with pytest.raises(MissingWeightsError, match="Bring the file back"):
        embedders.get(EmbeddingModel("static", "minilm-0123456789abcdef", 256))


@pytest.mark.parametrize("damage", ["cut short", "a bit flipped", "another table"])
def test_an_altered_table_is_refused(table: StaticTable, tmp_path: Path, damage: str) -> None:
    path = keep_table(tmp_path, "static", table)
    content = bytearray(path.read_bytes())
    if damage == "cut short":
        path.write_bytes(content[:-100])
    elif damage == "a bit flipped":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        other = keep_table(
            tmp_path, "static", to_table(table.words, -table.vectors(), origin="minilm")
        )
        path.write_bytes(other.read_bytes())

    with pytest.raises(AlteredWeightsError, match="damaged or altered"):
        Embedders(Settings(data_dir=tmp_path)).get(
            EmbeddingModel("static", table.name, table.dimension)
        )
