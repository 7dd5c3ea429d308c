"""What is searched by words: the fields of passages, and how much a word counts in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from resolvers.lexical_index.analysis import Analysis, Word, joined
from resolvers.semantic_index.columns import PassageRow
from resolvers.semantic_index.sources import CHUNKS, DEFINITIONS, PassageSource
from vectorindex.lexical.building import Text, Token
from vectorindex.lexical.recipe import Field, Recipe

# A name as a whole stands under terms that no text holds: controls are refused at the door.
WHOLE_FORM: Final = "\x01"
WHOLE_ROOT: Final = "\x02"
# Between two texts of one field, so that no phrase goes across.
_GAP: Final[Token] = ()

# Tuned on dev_descriptions.jsonl alone (`benchmarks/lexical.py`), but for the names, of which these
# say little.
RECIPES: Final = {
    DEFINITIONS: Recipe(
        (
            Field("name", weight=3.0, length_share=0.0, usual_length=1),
            Field("headword", weight=1.0, length_share=0.5, usual_length=1.5),
            Field("forms", weight=0.5, length_share=0.5, usual_length=2),
            Field("definition", weight=1.0, length_share=0.75, usual_length=9),
            Field("examples", weight=0.3, length_share=0.5, usual_length=8),
        ),
        saturation=0.8,
    ),
    CHUNKS: Recipe(
        (
            Field("title", weight=1.0, length_share=0.5, usual_length=4),
            Field("headings", weight=1.0, length_share=0.5, usual_length=4),
            Field("text", weight=1.0, length_share=0.5, usual_length=80),
        ),
        saturation=1.2,
    ),
}


# Of sentences that are compared with each other: a long one may say more.
SENTENCES: Final = Recipe((Field("sentence", length_share=0.3, usual_length=15),))


@dataclass(frozen=True, slots=True)
class PassageTexts:
    """A passage, and what is said in each field of its source's recipe but the name."""

    row: PassageRow
    fields: tuple[Sequence[str], ...]


def to_text(source: PassageSource, passage: PassageTexts, analysis: Analysis) -> Text:
    """The tokens of each field."""
    fields = [to_tokens(texts, analysis) for texts in passage.fields]
    if source is CHUNKS:
        return fields
    headword, forms, *_ = passage.fields
    return [[_whole(text, analysis) for text in (*headword, *forms)], *fields]


def whole_terms(words: Sequence[Word]) -> Token:
    """The terms that a name of some words stands under, its form first."""
    whole = joined(words)
    return ((WHOLE_FORM + whole.form).encode(), (WHOLE_ROOT + whole.root).encode())


def _whole(text: str, analysis: Analysis) -> Token:
    return whole_terms(analysis.words(text))


def to_tokens(texts: Sequence[str], analysis: Analysis) -> list[Token]:
    """The tokens of the texts of one field."""
    tokens: list[Token] = []
    for text in texts:
        if tokens:
            tokens.append(_GAP)
        tokens.extend(map(_token, analysis.words(text)))
    return tokens


def _token(word: Word) -> Token:
    form = word.form.encode()
    return (form,) if word.root == word.form else (form, word.root.encode())
