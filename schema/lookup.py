"""Finding single things again: by key, by natural key, by text."""

import strawberry

from documents.database import Row
from documents.vocabulary import PartOfSpeech
from documents.word import part_of_speech_key
from resolvers.reading.lookup import FoundWords
from schema.costs import about
from schema.fields import resolved
from schema.word import Word


@strawberry.input(description="Which library: exactly one of these.", one_of=True)
class LibraryBy:
    """How a library is named."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its global id.")
    key: strawberry.Maybe[str] = strawberry.field(description="Its key.")


@strawberry.input(description="What tells a word apart from the others of its library.")
class NaturalWordKey:
    """A word's natural key."""

    library: str = strawberry.field(description="Key of the library.")
    text: str = strawberry.field(description="The headword, exactly.")
    part_of_speech: list[PartOfSpeech] | None = strawberry.field(
        default=None, description="All its parts of speech; the first entry is taken if left out."
    )
    homograph: int | None = strawberry.field(
        default=None, description="Its number among homographs; the first is taken if left out."
    )

    def query(self) -> Row:
        """The store's filter."""
        query: Row = {"text": self.text}
        if self.part_of_speech is not None:
            query["part_of_speech_key"] = part_of_speech_key(self.part_of_speech)
        if self.homograph is not None:
            query["homograph"] = self.homograph
        return query


@strawberry.input(description="Which word: exactly one of these.", one_of=True)
class WordBy:
    """How a word is named."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its global id.")
    natural: strawberry.Maybe[NaturalWordKey] = strawberry.field(description="Its natural key.")


@strawberry.input(description="What tells a document apart from the others of its library.")
class NaturalDocumentKey:
    """A document's natural key."""

    library: str = strawberry.field(description="Key of the library.")
    key: str = strawberry.field(description="Its key in the library.")


@strawberry.input(description="Which document: exactly one of these.", one_of=True)
class DocumentBy:
    """How a document is named."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its global id.")
    natural: strawberry.Maybe[NaturalDocumentKey] = strawberry.field(description="Its natural key.")


@strawberry.type(description="What a text was found to be.")
class WordLookup:
    """Rows of words."""

    found: strawberry.Private[FoundWords]

    @resolved("The text as it was asked for.")
    def text(self) -> str:
        """As given."""
        return self.found.text

    @resolved("The word of this text; null if there is none.")
    def word(self) -> Word | None:
        """The first of `words`."""
        return Word(row=self.found.words[0]) if self.found.words else None

    @resolved(
        "All words of this text: spelt exactly so first, then by part of speech.", size=about(3)
    )
    def words(self) -> list[Word]:
        """Homographs, and words that differ in case or width."""
        return [Word(row=row) for row in self.found.words]

    @resolved(
        "If there is no such word: headwords that differ by one slip of the pen, five at most."
    )
    def suggestions(self) -> list[str]:
        """One slip away."""
        return self.found.suggestions
