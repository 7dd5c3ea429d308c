"""What a batch is asked to write, as plain data.

In an update, a field that is `OMITTED` stays as it is, and None sets it back to its default. A new
entity takes the default for both.
"""

from collections.abc import Container, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal, Protocol, TypeAlias, TypeVar

from documents.base import EntityKind, Metadata
from documents.ids import DocumentId
from documents.vocabulary import (
    ChunkingMethod,
    FrequencyBand,
    IndexKind,
    PartOfSpeech,
    Register,
    RelationLevel,
    RelationType,
)
from documents.word import part_of_speech_key


class Omitted(Enum):
    """The type of `OMITTED`."""

    OMITTED = "omitted"


OMITTED: Final = Omitted.OMITTED

T = TypeVar("T")
Given: TypeAlias = T | Literal[Omitted.OMITTED] | None


def items_of(given: Given[Sequence[T]]) -> Sequence[T]:
    """The members of a list that may be left out."""
    return () if given is None or given is OMITTED else given


@dataclass(frozen=True, slots=True)
class Reference:
    """An entity as a client names it; `kind` and `id` are None where the client's text is no id."""

    text: str
    kind: EntityKind | None = None
    id: DocumentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PronunciationItem:
    """How a word sounds."""

    value: str
    variety: str | None = None
    notation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormItem:
    """An inflected or variant spelling."""

    text: str
    tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationItem:
    """An edge to a definition of the same library."""

    type: RelationType
    target_id: Reference
    level: RelationLevel = RelationLevel.SENSE


@dataclass(frozen=True, kw_only=True)
class ExampleFields:
    """What can be written of an example."""

    text: Given[str] = OMITTED
    source: Given[str] = OMITTED
    position: Given[int] = OMITTED


@dataclass(frozen=True, kw_only=True)
class DefinitionFields:
    """What can be written of a definition."""

    text: Given[str] = OMITTED
    position: Given[int] = OMITTED
    part_of_speech: Given[PartOfSpeech] = OMITTED
    register: Given[Register] = OMITTED
    domain: Given[str] = OMITTED
    synonyms: Given[list[str]] = OMITTED
    antonyms: Given[list[str]] = OMITTED
    relations: Given[list[RelationItem]] = OMITTED
    frequency_band: Given[FrequencyBand] = OMITTED
    source: Given[str] = OMITTED
    metadata: Given[Metadata] = OMITTED


@dataclass(frozen=True, kw_only=True)
class WordFields:
    """What can be written of a word."""

    text: Given[str] = OMITTED
    language: Given[str] = OMITTED
    part_of_speech: Given[list[PartOfSpeech]] = OMITTED
    homograph: Given[int] = OMITTED
    pronunciations: Given[list[PronunciationItem]] = OMITTED
    etymology: Given[str] = OMITTED
    forms: Given[list[FormItem]] = OMITTED
    frequency_band: Given[FrequencyBand] = OMITTED
    tags: Given[list[str]] = OMITTED
    metadata: Given[Metadata] = OMITTED


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkingItem:
    """How a document's text is to be split; see `documents.document.Chunking`."""

    method: ChunkingMethod
    size: int
    overlap: int
    level: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReadyChunk:
    """A chunk that need not be made; `start` is its place in the document's text."""

    text: str
    start: Given[int] = OMITTED
    heading_path: Given[list[str]] = OMITTED
    metadata: Given[Metadata] = OMITTED


@dataclass(frozen=True, kw_only=True)
class DocumentFields:
    """What can be written of a document.

    In an update, None leaves `chunking` and `chunks` as they are.
    """

    title: Given[str] = OMITTED
    text: Given[str] = OMITTED
    language: Given[str] = OMITTED
    source: Given[str] = OMITTED
    source_url: Given[str] = OMITTED
    metadata: Given[Metadata] = OMITTED
    chunking: Given[ChunkingItem] = OMITTED
    chunks: Given[list[ReadyChunk]] = OMITTED


@dataclass(frozen=True, kw_only=True)
class IndexItem:
    """How a library is to be searched."""

    kind: IndexKind = IndexKind.AUTO
    recall: float | None = None


@dataclass(frozen=True, kw_only=True)
class LibraryFields:
    """What can be written of a library, now or later."""

    name: Given[str] = OMITTED
    language: Given[str] = OMITTED
    description: Given[str] = OMITTED
    license: Given[str] = OMITTED
    attribution: Given[str] = OMITTED
    source_url: Given[str] = OMITTED
    source_version: Given[str] = OMITTED
    index: Given[IndexItem] = OMITTED
    metadata: Given[Metadata] = OMITTED


@dataclass(frozen=True, kw_only=True)
class Creation:
    """Something that is not there yet; `client_ref` stands for its id until it has one."""

    client_ref: str | None = None


@dataclass(frozen=True, kw_only=True)
class NestedExample(ExampleFields):
    """An example inside a new definition."""


@dataclass(frozen=True, kw_only=True)
class NestedDefinition(DefinitionFields):
    """A definition inside a new word."""

    key: Given[str] = OMITTED
    examples: Given[list[NestedExample]] = OMITTED


