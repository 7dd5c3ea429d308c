"""One library's words in this process, for restrictions: read on first use, then kept up."""

import asyncio

from bson import ObjectId

from documents.base import EntityKind
from documents.database import Database
from resolvers.restrictions.word_columns import NO_WORDS, WORD_COLUMNS, WordColumns
from resolvers.semantic_index.change_log import ChangesMissingError, read_changes
from resolvers.semantic_index.reading import in_portions
from resolvers.semantic_index.threads import in_thread

ROWS_AT_ONCE = 2_000


class WordTable:
    """Follows the change log when somebody asks."""

    def __init__(self, database: Database, library_id: ObjectId) -> None:
        self._database = database
        self._library_id = library_id
        self._columns = NO_WORDS
        self._lock = asyncio.Lock()

    async def at(self, sequence: int) -> WordColumns:
        """What is known at a transaction, or later."""
        async with self._lock:
            if self._columns.sequence < 0:
                self._columns = await self._read(sequence)
            while self._columns.sequence < sequence:
                try:
                    self._columns = await self._follow(sequence)
                except ChangesMissingError:
                    self._columns = await self._read(sequence)
        return self._columns

    async def _read(self, sequence: int) -> WordColumns:
        """All words; what is written meanwhile may be there, and is read again by the log."""
        words = self._database["words"]
        stored = words.find({"library_id": self._library_id}, WORD_COLUMNS, batch_size=ROWS_AT_ONCE)
        rows = [row async for portion in in_portions(stored, ROWS_AT_ONCE) for row in portion]
        return await in_thread(WordColumns.of_rows, sequence, rows)

    async def _follow(self, until: int) -> WordColumns:
        before = self._columns
        portion = await read_changes(self._database, self._library_id, before.sequence, until)
        if portion.is_empty:
            raise ChangesMissingError
        changed = list(portion.changed[EntityKind.WORD])
        rows = await self._database["words"].find({"_id": {"$in": changed}}, WORD_COLUMNS).to_list()
        return await in_thread(before.changed, portion.sequence, changed, rows)
