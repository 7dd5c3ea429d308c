"""Where passages are stored, by kind: the same shape for definitions, chunks and headwords."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bson import ObjectId

from documents.base import EntityKind
from documents.database import Database, Row
from documents.library import LibraryDocument
from resolvers.semantic_index.columns import PassageRow


@dataclass(frozen=True, slots=True)
class PassageSource:
    """Passages of one kind, and the owners that their language comes from.

    `labels` are the columns of theirs that searches filter by.
    """

    kind: EntityKind
    collection: str
    owner_kind: EntityKind
    owner_collection: str
    owner_field: str
    labels: tuple[str, ...] = ()

    @property
    def columns(self) -> Row:
        """What is read of a passage."""
        return dict.fromkeys((self.owner_field, "text_hash", *self.labels), 1)


DEFINITIONS: Final = PassageSource(
    EntityKind.DEFINITION, "definitions", EntityKind.WORD, "words", "word_id", ("part_of_speech",)
)
CHUNKS: Final = PassageSource(
    EntityKind.CHUNK, "chunks", EntityKind.DOCUMENT, "documents", "document_id"
)
# A word is its own owner. Headwords are not searched: the words that their definitions found are
# compared by them, too.
HEADWORDS: Final = PassageSource(EntityKind.WORD, "words", EntityKind.WORD, "words", "_id")
# What is searched for.
SOURCES: Final = (DEFINITIONS, CHUNKS)
# What has vectors.
EMBEDDED: Final = (*SOURCES, HEADWORDS)


@dataclass(frozen=True, slots=True)
class PassageRows:
    """Stored passages as read, and the languages of their owners where they are not the usual."""

    source: PassageSource
    rows: Sequence[Row]
    languages: dict[ObjectId, str]

    def passages(self, usual_language: str) -> list[PassageRow]:
        """What the index takes."""
        return [
            PassageRow(
                id=row["_id"],
                owner_id=row[self.source.owner_field],
                text_hash=bytes(row["text_hash"]),
                part_of_speech=row.get("part_of_speech", ""),
                language=self.languages.get(row[self.source.owner_field], usual_language),
            )
            for row in self.rows
        ]


async def foreign_languages(
    database: Database, library: LibraryDocument, source: PassageSource, owners: Row
) -> dict[ObjectId, str]:
    """Owners in another language than the library's; in most libraries there are none."""
    usual = library.language
    other = {"$or": [{"language": {"$lt": usual}}, {"language": {"$gt": usual}}]}
    found = database[source.owner_collection].find(
        {"library_id": library.id, **owners, **other}, {"language": 1}
    )
    return {row["_id"]: row["language"] async for row in found}