@dataclass(frozen=True, kw_only=True)
class NewExample(Creation, NestedExample):
    """An example of a definition that is there."""

    definition_id: Reference


@dataclass(frozen=True, kw_only=True)
class NewDefinition(Creation, NestedDefinition):
    """A definition of a word that is there."""

    word_id: Reference


@dataclass(frozen=True, kw_only=True)
class NewWord(Creation, WordFields):
    """A word with all that hangs on it."""

    definitions: Given[list[NestedDefinition]] = OMITTED


@dataclass(frozen=True, kw_only=True)
class NewDocument(Creation, DocumentFields):
    """A document with its text, its chunks, or both."""

    key: Given[str] = OMITTED


@dataclass(frozen=True, kw_only=True)
class NewLibrary(Creation, LibraryFields):
    """A library; its model is fixed with it, chosen by the settings if `provider` is not given."""

    key: str
    provider: str | None = None


@dataclass(frozen=True, kw_only=True)
class Target:
    """The stored entity that an item is about, refused if it has another version than expected."""

    id: Reference
    expected_version: int | None = None

    @property
    def subject(self) -> Hashable:
        """What the item is about; no two items of a batch are about the same."""
        return self.id


SomeTarget = TypeVar("SomeTarget", bound=Target)


@dataclass(frozen=True, kw_only=True)
class Removal(Target):
    """Something to delete; with `cascade`, also what hangs on it."""

    cascade: bool = False


@dataclass(frozen=True, kw_only=True)
class ExampleUpdate(Target, ExampleFields):
    """New values of an example."""


@dataclass(frozen=True, kw_only=True)
class DefinitionUpdate(Target, DefinitionFields):
    """New values of a definition."""


@dataclass(frozen=True, kw_only=True)
class WordUpdate(Target, WordFields):
    """New values of a word."""


@dataclass(frozen=True, kw_only=True)
class DocumentUpdate(Target, DocumentFields):
    """New values of a document."""


@dataclass(frozen=True, kw_only=True)
class ChunkUpdate(Target):
    """New values of a chunk; its text is that of its document."""

    metadata: Given[Metadata] = OMITTED


@dataclass(frozen=True, kw_only=True)
class LibraryUpdate(Target, LibraryFields):
    """New values of a library."""


@dataclass(frozen=True, kw_only=True)
class WordUpsert(NewWord):
    """A word that is made, or changed where the library has one of its natural key."""

    expected_version: int | None = None

    @property
    def subject(self) -> Hashable:
        """Its natural key."""
        homograph = 1 if self.homograph in (OMITTED, None) else self.homograph
        return (self.text, part_of_speech_key(list(items_of(self.part_of_speech))), homograph)


@dataclass(frozen=True, kw_only=True)
class DefinitionUpsert(NewDefinition):
    """A definition that is made, or changed where the library has one of its key."""

    expected_version: int | None = None

    @property
    def subject(self) -> Hashable:
        """Its natural key."""
        return self.key


@dataclass(frozen=True, kw_only=True)
class ExampleUpsert(NewExample):
    """An example that is made, or changed where its definition has one of the same text."""

    expected_version: int | None = None

    @property
    def subject(self) -> Hashable:
        """Its natural key."""
        return (self.definition_id.id, self.text)


@dataclass(frozen=True, kw_only=True)
class DocumentUpsert(NewDocument):
    """A document that is made, or changed where the library has one of its key."""

    expected_version: int | None = None

    @property
    def subject(self) -> Hashable:
        """Its natural key."""
        return self.key


@dataclass(frozen=True, kw_only=True)
class LibraryUpsert(NewLibrary):
    """A library that is made, or changed where there is one of its key."""

    expected_version: int | None = None

    @property
    def subject(self) -> Hashable:
        """Its natural key."""
        return self.key


Upsert: TypeAlias = WordUpsert | DefinitionUpsert | ExampleUpsert | DocumentUpsert | LibraryUpsert


@dataclass(frozen=True, kw_only=True)
class PatchOperation:
    """One step of a JSON Patch (RFC 6902), as the client wrote it."""

    op: str
    path: str
    from_: Given[str] = OMITTED
    value: Any = OMITTED


@dataclass(frozen=True, slots=True)
class Misfit:
    """Where a value does not fit its type, and why."""

    path: tuple[str | int, ...]
    message: str


class Shape(Protocol):
    """The JSON that clients know an entity by."""

    @property
    def read_only(self) -> Container[str]:
        """Names of what clients see and cannot write."""

    def render(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The entity's writable fields."""

    def read(self, patch: "Patch", value: Any) -> Target | Sequence[Misfit]:
        """The update that gives the entity exactly these fields, or what keeps it from being one.

        Fields that are missing are set back to their defaults.
        """


@dataclass(frozen=True, kw_only=True)
class Patch(Target):
    """Steps that change an entity, seen in its shape; all of them or none."""

    patch: Sequence[PatchOperation]
    shape: Shape = field(compare=False)
