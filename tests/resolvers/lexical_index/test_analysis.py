"""Texts become the words that readers take for the same."""

import pytest

from resolvers.lexical_index.analysis import Analysis, holds_words


def forms(text: str, language: str = "en") -> list[str]:
    return [word.form for word in Analysis(language).words(text)]


def roots(text: str, language: str = "en") -> list[str]:
    return [word.root for word in Analysis(language).words(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The dog's bone.", ["the", "dog's", "bone"]),
        ("The dog\u2019s bone.", ["the", "dog's", "bone"]),
        ("\uff26\uff55\uff4c\uff4c width", ["full", "width"]),
        ("well-known 3.5 C++", ["well", "known", "3.5", "c", "+", "+"]),
        ("\u6771\u4eac\u3078", ["\u6771", "\u4eac", "\u3078"]),
        ("\u2602 \U0001f469\u200d\U0001f33e!", ["\u2602", "\U0001f469\u200d\U0001f33e"]),
        ("?! \u2014 \u0300", []),
    ],
)
def test_words_are_segmented_and_folded_by_unicode(text: str, words: list[str]) -> None:
    assert forms(text) == words


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "running dogs", "run dog"),
        ("en-GB", "caf\u00e9s", "cafe"),
        ("de", "H\u00e4user", "Haus"),
        ("nb", "husene", "hus"),
        ("xx", "STRASSE", "stra\u00dfe"),
        ("tr", "I\u015eIK", "\u0131\u015f\u0131k"),
        ("he", "\u05e9\u05b8\u05dc\u05d5\u05b9\u05dd", "\u05e9\u05dc\u05d5\u05dd"),
    ],
)
def test_forms_of_a_word_have_one_root(language: str, one: str, other: str) -> None:
    assert roots(one, language) == roots(other, language)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("sv", "f\u00e5r", "far"),
        ("tr", "\u0131l\u0131k", "ilik"),
        ("xx", "dogs", "dog"),
    ],
)
def test_marks_that_make_another_letter_are_kept(language: str, one: str, other: str) -> None:
    assert roots(one, language) != roots(other, language)


def test_places_of_words_are_those_of_the_text() -> None:
    text = "  Caf\u00e9s, \u201cit\u2019s\u201d \U0001f33e"
    placed = list(Analysis("en").placed_words(text))
    assert [text[slice(*each.span)] for each in placed] == ["Caf\u00e9s", "it\u2019s", "\U0001f33e"]


def test_punctuation_alone_says_nothing() -> None:
    assert not holds_words("?! \u2014 \u0300 ...")
    assert holds_words("\u2602")


def test_vowel_signs_are_parts_of_words() -> None:
    assert forms("\u0915\u093f \u0915\u0940", "hi") == ["\u0915\u093f", "\u0915\u0940"]
