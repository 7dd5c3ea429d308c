"""How texts become terms: segmentation by Unicode, letters folded, stems by language.

A word of a text stands under its form ("running") and under its root ("run"), so that one finds
the other; phrases, prefixes and misspellings are about forms. Stop words are words like others.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import regex
import Stemmer

from resolvers.splitting.spans import Span
from resolvers.splitting.tokens import TOKEN

# Raised with every change of what follows: indexes made before it are made anew.
ANALYSIS_VERSION: Final = f"1-{Stemmer.version()}"
# Of each language: some 95 in 100 words of a text are among as many.
WORDS_REMEMBERED: Final = 20_000

# Spaces and punctuation alone are no words; symbols are, emoji among them.
_SAYS_NOTHING: Final = regex.compile(r"[\p{P}\p{Z}\p{C}\p{M}]*")
_MARKS: Final = regex.compile(r"\p{Mn}+")
# Snowball knows languages by their ISO 639 codes, but for these.
_STEMMED_AS: Final = {"nb": "no", "nn": "no"}
# Where people leave marks out when they type: in other languages they make another letter, as in
# Swedish "får" and "far".
_MARKS_OPTIONAL: Final = frozenset(
    "en fr it es pt ca gl oc nl ro la el he yi ar fa ur".split()  # noqa: SIM905 - codes, to be read
)
# Turkic i: the dot tells two letters apart, in capitals too.
_DOTTED: Final = frozenset({"tr", "az", "kk", "tt", "ba", "crh"})
_TURKIC_CAPITALS: Final = str.maketrans({"I": "\u0131", "\u0130": "i"})
_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u02bc": "'"})


class Word(NamedTuple):
    """A word as it is compared: the form that stands there, folded, and its root."""

    form: str
    root: str


class PlacedWord(NamedTuple):
    """A word, and where it stands in its text."""

    word: Word
    span: Span


class Analysis:
    """How texts of one language become words; makes the same of the same at all times."""

    def __init__(self, language: str) -> None:
        """Prepare for a language.

        Args:
            language: a BCP 47 tag; words of a language that Snowball does not know have no stems.
        """
        self._base = language.split("-")[0].casefold()
        self._stem = _stemmer(self._base)
        self._word = lru_cache(WORDS_REMEMBERED)(self._analyse)

    def words(self, text: str) -> list[Word]:
        """The words of a text in their order."""
        words = map(self._word, TOKEN.findall(text))
        return [word for word in words if word.form]

    def placed_words(self, text: str) -> Iterator[PlacedWord]:
        """The words of a text and where they stand."""
        for found in TOKEN.finditer(text):
            word = self._word(found.group())
            if word.form:
                yield PlacedWord(word, Span(*found.span()))

    def _analyse(self, token: str) -> Word:
        """A token as a word; its form is empty where it says nothing."""
        form = self._fold(token)
        if _SAYS_NOTHING.fullmatch(form):
            return Word("", "")
        root = self._stem(form)
        if self._base in _MARKS_OPTIONAL:
            root = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", root)))
        return Word(form, root or form)

    def _fold(self, token: str) -> str:
        """Case, width, composition and apostrophes, as `normalize_headword` folds them."""
        text = unicodedata.normalize("NFKC", token).translate(_APOSTROPHES)
        if self._base in _DOTTED:
            text = text.translate(_TURKIC_CAPITALS)
        return unicodedata.normalize("NFKC", text.casefold())


class Analyses:
    """The analyses of languages, made when they are first needed."""

    def __init__(self) -> None:
        self._by_language: dict[str, Analysis] = {}

    def of(self, language: str) -> Analysis:
        """That of a language."""
        analysis = self._by_language.get(language)
        return analysis or self._by_language.setdefault(language, Analysis(language))


def holds_words(text: str) -> bool:
    """Whether there is anything to look for: a letter, a digit or a symbol."""
    return _SAYS_NOTHING.fullmatch(text) is None


def joined(words: Iterable[Word]) -> Word:
    """Words as one, such as the whole of a headword."""
    words = list(words)
    return Word(" ".join(word.form for word in words), " ".join(word.root for word in words))


def _stemmer(base: str) -> Callable[[str], str]:
    try:
        # It keeps no words of its own: `Analysis` does.
        stem: Callable[[str], str] = Stemmer.Stemmer(_STEMMED_AS.get(base, base), 0).stemWord
    except KeyError:
        return str
    return stem
