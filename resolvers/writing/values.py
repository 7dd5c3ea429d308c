"""The one mapping from items to stored documents, and back."""

from dataclasses import asdict, fields
from typing import Any, TypeVar

from documents.base import EntityDocument, EntityKind
from documents.database import Row
from documents.definition import DefinitionDocument, Relation
from documents.document import Chunking, DocumentDocument
from documents.example import ExampleDocument
from documents.library import LibraryDocument
from documents.text import hash_text, normalize_headword
from documents.vocabulary import ChunkingMethod
from documents.word import WordDocument, commonness, part_of_speech_key
from resolvers.writing.items import (
    OMITTED,
    ChunkUpdate,
    DefinitionFields,
    DocumentFields,
    ExampleFields,
    FormItem,
    IndexItem,
    LibraryFields,
    PronunciationItem,
    Reference,
    RelationItem,
    WordFields,
)

Entity = TypeVar("Entity", bound=EntityDocument)


def word_values(item: WordFields) -> Row:
    """Stored fields of a word that an item gives, with those that follow from them."""
    values = _given(item, WordFields)
    for name in ("pronunciations", "forms"):
        if values.get(name):
            values[name] = [asdict(each) for each in values[name]]
    if "text" in values:
        values["normalized"] = normalize_headword(values["text"])
        values["text_hash"] = hash_text(values["text"])
    if "part_of_speech" in values:
        values["part_of_speech_key"] = part_of_speech_key(values["part_of_speech"] or [])
    if "frequency_band" in values:
        values["commonness"] = commonness(values["frequency_band"])
    return values


def definition_values(item: DefinitionFields) -> Row:
    """Stored fields of a definition that an item gives, with those that follow from them."""
    values = _given(item, DefinitionFields)
    if "register" in values:
        values["usage_register"] = values.pop("register")
    if values.get("relations"):
        values["relations"] = [_relation(each) for each in values["relations"]]
    if "text" in values:
        values["text_hash"] = hash_text(values["text"])
    return values


def example_values(item: ExampleFields) -> Row:
    """Stored fields of an example that an item gives."""
    return _given(item, ExampleFields)


def document_values(item: DocumentFields) -> Row:
    """Stored fields of a document that an item gives, without what its chunks are made by."""
    given = _given(item, DocumentFields)
    return {name: value for name, value in given.items() if name not in ("chunking", "chunks")}


def chunk_values(item: ChunkUpdate) -> Row:
    """Stored fields of a chunk that an item gives."""
    return {} if item.metadata is OMITTED else {"metadata": item.metadata}


def library_values(item: LibraryFields) -> Row:
    """Stored fields of a library that an item gives."""
    values = _given(item, LibraryFields)
    if values.get("index"):
        values["index"] = asdict(values["index"])
    return values


def word_fields(word: WordDocument) -> Row:
    """What items say of a word; null where nothing is stored."""
    return _stated(word, WordFields) | {
        "pronunciations": [PronunciationItem(**each.model_dump()) for each in word.pronunciations],
        "forms": [FormItem(**each.model_dump()) for each in word.forms],
    }


def definition_fields(definition: DefinitionDocument) -> Row:
    """What items say of a definition; null where nothing is stored."""
    return _stated(definition, DefinitionFields) | {
        "register": definition.usage_register,
        "relations": [_relation_item(each) for each in definition.relations],
    }


def example_fields(example: ExampleDocument) -> Row:
    """What items say of an example; null where nothing is stored."""
    return _stated(example, ExampleFields)


def document_fields(document: DocumentDocument) -> Row:
    """What items say of a document; its chunks are left as they are."""
    values = _stated(document, DocumentFields)
    return values | {"chunking": _chunking_fields(document.chunking), "chunks": None}


def library_fields(library: LibraryDocument) -> Row:
    """What items say of a library; null where nothing is stored."""
    index = IndexItem(**library.index.model_dump())
    return _stated(library, LibraryFields) | {"index": index}


def make(model: type[Entity], values: Row, **fixed: Any) -> Entity:
    """A new document."""
    made: Entity = model.model_validate(_with_defaults(model, values) | fixed)
    return made


def change(document: Entity, values: Row) -> Entity:
    """The document with other values, as yet in the version it was read with."""
    model = type(document)
    changed: Entity = model.model_validate(document.model_dump() | _with_defaults(model, values))
    return changed


def _given(item: object, declaring: type[Any]) -> Row:
    names = (field.name for field in fields(declaring))
    return {name: value for name in names if (value := getattr(item, name)) is not OMITTED}


def _stated(document: EntityDocument, declaring: type[Any]) -> Row:
    return {field.name: getattr(document, field.name, None) for field in fields(declaring)}


def _with_defaults(model: type[EntityDocument], values: Row) -> Row:
    def default(name: str) -> Any:
        return model.model_fields[name].get_default(call_default_factory=True)

    return {name: default(name) if value is None else value for name, value in values.items()}


def _relation(item: RelationItem) -> Row:
    return {"type": item.type, "level": item.level, "target_id": item.target_id.id}


def _relation_item(relation: Relation) -> RelationItem:
    target = Reference(str(relation.target_id), EntityKind.DEFINITION, relation.target_id)
    return RelationItem(type=relation.type, level=relation.level, target_id=target)


def _chunking_fields(chunking: Chunking | None) -> Row | None:
    """The one way to split that is given, under its name."""
    if chunking is None:
        return None
    if chunking.method is ChunkingMethod.HEADINGS:
        ways: Row = {"level": chunking.level, "maxTokens": chunking.size}
    else:
        ways = {"size": chunking.size}
    return {chunking.method.value: ways | {"overlap": chunking.overlap}}
