"""Which parts of speech a description can be of, as far as it tells by how it begins."""

from collections.abc import Iterable
from enum import IntFlag
from typing import Final

from documents.vocabulary import PartOfSpeech


class WordClass(IntFlag):
    """Parts of speech, as far as beginnings tell them apart."""

    NOUN = 1
    VERB = 2
    OTHER = 4


CLASS_OF: Final = {
    PartOfSpeech.NOUN: WordClass.NOUN,
    PartOfSpeech.PROPER_NOUN: WordClass.NOUN,
    PartOfSpeech.VERB: WordClass.VERB,
}
ARTICLES: Final = frozenset({"a", "an", "the"})
PRONOUNS: Final = frozenset(
    {"anything", "somebody", "someone", "something", "what", "when", "where"}
)
KINDS: Final = frozenset(
    {"act", "device", "feeling", "kind", "people", "person", "place", "process", "quality", "state"}
    | {"thing", "things", "type"}
)
# English alone; of libraries in other languages nothing is told. People describe what is done like
# a thing as well ("the act of …"), hardly ever what something is like.
BEGINNINGS: Final = {
    WordClass.VERB: frozenset({"to"}),
    WordClass.NOUN | WordClass.VERB: ARTICLES | PRONOUNS | KINDS,
}


def classes_of(parts: Iterable[str]) -> WordClass:
    """Of a word's parts of speech, as they are stored; none where it has none."""
    found = WordClass(0)
    for part in parts:
        found |= CLASS_OF.get(PartOfSpeech(part), WordClass.OTHER)
    return found


def classes_described(text: str | None, language: str) -> WordClass | None:
    """What a description can be of; None where it does not tell."""
    if text is None or language.partition("-")[0] != "en":
        return None
    first, *more = text.lower().split() or [""]
    told = [classes for classes, words in BEGINNINGS.items() if first in words]
    return told[0] if told and more else None
