"""What a search is asked for, as plain values."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from bson import ObjectId

from documents.base import EntityKind
from documents.database import Row
from documents.vocabulary import DescribedEnum, PartOfSpeech
from resolvers.restrictions.relatives import Kinship
from resolvers.restrictions.word_columns import WordWish
from resolvers.semantic_index.sources import CHUNKS, DEFINITIONS, PassageSource


class SearchMode(DescribedEnum):
    """What is compared with what was asked."""

    SEMANTIC = "semantic", "What is meant: definitions or chunks by their vectors."
    LEXICAL = (
        "lexical",
        "The words: headword, forms, definition, examples; or title, headings, text.",
    )
    HYBRID = "hybrid", "Both, their scores joined."


class SearchTarget(DescribedEnum):
    """What is looked for."""

    WORDS = "words", "Words, each by the definition that matches best."
    CHUNKS = "chunks", "Chunks of documents, each by itself."
    DOCUMENTS = "documents", "Documents, each by the chunk that matches best."


class StoredNode(NamedTuple):
    """A word, definition or chunk that something is to be like."""

    kind: EntityKind
    id: ObjectId


class Ingredient(NamedTuple):
    """A part of what is looked for: exactly one of a text and something stored.

    A weight below 0 leads away from it.
    """

    weight: float
    text: str | None = None
    node: StoredNode | None = None


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search by exactly one of text, vector and blend; None filters nothing."""

    library_key: str
    target: SearchTarget = SearchTarget.WORDS
    mode: SearchMode = SearchMode.SEMANTIC
    text: str | None = None
    vector: list[float] | None = None
    # Their vectors are added; what they are made of is no result.
    blend: tuple[Ingredient, ...] = ()
    part_of_speech: frozenset[PartOfSpeech] | None = None
    languages: frozenset[str] | None = None
    # What words must have; None where that is nothing.
    words: WordWish | None = None
    kinship: Kinship | None = None
    documents: frozenset[ObjectId] | None = None
    # The store's filter of the documents whose chunks may be found.
    document_query: Row | None = None
    # The store's filter of the chunks themselves.
    chunk_query: Row | None = None
    min_score: float | None = None
    # 0 to 1: how much neighbours among the best results are to differ.
    diversity: float = 0.0
    # The result reflects this transaction of the first library, or there is none.
    min_sequence: int | None = None
    # Searched together with the first; words are fused by headword.
    more_libraries: tuple[str, ...] = ()

    @property
    def source(self) -> PassageSource:
        """Where it looks."""
        return DEFINITIONS if self.target is SearchTarget.WORDS else CHUNKS

    @property
    def is_by_owner(self) -> bool:
        """Whether passages stand for the word or document that they belong to."""
        return self.target is not SearchTarget.CHUNKS

    def by_library(self) -> "list[SearchRequest]":
        """The same in each library by itself."""
        others = [
            replace(self, library_key=key, more_libraries=(), min_sequence=None)
            for key in self.more_libraries
        ]
        return [replace(self, more_libraries=()), *others]

    @property
    def said(self) -> str | None:
        """The words that it is asked in."""
        texts = [self.text, *(each.text for each in self.blend if each.weight > 0)]
        return " ".join(filter(None, texts)) or None
