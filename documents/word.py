"""A word: one lexical entry of a library, whose headword is embedded like a definition."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pymongo import ASCENDING, DESCENDING, IndexModel

from documents.base import EntityDocument, EntityKind, Metadata
from documents.ids import DocumentId
from documents.vocabulary import FrequencyBand, PartOfSpeech


class Pronunciation(BaseModel):
    """How a word sounds; `value` is IPA unless `notation` says otherwise."""

    model_config = ConfigDict(extra="forbid")

    value: str
    variety: str | None = None
    notation: str | None = None


class WordForm(BaseModel):
    """An inflected or variant spelling."""

    model_config = ConfigDict(extra="forbid")

    text: str
    tag: str | None = None


class WordDocument(EntityDocument):
    """One lexical entry. Its natural key: text, parts of speech, homograph."""

    kind: ClassVar[EntityKind] = EntityKind.WORD

    library_id: DocumentId
    text: str
    normalized: str
    text_hash: bytes = Field(min_length=16, max_length=16)
    language: str
    part_of_speech: list[PartOfSpeech] = Field(default_factory=list)
    # 1 unless several entries of the library share text and parts of speech.
    homograph: int = Field(default=1, ge=1)
    pronunciations: list[Pronunciation] = Field(default_factory=list)
    etymology: str | None = None
    forms: list[WordForm] = Field(default_factory=list)
    frequency_band: FrequencyBand | None = None
    tags: list[str] = Field(default_factory=list)
    metadata: Metadata = Field(default_factory=dict)
    # What the unique index sees of `part_of_speech`: an index on the list would hold one entry a
    # member.
    part_of_speech_key: str = ""
    # What lists are ordered by: bands are texts, whose order says nothing.
    commonness: int | None = None

    class Settings:
        name = "words"
        keep_nulls = False
        indexes = [
            IndexModel(
                [
                    ("library_id", ASCENDING),
                    ("text", ASCENDING),
                    ("part_of_speech_key", ASCENDING),
                    ("homograph", ASCENDING),
                ],
                name="natural_key",
                unique=True,
            ),
            IndexModel(
                [("library_id", ASCENDING), ("normalized", ASCENDING), ("_id", ASCENDING)],
                name="alphabetical",
            ),
            IndexModel([("library_id", ASCENDING), ("_id", ASCENDING)], name="library"),
            IndexModel([("library_id", ASCENDING), ("text_hash", ASCENDING)], name="text_hash"),
            IndexModel(
                [
                    ("library_id", ASCENDING),
                    ("commonness", DESCENDING),
                    ("normalized", ASCENDING),
                    ("_id", ASCENDING),
                ],
                name="commonest_first",
            ),
            IndexModel(
                [
                    ("library_id", ASCENDING),
                    ("part_of_speech", ASCENDING),
                    ("normalized", ASCENDING),
                    ("_id", ASCENDING),
                ],
                name="part_of_speech",
            ),
            IndexModel(
                [
                    ("library_id", ASCENDING),
                    ("language", ASCENDING),
                    ("normalized", ASCENDING),
                    ("_id", ASCENDING),
                ],
                name="language",
            ),
            IndexModel(
                [
                    ("library_id", ASCENDING),
                    ("frequency_band", ASCENDING),
                    ("normalized", ASCENDING),
                    ("_id", ASCENDING),
                ],
                name="frequency_band",
                partialFilterExpression={"frequency_band": {"$exists": True}},
            ),
            IndexModel(
                [
                    ("library_id", ASCENDING),
                    ("tags", ASCENDING),
                    ("normalized", ASCENDING),
                    ("_id", ASCENDING),
                ],
                name="tag",
                # Most words have none: only those with a tag that is not empty are in.
                partialFilterExpression={"tags": {"$gt": ""}},
            ),
        ]


NaturalKey = tuple[str, str, int]


def natural_key(word: WordDocument) -> NaturalKey:
    """What names a word in its library: text, parts of speech, homograph."""
    return (word.text, word.part_of_speech_key, word.homograph)


def part_of_speech_key(parts: list[PartOfSpeech]) -> str:
    """The part of a word's natural key that stands for its parts of speech, in any order."""
    return "+".join(sorted(parts))


def commonness(band: FrequencyBand | None) -> int | None:
    """From 5 for the commonest words down to 1; None where nothing is known."""
    bands = list(FrequencyBand)
    return None if band is None else len(bands) - bands.index(band)
