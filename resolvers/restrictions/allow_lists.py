"""Which ids of one library pass a restriction, remembered until the library changes."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Final

from bson import ObjectId

from documents.database import Database
from resolvers.restrictions.word_columns import WordWish
from resolvers.restrictions.word_table import WordTable
from resolvers.semantic_index.id_set import IdSet
from resolvers.semantic_index.threads import in_thread

LISTS_KEPT: Final = 32
# In all lists together, some 40 bytes each; the latest list is kept in any case.
IDS_KEPT: Final = 1_000_000


class AllowLists:
    """One per library and process."""

    def __init__(self, database: Database, library_id: ObjectId) -> None:
        self._words = WordTable(database, library_id)
        self._sequence = -1
        self._kept: dict[Hashable, IdSet] = {}

    async def words(self, sequence: int, wish: WordWish) -> IdSet:
        """The words that have what is wished for, at a transaction or later."""

        async def find() -> IdSet:
            columns = await self._words.at(sequence)
            return await in_thread(columns.matching, wish)

        return await self.of(sequence, wish, find)

    async def of(
        self, sequence: int, question: Hashable, find: Callable[[], Awaitable[IdSet]]
    ) -> IdSet:
        """What `find` finds, unless that is known for this transaction."""
        if sequence > self._sequence:
            self._sequence = sequence
            self._kept.clear()
        known = self._kept.get(question) if sequence == self._sequence else None
        if known is not None:
            return known
        found = await find()
        if sequence == self._sequence:
            self._kept[question] = found
            while len(self._kept) > 1 and self._is_full:
                self._kept.pop(next(iter(self._kept)))
        return found

    @property
    def _is_full(self) -> bool:
        ids = sum(map(len, self._kept.values()))
        return len(self._kept) > LISTS_KEPT or ids > IDS_KEPT
