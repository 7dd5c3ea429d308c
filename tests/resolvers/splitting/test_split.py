"""Laws of splitting, for any text: all of it is there, in order, overlapping as asked."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.limits import CHUNK_LIMIT
from resolvers.splitting.sentences import sentences
from resolvers.splitting.split import Piece, split_headings, split_sentences, split_tokens
from resolvers.splitting.tokens import tokens

MARKS = [
    *"aA1.!?,'\"()#~` \n\t",
    "\r\n",
    "\u2029",
    "\u200d",
    "\u0301",
    "\x1f",
    "。",
    "é",
    "ก",
    "日",
]
WORDS = ["🇩", "👩", "...", "U.S.", "3.14", "\n\n", "\n# ", "\n## ", "\n```\n", "word ", "Word. "]
TELLING = st.sampled_from([*MARKS, *WORDS])
TEXTS = st.one_of(
    st.lists(TELLING, max_size=80).map("".join),
    st.text(max_size=80),
)
SIZES = st.tuples(st.integers(1, 6), st.integers(0, 5)).filter(lambda pair: pair[1] < pair[0])


def check_laws(text: str, pieces: list[Piece]) -> None:
    covered = 0
    for span in (piece.span for piece in pieces):
        assert 0 <= span.start < span.end <= len(text)
        assert span.length <= CHUNK_LIMIT
        chunk = text[span.start : span.end]
        assert chunk == chunk.strip()
        assert not text[covered : span.start].strip(), "something between chunks is lost"
        covered = span.end
    assert not text[covered:].strip()
    for one, other in pairwise(pieces):
        assert one.span.start < other.span.start
        assert one.span.end < other.span.end


def shared(units: list, one: Piece, other: Piece) -> int:
    """How many units end in one piece and begin in the next."""
    return sum(other.span.start <= unit.start and unit.end <= one.span.end for unit in units)


@given(TEXTS, SIZES)
def test_sentences_are_all_there_as_many_as_asked_and_overlap_as_asked(text, sizes):
    size, overlap = sizes
    units = list(sentences(text))
    pieces = list(split_sentences(text, size, overlap))
    check_laws(text, pieces)
    assert all(shared(units, each, each) == size for each in pieces[:-1])
    assert all(shared(units, *pair) == overlap for pair in pairwise(pieces))


@given(TEXTS, SIZES)
def test_tokens_are_all_there_as_many_as_asked_and_overlap_as_asked(text, sizes):
    size, overlap = sizes
    units = list(tokens(text))
    pieces = list(split_tokens(text, size, overlap))
    check_laws(text, pieces)
    assert all(shared(units, each, each) == size for each in pieces[:-1])
    assert all(shared(units, *pair) == overlap for pair in pairwise(pieces))


@given(TEXTS, SIZES, st.integers(1, 6))
def test_sections_are_all_there_and_no_larger_than_asked(text, sizes, level):
    size, overlap = sizes
    pieces = list(split_headings(text, level, size, overlap))
    check_laws(text, pieces)
    units = list(tokens(text))
    assert all(shared(units, each, each) <= size for each in pieces)
    assert all(shared(units, *pair) <= overlap for pair in pairwise(pieces))


@pytest.mark.parametrize(
    "letter", ["a", "日", "e\u0301", "\u0301", ".", "# ", "🇩🇪", "a'", "\n ", "((."]
)
def test_texts_without_places_to_cut_are_cut_at_the_limit(letter):
    text = (letter * (3 * CHUNK_LIMIT))[: 3 * CHUNK_LIMIT]
    check_laws(text, list(split_sentences(text, 5, 1)))
    check_laws(text, list(split_tokens(text, 2_000, 10)))
    check_laws(text, list(split_headings(text, 6, 2_000, 10)))


def test_a_long_word_is_cut_between_characters():
    text = "e\u0301" * CHUNK_LIMIT
    pieces = list(split_tokens(text, 5, 0))
    assert len(pieces) > 1
    assert all(piece.span.start % 2 == 0 for piece in pieces)


def test_a_long_section_is_divided_between_sentences():
    text = "# Birds\n\nOwls hunt at night. Larks sing at dawn. Swifts sleep in flight."
    pieces = list(split_headings(text, 1, 12, 5))
    assert [(text[slice(*each.span)], each.heading_path) for each in pieces] == [
        ("# Birds\n\nOwls hunt at night. Larks sing at dawn.", ("Birds",)),
        ("Larks sing at dawn. Swifts sleep in flight.", ("Birds",)),
    ]
