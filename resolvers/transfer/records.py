"""A library as plain records: what every reader gives and every writer takes.

Relations end at sense keys. A relation between synsets is held by each member sense of its source
and ends at the lead sense (position 0) of its target.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pydantic import JsonValue

from documents.document import Chunking
from documents.vocabulary import (
    FrequencyBand,
    PartOfSpeech,
    Register,
    RelationLevel,
    RelationType,
)
from resolvers.writing.chunking import ChunkDraft
from resolvers.writing.items import IndexItem


@dataclass(frozen=True, slots=True)
class LibraryHeader:
    """What a file tells about the library as a whole; `language` is a BCP 47 tag."""

    name: str
    language: str = "en"
    licence: str | None = None
    version: str | None = None
    url: str | None = None
    attribution: str | None = None
    description: str | None = None
    # How it is to be searched; None for the usual way.
    index: IndexItem | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PronunciationRecord:
    """How a word sounds: IPA unless `notation` says otherwise."""

    value: str
    variety: str | None = None
    notation: str | None = None


@dataclass(frozen=True, slots=True)
class FormRecord:
    """An inflected or variant spelling; `tag` says which."""

    text: str
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class ExampleRecord:
    """A sentence that shows a sense at work."""

    text: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class SynsetReference:
    """The synset a sense belongs to; the member at position 0 leads it."""

    key: str
    ili: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class RelationRecord:
    """A typed edge to the sense that has `target_key`."""

    type: RelationType
    level: RelationLevel
    target_key: str


@dataclass(frozen=True, slots=True)
class SenseRecord:
    """One definition. `part_of_speech` is set where it is finer than the entry's."""

    text: str
    key: str | None = None
    synset: SynsetReference | None = None
    part_of_speech: PartOfSpeech | None = None
    domain: str | None = None
    register: Register | None = None
    synonyms: tuple[str, ...] = ()
    antonyms: tuple[str, ...] = ()
    frequency_band: FrequencyBand | None = None
    examples: tuple[ExampleRecord, ...] = ()
    relations: tuple[RelationRecord, ...] = ()
    source: str | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One word. Its natural key: text, parts of speech (in any order), homograph.

    `language` is None where it is the library's. `source_line` tells where it was read and is no
    part of what the entry is.
    """

    text: str
    part_of_speech: tuple[PartOfSpeech, ...] = ()
    homograph: int = 1
    language: str | None = None
    pronunciations: tuple[PronunciationRecord, ...] = ()
    forms: tuple[FormRecord, ...] = ()
    etymology: str | None = None
    frequency_band: FrequencyBand | None = None
    tags: tuple[str, ...] = ()
    senses: tuple[SenseRecord, ...] = ()
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    source_line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """One document with all its chunks, in their order. Its natural key is `key`.

    Metadata of chunks are None where nothing is said about them. `language` and `source_line` are
    as those of entries.
    """

    key: str
    title: str
    text: str | None = None
    language: str | None = None
    source: str | None = None
    source_url: str | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    chunking: Chunking | None = None
    chunks: tuple[ChunkDraft, ...] = ()
    source_line: int = field(default=0, compare=False)


Record: TypeAlias = EntryRecord | DocumentRecord


@dataclass(frozen=True, slots=True)
class Untold:
    """Fields of stored documents that a file has no place for: an import leaves them as they are.

    Without this, importing a table over a wordnet would empty its relations. Pronunciations whose
    labels (variety and notation) are untold keep them where the values are the same.
    """

    word: frozenset[str] = frozenset()
    definition: frozenset[str] = frozenset()
    example: frozenset[str] = frozenset()
    pronunciation_labels: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in the file that is not taken; lines and columns are counted from 1."""

    line: int
    reason: str
    column: int | None = None
