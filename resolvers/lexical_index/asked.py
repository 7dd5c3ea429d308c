"""What people write into the search box, and the query that it stands for.

hot dog         either word, ranked by how much the words say
"hot dog"       the words side by side: what does not hold them is not found
dog*            words that begin so
umbrela         a word that no passage holds: those spelt almost like it instead
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import regex

from resolvers.errors import LimitError
from resolvers.lexical_index.analysis import Analysis, Word, holds_words
from resolvers.lexical_index.lexicon import Lexicon
from resolvers.lexical_index.texts import whole_terms
from vectorindex.lexical.query import Alternative, Clause, WordQuery

# Each looks through a part of the index, or through all of its words.
MOST_PREFIXES: Final = 10
MOST_MISSPELT: Final = 5
# A word counts more where it stands in the very form that was asked for.
FORM_WEIGHT: Final = 0.3
ROOT_OF_NAME_WEIGHT: Final = 0.5

_QUOTED: Final = regex.compile(
    r"[\"\u201c\u201d\u201e]([^\"\u201c\u201d\u201e]*)[\"\u201c\u201d\u201e]"
)
_SYNTAX: Final = regex.compile(r"[\"\u201c\u201d\u201e]|(?<=\w)\*(?!\w)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that was asked for, in its parts.

    Attributes:
        words: all of them in their order, those of phrases too; no prefixes.
        prefixes: folded.
        phrases: the words of each.
    """

    words: tuple[Word, ...]
    prefixes: tuple[str, ...]
    phrases: tuple[tuple[Word, ...], ...]

    def query(self, lexicon: Lexicon) -> WordQuery:
        """What is looked for in an index with these words."""
        clauses = dict.fromkeys([*self._names(), *self._words(lexicon), *self._prefixes()])
        phrases = (tuple(word.form.encode() for word in words) for words in self.phrases)
        return WordQuery(tuple(clauses), tuple(phrases))

    def misspelt(self, lexicon: Lexicon) -> list[Word]:
        """Words that no passage holds, as many as other spellings are looked for."""
        unknown = [word for word in dict.fromkeys(self.words) if not lexicon.knows(word)]
        return unknown[:MOST_MISSPELT]

    def _names(self) -> Iterator[Clause]:
        """All words together may be what something is called."""
        if self.words and not self.prefixes:
            form, root = whole_terms(self.words)
            yield _exactly(form)
            yield _exactly(root, ROOT_OF_NAME_WEIGHT)

    def _words(self, lexicon: Lexicon) -> Iterator[Clause]:
        misspelt = self.misspelt(lexicon)
        for word in self.words:
            yield _exactly(word.root.encode())
            if word.form != word.root:
                yield _exactly(word.form.encode(), FORM_WEIGHT)
            if word in misspelt and (near := lexicon.near(word.form)):
                yield Clause(tuple(Alternative(each.form.encode(), each.likeness) for each in near))

    def _prefixes(self) -> Iterator[Clause]:
        for prefix in self.prefixes:
            yield Clause((Alternative(prefix.encode(), is_prefix=True),))


def parse(text: str, analysis: Analysis) -> Asked:
    """Read a text that was asked for; what cannot be read as syntax is text.

    Raises:
        LimitError: too many prefixes.
    """
    phrases = [tuple(analysis.words(found)) for found in _QUOTED.findall(text)]
    words: list[Word] = []
    prefixes: list[str] = []
    for word, span in analysis.placed_words(text):
        if text[span.end : span.end + 1] == "*" and not text[span.end + 1 : span.end + 2].isalnum():
            prefixes.append(word.form)
        else:
            words.append(word)
    check_prefixes(prefixes)
    return Asked(
        tuple(words), tuple(dict.fromkeys(prefixes)), tuple(phrase for phrase in phrases if phrase)
    )


def check_prefixes(prefixes: Sequence[str]) -> None:
    """Refuse more than can be looked for at once."""
    if len(set(prefixes)) > MOST_PREFIXES:
        raise LimitError(
            f"The text has {len(set(prefixes))} words that end in *: use at most {MOST_PREFIXES}."
        )


def holds_phrase(text: str) -> bool:
    """Whether a text that was asked for has words in quotation marks."""
    return any(holds_words(found) for found in _QUOTED.findall(text))


def without_syntax(text: str) -> str:
    """The text as its meaning is looked for."""
    return " ".join(_SYNTAX.sub(" ", text).split())


def spelt_as_known(text: str, analysis: Analysis, lexicon: Lexicon) -> str | None:
    """The text with each word that no passage holds as the likeliest that one does.

    None where all words are known, or nothing is spelt like them.
    """
    misspelt = parse(text, analysis).misspelt(lexicon)
    parts, end = [], 0
    for word, span in analysis.placed_words(text):
        if word in misspelt and (near := lexicon.near(word.form)):
            parts += [text[end : span.start], near[0].form]
            end = span.end
    return "".join([*parts, text[end:]]) if parts else None


def _exactly(term: bytes, weight: float = 1.0) -> Clause:
    return Clause((Alternative(term),), weight)
