"""What an index of words is made of, read from the store: passages with their texts."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from bson import ObjectId

from documents.database import Database, Row
from documents.library import LibraryDocument
from resolvers.lexical_index.texts import PassageTexts
from resolvers.semantic_index.change_log import Portion, read_changes
from resolvers.semantic_index.reading import changed_rows, in_portions
from resolvers.semantic_index.sources import DEFINITIONS, PassageRows, PassageSource

PASSAGES_AT_ONCE: Final = 1_000

Fields = tuple[Sequence[str], ...]


@dataclass(frozen=True, slots=True)
class TextReader:
    """Reads the texts of one library."""

    database: Database
    library: LibraryDocument

    async def sequence(self) -> int:
        """How many transactions the library has seen; -1 where it is gone."""
        row = await self.database["libraries"].find_one({"_id": self.library.id}, {"sequence": 1})
        return row["sequence"] if row else -1

    async def changes(self, after: int, until: int) -> Portion:
        """See `read_changes`."""
        return await read_changes(self.database, self.library.id, after, until)

    async def count(self, source: PassageSource) -> int:
        """How many passages there are."""
        return await self.database[source.collection].count_documents(
            {"library_id": self.library.id}
        )

    async def passages(self, source: PassageSource) -> AsyncIterator[list[PassageTexts]]:
        """All passages of a source, many at a time."""
        stored = self.database[source.collection].find(
            {"library_id": self.library.id}, _columns(source), batch_size=PASSAGES_AT_ONCE
        )
        async for rows in in_portions(stored, PASSAGES_AT_ONCE):
            yield await self._with_texts(source, rows)

    async def changed_passages(self, source: PassageSource, portion: Portion) -> list[PassageTexts]:
        """The passages that a portion of the log is about, as they are now."""
        others = {"_id": [*portion.changed[source.kind], *portion.parents]}
        if source is not DEFINITIONS:
            others = {}
        rows = await changed_rows(
            self.database, self.library, source, portion, others, _columns(source)
        )
        return await self._with_texts(source, rows)

    async def _with_texts(self, source: PassageSource, rows: list[Row]) -> list[PassageTexts]:
        owner_ids = {row[source.owner_field] for row in rows}
        columns = dict.fromkeys(("text", "forms", "title", "language"), 1)
        if source is not DEFINITIONS:
            # A document's text is that of its chunks.
            del columns["text"]
        owners = await self._by_id(source.owner_collection, owner_ids, columns)
        # An owner that is gone takes its passages along, a moment later.
        rows = [row for row in rows if row[source.owner_field] in owners]
        languages = {key: owner["language"] for key, owner in owners.items()}
        passages = PassageRows(source, rows, languages).passages(self.library.language)
        examples = await self._examples(rows) if source is DEFINITIONS else {}
        return [
            PassageTexts(passage, _fields(row, owners[passage.owner_id], examples))
            for passage, row in zip(passages, rows, strict=True)
        ]

    async def _examples(self, rows: list[Row]) -> dict[ObjectId, list[str]]:
        examples: dict[ObjectId, list[str]] = {}
        found = self.database["examples"].find(
            {"definition_id": {"$in": [row["_id"] for row in rows]}},
            {"definition_id": 1, "position": 1, "text": 1},
        )
        stored = await found.to_list()
        for row in sorted(stored, key=lambda row: (row["position"], row["_id"])):
            examples.setdefault(row["definition_id"], []).append(row["text"])
        return examples

    async def _by_id(
        self, collection: str, ids: Collection[ObjectId], columns: Row
    ) -> dict[ObjectId, Row]:
        found = self.database[collection].find({"_id": {"$in": list(ids)}}, columns)
        return {row["_id"]: row for row in await found.to_list()}


def _columns(source: PassageSource) -> Row:
    return source.columns | dict.fromkeys(("text", "heading_path"), 1)


def _fields(row: Row, owner: Row, examples: dict[ObjectId, list[str]]) -> Fields:
    if "title" in owner:
        return ([owner["title"]], row.get("heading_path", []), [row["text"]])
    forms = [form["text"] for form in owner.get("forms", [])]
    return ([owner["text"]], forms, [row["text"]], examples.get(row["_id"], []))
