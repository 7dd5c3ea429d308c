"""How a description begins tells which parts of speech it can be of."""

import pytest

from documents.vocabulary import PartOfSpeech
from resolvers.ranking.hints import WordClass, classes_described, classes_of

NOUN_OR_VERB = WordClass.NOUN | WordClass.VERB


@pytest.mark.parametrize(
    ("text", "language", "classes"),
    [
        ("to walk without aim", "en", WordClass.VERB),
        ("The fear of heights", "en-GB", NOUN_OR_VERB),
        ("someone who bakes", "en", NOUN_OR_VERB),
        ("very, very small", "en", None),
        ("the", "en", None),
        ("", "en", None),
        (None, "en", None),
        ("a caminho de casa", "pt", None),
    ],
)
def test_what_a_description_can_be_of(
    text: str | None, language: str, classes: WordClass | None
) -> None:
    assert classes_described(text, language) == classes


def test_a_word_has_the_classes_of_all_its_parts_of_speech() -> None:
    assert classes_of([PartOfSpeech.NOUN, PartOfSpeech.ADVERB]) == WordClass.NOUN | WordClass.OTHER
    assert classes_of([]) == WordClass(0)
