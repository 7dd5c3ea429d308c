"""Reading a library out as records, in alphabetical order; the reverse of merging."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence

from bson import ObjectId

from documents.database import Row
from documents.definition import DefinitionDocument, SynsetReference
from documents.example import ExampleDocument
from documents.library import LibraryDocument, LibraryIndex
from documents.vocabulary import IndexKind
from documents.word import WordDocument
from resolvers.transfer.records import (
    EntryRecord,
    ExampleRecord,
    FormRecord,
    LibraryHeader,
    PronunciationRecord,
    RelationRecord,
    SenseRecord,
)
from resolvers.transfer.records import SynsetReference as SynsetRecord
from resolvers.writing.items import IndexItem

BATCH_WORDS = 500


def library_header(library: LibraryDocument) -> LibraryHeader:
    """What a file tells about the library as a whole."""
    return LibraryHeader(
        name=library.name,
        language=library.language,
        licence=library.license,
        version=library.source_version,
        url=library.source_url,
        attribution=library.attribution,
        description=library.description,
        index=_index_wish(library.index),
        metadata=library.metadata,
    )


def _index_wish(index: LibraryIndex) -> IndexItem | None:
    # Whether there is a Milvus is an affair of each server.
    if index == LibraryIndex() or index.kind is IndexKind.MILVUS:
        return None
    return IndexItem(kind=index.kind, recall=index.recall)


async def export_entries(library: LibraryDocument) -> AsyncIterator[list[EntryRecord]]:
    """Give all entries in batches; four trips a batch, whatever its size."""
    after: Row = {}
    while words := await _next_words(library.id, after):
        yield await _records(words)
        last = words[-1]
        after = {
            "$or": [
                {"normalized": {"$gt": last.normalized}},
                {"normalized": last.normalized, "_id": {"$gt": last.id}},
            ]
        }


async def _next_words(library_id: ObjectId, after: Row) -> list[WordDocument]:
    return (
        await WordDocument.find({"library_id": library_id, **after})
        .sort("normalized", "_id")
        .limit(BATCH_WORDS)
        .to_list()
    )


async def _records(words: Sequence[WordDocument]) -> list[EntryRecord]:
    definitions = await DefinitionDocument.find(
        {"word_id": {"$in": [word.id for word in words]}}
    ).to_list()
    examples = await ExampleDocument.find(
        {"definition_id": {"$in": [definition.id for definition in definitions]}}
    ).to_list()
    keys = await _keys(
        relation.target_id for definition in definitions for relation in definition.relations
    )
    examples_of: dict[ObjectId, list[ExampleDocument]] = defaultdict(list)
    for example in sorted(examples, key=lambda example: (example.position, example.id)):
        examples_of[example.definition_id].append(example)
    senses_of: dict[ObjectId, list[SenseRecord]] = defaultdict(list)
    for definition in sorted(definitions, key=lambda each: (each.position, each.id)):
        sense = _sense(definition, examples_of[definition.id], keys)
        senses_of[definition.word_id].append(sense)
    return [_entry(word, senses_of[word.id]) for word in words]


async def _keys(definition_ids: Iterable[ObjectId]) -> dict[ObjectId, str]:
    rows = DefinitionDocument.get_pymongo_collection().find(
        {"_id": {"$in": list(set(definition_ids))}}, {"key": 1}
    )
    return {row["_id"]: row["key"] async for row in rows}


def _entry(word: WordDocument, senses: Sequence[SenseRecord]) -> EntryRecord:
    return EntryRecord(
        text=word.text,
        part_of_speech=tuple(word.part_of_speech),
        homograph=word.homograph,
        language=word.language,
        pronunciations=tuple(
            PronunciationRecord(p.value, p.variety, p.notation) for p in word.pronunciations
        ),
        forms=tuple(FormRecord(form.text, form.tag) for form in word.forms),
        etymology=word.etymology,
        frequency_band=word.frequency_band,
        tags=tuple(word.tags),
        senses=tuple(senses),
        metadata=word.metadata,
    )


def _sense(
    definition: DefinitionDocument,
    examples: Sequence[ExampleDocument],
    keys: dict[ObjectId, str],
) -> SenseRecord:
    return SenseRecord(
        text=definition.text,
        key=definition.key,
        synset=None if definition.synset is None else _synset(definition.synset),
        part_of_speech=definition.part_of_speech,
        domain=definition.domain,
        register=definition.usage_register,
        synonyms=tuple(definition.synonyms),
        antonyms=tuple(definition.antonyms),
        frequency_band=definition.frequency_band,
        examples=tuple(ExampleRecord(example.text, example.source) for example in examples),
        # A target that an interrupted import has not brought yet has no key to name it by.
        relations=tuple(
            RelationRecord(relation.type, relation.level, keys[relation.target_id])
            for relation in definition.relations
            if relation.target_id in keys
        ),
        source=definition.source,
        metadata=definition.metadata,
    )


def _synset(synset: SynsetReference) -> SynsetRecord:
    return SynsetRecord(synset.key, synset.ili, synset.position)
