"""Sentences in several scripts, by the rules of UAX #29 that the names refer to."""

import pytest

from resolvers.splitting.sentences import sentences
from resolvers.splitting.tokens import tokens


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "whole",
    [
        "It rose by 3.4 per cent",  # SB6
        "The U.S.A. won",  # SB7
        "He came (at 5 p.m.) with a dog",  # SB8
        "She asked: “Why?”, and left",  # SB8a
        "Wrapped at some\ncolumn of the text.",
        "What?!",
        "It went on ... and on",
        "…",
    ],
)
def test_one_sentence_stays_whole(whole):
    assert parts(whole) == [whole]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It rained.", "We stayed."),
        ("“Stop!”", "He ran."),
        ("(It rained.)", "We stayed."),
        ("Ends with dots...", "Then this."),
        ("Was it?", "Yes."),
        ("Les cafés sont fermés.", "Émile dort."),
        ("Он ушёл.", "Я остался."),
        ("هل جاء؟", "نعم."),
        ("वह गया।", "मैं रुका।"),
    ],
)
def test_two_sentences_are_told_apart(one, other):
    assert parts(f"{one} {other}") == [one, other]


def test_ideographic_sentences_need_no_space():
    assert parts("雨が降った。家にいた。寝た。") == ["雨が降った。", "家にいた。", "寝た。"]


@pytest.mark.parametrize("gap", ["\n\n", "\r\n\r\n", "\n \t\n", "\u2029", "\n\n\n"])
def test_a_blank_line_ends_a_sentence_that_has_no_stop(gap):
    assert parts(f"A title{gap}its text") == ["A title", "its text"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u3000\t"])
def test_white_space_is_no_sentence_and_no_token(text):
    assert parts(text) == []
    assert list(tokens(text)) == []


def test_tokens_are_words_numbers_marks_and_ideographs():
    text = "Don't pay 3.14 € 🇩🇪🇫🇷 日本 カタカナ e\u0301t"
    assert [text[start:end] for start, end in tokens(text)] == [
        *("Don't", "pay", "3.14", "€", "🇩🇪", "🇫🇷", "日", "本", "カタカナ", "e\u0301t")
    ]
