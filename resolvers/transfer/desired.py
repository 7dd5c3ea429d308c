"""What an entry of a file should look like once it is stored."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Self

from documents.definition import (
    DefinitionDocument,
    Relation,
    SynsetReference,
    definition_id,
)
from documents.example import ExampleDocument
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.text import hash_text, normalize_headword
from documents.word import (
    NaturalKey,
    Pronunciation,
    WordDocument,
    WordForm,
    commonness,
    natural_key,
    part_of_speech_key,
)
from resolvers.transfer.records import EntryRecord, SenseRecord


@dataclass(frozen=True, slots=True)
class DesiredSense:
    """A definition and the examples it should at least have."""

    definition: DefinitionDocument
    examples: list[ExampleDocument]


@dataclass(frozen=True, slots=True)
class DesiredEntry:
    """A word with its senses; `record` is where it comes from."""

    record: EntryRecord
    word: WordDocument
    senses: list[DesiredSense]

    @property
    def natural_key(self) -> NaturalKey:
        """Names the word in its library."""
        return natural_key(self.word)

    def of_word(self, word_id: DocumentId) -> Self:
        """Let the entry be about the word that the library has already."""
        self.word.id = word_id
        for sense in self.senses:
            sense.definition.word_id = word_id
        return self


def desired_entry(
    library: LibraryDocument, record: EntryRecord, word_id: DocumentId
) -> DesiredEntry:
    """The documents of an entry; `word_id` is the id its word has or will have."""
    parts = list(record.part_of_speech)
    word = WordDocument(
        id=word_id,
        library_id=library.id,
        text=record.text,
        normalized=normalize_headword(record.text),
        text_hash=hash_text(record.text),
        language=record.language or library.language,
        part_of_speech=parts,
        part_of_speech_key=part_of_speech_key(parts),
        homograph=record.homograph,
        pronunciations=[
            Pronunciation(value=p.value, variety=p.variety, notation=p.notation)
            for p in record.pronunciations
        ],
        etymology=record.etymology,
        forms=[WordForm(text=form.text, tag=form.tag) for form in record.forms],
        frequency_band=record.frequency_band,
        commonness=commonness(record.frequency_band),
        tags=list(record.tags),
        metadata=dict(record.metadata),
    )
    senses = [
        _desired_sense(word, sense, key, i)
        for i, (sense, key) in enumerate(
            zip(record.senses, _keys(word, record.senses), strict=True)
        )
    ]
    return DesiredEntry(record, word, senses)


def _keys(word: WordDocument, senses: Sequence[SenseRecord]) -> list[str]:
    """Keys of senses; one that its source does not name is named by its place in the entry.

    A table that was exported tells such names as keys: a new row above them takes a free one.
    """
    taken = {sense.key for sense in senses}
    keys = []
    for number, sense in enumerate(senses, 1):
        key = sense.key or _free_key(word, number, taken)
        taken.add(key)
        keys.append(key)
    return keys


def _free_key(word: WordDocument, number: int, taken: Container[str | None]) -> str:
    stem = f"{word.text}/{word.part_of_speech_key}/{word.homograph}"
    return next(key for i in count(number) if (key := f"{stem}#{i}") not in taken)


def _desired_sense(word: WordDocument, sense: SenseRecord, key: str, position: int) -> DesiredSense:
    definition = DefinitionDocument(
        id=definition_id(word.library_id, key),
        library_id=word.library_id,
        word_id=word.id,
        key=key,
        position=position,
        text=sense.text,
        text_hash=hash_text(sense.text),
        part_of_speech=sense.part_of_speech or next(iter(word.part_of_speech), None),
        usage_register=sense.register,
        domain=sense.domain,
        synonyms=list(sense.synonyms),
        antonyms=list(sense.antonyms),
        synset=sense.synset
        and SynsetReference(
            key=sense.synset.key, ili=sense.synset.ili, position=sense.synset.position
        ),
        relations=list(_relations(word.library_id, sense)),
        frequency_band=sense.frequency_band,
        source=sense.source,
        metadata=dict(sense.metadata),
    )
    examples = [
        ExampleDocument(
            library_id=word.library_id,
            definition_id=definition.id,
            position=i,
            text=example.text,
            source=example.source,
        )
        for i, example in enumerate(sense.examples)
    ]
    return DesiredSense(definition, examples)


def _relations(library_id: DocumentId, sense: SenseRecord) -> Iterable[Relation]:
    for relation in sense.relations:
        yield Relation(
            type=relation.type,
            level=relation.level,
            target_id=definition_id(library_id, relation.target_key),
        )
