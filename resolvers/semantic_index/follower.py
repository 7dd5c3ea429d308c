"""Keeps one library's indexes equal to the store: opens them, then applies the change log."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

from resolvers.semantic_index.change_log import ChangesMissingError
from resolvers.semantic_index.errand import Errand
from resolvers.semantic_index.folder import BuildPlan
from resolvers.semantic_index.joining import JoiningLoader
from resolvers.semantic_index.making import LogReader, Query
from resolvers.semantic_index.passage_index import NOTHING, Found
from resolvers.semantic_index.source_index import SourceIndex
from resolvers.semantic_index.sources import DEFINITIONS, PassageSource
from resolvers.semantic_index.threads import in_thread

# Between two looks for a transaction that the log does not have yet.
PAUSE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Lag:
    """How far searches are behind the store: transactions, and seconds since they were not."""

    transactions: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SourceQuery(Generic[Query]):
    """A query, and where it looks."""

    query: Query
    source: PassageSource


@dataclass(frozen=True, slots=True)
class Manner:
    """How an index is searched.

    Attributes:
        lanes: how many batches of searches may run at once.
        wait_seconds: longest that a search waits for what was committed before it; then it answers
            from what is there.
    """

    lanes: int = 1
    wait_seconds: float = 10.0


class IndexFollower(Generic[Query]):
    """One library's indexes of one kind in this process."""

    def __init__(
        self,
        reader: LogReader,
        sources: Mapping[PassageSource, SourceIndex[Query, Any]],
        folder: Path,
        manner: Manner,
    ) -> None:
        """Open nothing yet.

        Args:
            reader: of the log that is followed.
            sources: the index of each.
            folder: where their files lie.
            manner: how they are searched.
        """
        self.sources = sources
        self.folder = folder
        self._wait_seconds = manner.wait_seconds
        self._reader = reader
        self._target = -1
        self._latest = -1
        self._current_at = time.monotonic()
        self._pursuit = Errand(self._catch_up)
        self._loader = JoiningLoader[SourceQuery[Query], Found](self._search, manner.lanes)

    @property
    def sequence(self) -> int:
        """The last transaction that all searches reflect; negative before there is an index."""
        return min(source.sequence for source in self.sources.values())

    @property
    def lag(self) -> Lag:
        """As far as this process has noticed."""
        transactions = self._latest - max(0, self.sequence)
        if transactions <= 0:
            return Lag()
        return Lag(transactions, time.monotonic() - self._current_at)

    def notice(self, sequence: int, plan: BuildPlan) -> None:
        """Learn how far the library is, and what the next build of its indexes is to be."""
        for source in self.sources.values():
            source.notice(plan)
        self._latest = sequence
        if self.sequence >= sequence:
            self._current_at = time.monotonic()

    async def search(
        self, query: Query, sequence: int, source: PassageSource = DEFINITIONS
    ) -> Found:
        """Passages, as of `sequence` or later; joined with concurrent searches.

        Where that cannot be had in time, they are as of `self.sequence`, or what is loaded so far.
        """
        await self.reach(sequence)
        return await self._loader.load(SourceQuery(query, source))

    async def reach(self, sequence: int, seconds: float | None = None) -> bool:
        """Wait until searches reflect a transaction; returns whether they do.

        What was begun goes on when nobody waits any more.

        Args:
            sequence: of the transaction.
            seconds: longest to wait; as long as searches do, if not given.
        """
        ends = time.monotonic() + (self._wait_seconds if seconds is None else seconds)
        while self.sequence < sequence:
            self._target = max(self._target, sequence)
            left = max(0.0, ends - time.monotonic())
            pursuit = self._pursuit.start()
            await asyncio.wait({pursuit}, timeout=left)
            if not pursuit.done() or pursuit.cancelled():
                return False
            pursuit.result()
            if self.sequence < sequence:
                await asyncio.sleep(min(PAUSE_SECONDS, left))
        return True

    async def tend(self) -> None:
        """Take over and write what there is; make anew what cannot be used. For now and then."""
        for source in self.sources.values():
            if source.index:
                await in_thread(source.tend)
                if source.is_lost or source.is_outdated:
                    source.mending.start()

    def give_up(self, reason: str) -> None:
        """Make all indexes anew; they are searched until then."""
        for source in self.sources.values():
            source.give_up(reason)
            source.mending.start()

    def cancel(self) -> None:
        """Let what is under way stop soon."""
        self._pursuit.cancel()
        for source in self.sources.values():
            source.checking.cancel()
            source.mending.cancel()

    async def close(self) -> None:
        """End what is under way, and write what is in memory alone."""
        await self._pursuit.end()
        for source in self.sources.values():
            await source.checking.end()
            await source.mending.end()
            await in_thread(source.seal)

    async def _catch_up(self) -> None:
        await asyncio.gather(*(source.open() for source in self.sources.values()))
        while behind := [
            source
            for source in self.sources.values()
            if source.sequence < self._target and not source.is_given_up
        ]:
            try:
                portion = await self._reader.changes(
                    min(source.sequence for source in behind), self._target
                )
            except ChangesMissingError:
                self.give_up("the log of changes does not reach back to it")
                return
            if portion.is_empty:
                return
            for source in behind:
                await source.apply(portion)

    async def _search(self, batch: Sequence[SourceQuery[Query]]) -> list[Found]:
        return await in_thread(self._search_all, batch)

    def _search_all(self, batch: Sequence[SourceQuery[Query]]) -> list[Found]:
        results = [NOTHING] * len(batch)
        for kind, source in self.sources.items():
            places = [place for place, query in enumerate(batch) if query.source is kind]
            found = source.search([batch[place].query for place in places])
            for place, each in zip(places, found, strict=True):
                results[place] = each
        return results
