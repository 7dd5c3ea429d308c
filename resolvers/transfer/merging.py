"""Comparing a batch of entries with what the library has, in one trip a collection."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from bson import ObjectId

from documents.base import EntityDocument
from documents.chunk import ChunkDocument
from documents.definition import DefinitionDocument
from documents.document import DocumentDocument
from documents.example import ExampleDocument
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.unit_of_work import UnitOfWork
from documents.word import WordDocument, natural_key
from resolvers.pending_texts import note_pending
from resolvers.transfer.desired import DesiredEntry, DesiredSense, desired_entry
from resolvers.transfer.records import EntryRecord, Refusal, Untold

Entity = TypeVar("Entity", bound=EntityDocument)


@dataclass(slots=True)
class Pending(Generic[Entity]):
    """Documents of one type that are to be written."""

    new: list[Entity] = field(default_factory=list)
    changed: list[Entity] = field(default_factory=list)
    removed: list[Entity] = field(default_factory=list)

    def put(self, desired: Entity, stored: Entity | None, untold: frozenset[str]) -> None:
        """Note what it takes to store `desired` in the place of `stored`, `untold` fields kept."""
        if stored is None:
            self.new.append(desired)
            return
        desired.id = stored.id
        desired.version = stored.version
        for name in untold:
            setattr(desired, name, getattr(stored, name))
        if desired != stored:
            self.changed.append(desired)

    @property
    def written(self) -> list[Entity]:
        """Documents as they will be stored."""
        return self.new + self.changed

    @property
    def count(self) -> int:
        """Documents to write."""
        return len(self.new) + len(self.changed) + len(self.removed)


@dataclass(slots=True)
class Merge:
    """What a batch writes and how its entries are counted."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    untold: Untold = field(default_factory=Untold)
    refusals: list[Refusal] = field(default_factory=list)
    words: Pending[WordDocument] = field(default_factory=Pending)
    definitions: Pending[DefinitionDocument] = field(default_factory=Pending)
    examples: Pending[ExampleDocument] = field(default_factory=Pending)
    documents: Pending[DocumentDocument] = field(default_factory=Pending)
    chunks: Pending[ChunkDocument] = field(default_factory=Pending)

    @property
    def _all(self) -> tuple[Pending[Any], ...]:
        """Parents first."""
        return self.words, self.definitions, self.examples, self.documents, self.chunks

    @property
    def count(self) -> int:
        """Documents of all types to write."""
        return sum(pending.count for pending in self._all)

    def count_entry(self, stored: EntityDocument | None, count_before: int) -> None:
        """Count an entry whose writes have come to those of `count_before`."""
        if stored is None:
            self.added += 1
        elif self.count > count_before:
            self.changed += 1
        else:
            self.unchanged += 1

    async def write(self, unit: UnitOfWork) -> None:
        """Store everything."""
        for pending in self._all:
            await unit.delete(pending.removed)
            await unit.insert(pending.new)
            await unit.replace(pending.changed)
        passages = (*self.words.written, *self.definitions.written, *self.chunks.written)
        await note_pending(unit, [passage.text_hash for passage in passages])


async def merge_batch(
    unit: UnitOfWork, library: LibraryDocument, records: Sequence[EntryRecord], untold: Untold
) -> Merge:
    """Find out what the records change; reads in the transaction that will write.

    What is `untold` stays as it is stored.

    A sense whose key already names a definition of another word is refused, the rest of its entry
    is taken.
    """
    texts = list({record.text for record in records})
    words = {
        natural_key(word): word
        for word in await unit.read(
            WordDocument, {"library_id": library.id, "text": {"$in": texts}}
        )
    }
    entries = [_desired(library, record, words) for record in records]
    definition_ids = [sense.definition.id for entry in entries for sense in entry.senses]
    definitions = {
        definition.id: definition
        for definition in await unit.read(DefinitionDocument, {"_id": {"$in": definition_ids}})
    }
    examples: dict[ObjectId, list[ExampleDocument]] = defaultdict(list)
    if definitions:
        query = {"definition_id": {"$in": list(definitions)}}
        for example in await unit.read(ExampleDocument, query):
            examples[example.definition_id].append(example)
    merge = Merge(untold=untold)
    for entry in entries:
        _merge_entry(merge, entry, words.get(entry.natural_key), definitions, examples)
    return merge


def _desired(
    library: LibraryDocument,
    record: EntryRecord,
    words: dict[tuple[str, str, int], WordDocument],
) -> DesiredEntry:
    entry = desired_entry(library, record, DocumentId())
    stored = words.get(entry.natural_key)
    return entry if stored is None else entry.of_word(stored.id)


def _merge_entry(
    merge: Merge,
    entry: DesiredEntry,
    stored: WordDocument | None,
    definitions: dict[DocumentId, DefinitionDocument],
    examples: dict[ObjectId, list[ExampleDocument]],
) -> None:
    before = merge.count
    if stored and merge.untold.pronunciation_labels:
        _keep_labels(entry.word, stored)
    merge.words.put(entry.word, stored, merge.untold.word)
    for sense in entry.senses:
        known = definitions.get(sense.definition.id)
        if known is not None and known.word_id != entry.word.id:
            merge.refusals.append(_key_taken(entry, sense))
            continue
        merge.definitions.put(sense.definition, known, merge.untold.definition)
        # Another entry of the batch may name a sense by the same key.
        definitions[sense.definition.id] = sense.definition
        _merge_examples(merge, sense, examples[sense.definition.id])
    merge.count_entry(stored, before)


def _keep_labels(desired: WordDocument, stored: WordDocument) -> None:
    values = [pronunciation.value for pronunciation in desired.pronunciations]
    if values == [pronunciation.value for pronunciation in stored.pronunciations]:
        desired.pronunciations = stored.pronunciations


def _merge_examples(merge: Merge, sense: DesiredSense, stored: list[ExampleDocument]) -> None:
    by_text: dict[str, list[ExampleDocument]] = defaultdict(list)
    for example in stored:
        by_text[example.text].append(example)
    for example in sense.examples:
        same = by_text[example.text]
        merge.examples.put(example, same.pop(0) if same else None, merge.untold.example)


def _key_taken(entry: DesiredEntry, sense: DesiredSense) -> Refusal:
    return Refusal(
        entry.record.source_line,
        f"sense key {sense.definition.key!r} of {entry.word.text!r} names a definition of another"
        " word in this library; give it a key of its own or delete that definition first",
    )
