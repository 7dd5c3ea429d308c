"""One library's headwords in this process, read again in the background as the library grows."""

import asyncio
from typing import Final

from bson import ObjectId

from documents.database import Database
from resolvers.ranking.headwords import NO_HEADWORDS, Headwords, read_headwords
from resolvers.semantic_index.errand import Errand

# The share of a library's transactions that a table may be behind: so all readings together cost
# no more than a few times the last one.
STALE_SHARE: Final = 0.1


class HeadwordTable:
    """Read on first use."""

    def __init__(self, database: Database, library_id: ObjectId) -> None:
        self._database = database
        self._library_id = library_id
        self._sequence = 0
        self._headwords = NO_HEADWORDS
        self._reading = Errand(self._read)

    async def at(self, sequence: int, wait_seconds: float) -> Headwords:
        """What is known about as late as a transaction; the first reading is waited for."""
        self._sequence = max(self._sequence, sequence)
        is_first = self._headwords is NO_HEADWORDS
        if is_first or self._sequence * (1 - STALE_SHARE) > self._headwords.sequence:
            reading = self._reading.start()
            if is_first:
                await asyncio.wait({reading}, timeout=wait_seconds)
        return self._headwords

    async def end(self) -> None:
        """Stop what is under way."""
        await self._reading.end()

    async def _read(self) -> None:
        self._headwords = await read_headwords(self._database, self._library_id, self._sequence)
