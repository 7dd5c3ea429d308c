"""A definition: one sense of a word."""

from typing import ClassVar

from bson import ObjectId
from pydantic import BaseModel, ConfigDict, Field
from pymongo import ASCENDING, IndexModel

from documents.base import EntityDocument, EntityKind, Metadata
from documents.ids import DocumentId, derive_id
from documents.vocabulary import (
    FrequencyBand,
    PartOfSpeech,
    Register,
    RelationLevel,
    RelationType,
)


def definition_id(library_id: ObjectId, key: str) -> DocumentId:
    """The id of a library's definition, derived from its key."""
    return derive_id(library_id, EntityKind.DEFINITION, key)


class SynsetReference(BaseModel):
    """The synset a sense belongs to; the member at position 0 leads it."""

    model_config = ConfigDict(extra="forbid")

    key: str
    ili: str | None = None
    position: int = Field(default=0, ge=0)


class Relation(BaseModel):
    """A typed edge to another definition; a synset's edge ends at the target's lead member."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: RelationType
    level: RelationLevel = RelationLevel.SENSE
    target_id: DocumentId


class DefinitionDocument(EntityDocument):
    """One sense. Definitions with the same `text_hash` share one embedding."""

    kind: ClassVar[EntityKind] = EntityKind.DEFINITION

    library_id: DocumentId
    word_id: DocumentId
    # Unique in the library and never changed: the source's sense id, or `new_key()`. The
    # document's id
    # is always `definition_id(library_id, key)`, so who knows a key knows the id before it is
    # stored.
    key: str
    position: int = Field(default=0, ge=0)
    text: str
    text_hash: bytes = Field(min_length=16, max_length=16)
    part_of_speech: PartOfSpeech | None = None
    usage_register: Register | None = None
    domain: str | None = None
    synonyms: list[str] = Field(default_factory=list)
    antonyms: list[str] = Field(default_factory=list)
    synset: SynsetReference | None = None
    relations: list[Relation] = Field(default_factory=list)
    frequency_band: FrequencyBand | None = None
    source: str | None = None
    metadata: Metadata = Field(default_factory=dict)

    class Settings:
        name = "definitions"
        keep_nulls = False
        indexes = [
            IndexModel([("library_id", ASCENDING), ("key", ASCENDING)], name="key", unique=True),
            IndexModel(
                [("word_id", ASCENDING), ("position", ASCENDING), ("_id", ASCENDING)], name="word"
            ),
            IndexModel([("library_id", ASCENDING), ("_id", ASCENDING)], name="library"),
            IndexModel(
                [("library_id", ASCENDING), ("part_of_speech", ASCENDING), ("_id", ASCENDING)],
                name="part_of_speech",
            ),
            IndexModel(
                [("library_id", ASCENDING), ("domain", ASCENDING), ("_id", ASCENDING)],
                name="domain",
            ),
            IndexModel([("library_id", ASCENDING), ("text_hash", ASCENDING)], name="text_hash"),
            IndexModel(
                [
                    ("library_id", ASCENDING),
                    ("synset.key", ASCENDING),
                    ("synset.position", ASCENDING),
                ],
                name="synset",
                partialFilterExpression={"synset.key": {"$exists": True}},
            ),
            IndexModel(
                [
                    ("library_id", ASCENDING),
                    ("synset.position", ASCENDING),
                    ("synset.key", ASCENDING),
                    ("_id", ASCENDING),
                ],
                name="synset_lead",
                partialFilterExpression={"synset.position": {"$exists": True}},
            ),
            IndexModel(
                [("relations.target_id", ASCENDING), ("_id", ASCENDING)],
                name="incoming_relations",
                partialFilterExpression={"relations.target_id": {"$exists": True}},
            ),
        ]
