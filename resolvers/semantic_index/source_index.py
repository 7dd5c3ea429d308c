"""One source's index in this process: opened, followed, made anew, and switched."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from typing import Generic

import structlog

from resolvers.semantic_index.change_log import Portion
from resolvers.semantic_index.errand import Errand
from resolvers.semantic_index.folder import Build, BuildPlan, IndexFolder
from resolvers.semantic_index.making import (
    Index,
    IndexFiles,
    IndexMaker,
    LogReader,
    Progress,
    Query,
)
from resolvers.semantic_index.passage_index import NOTHING, Found
from resolvers.semantic_index.sealing import SealingDiary, write
from resolvers.semantic_index.sources import PassageSource
from resolvers.semantic_index.threads import in_thread
from vectorindex.errors import EngineError, SegmentError, WriteFailedError, WriterBusyError

# Between two looks whether another process has finished a build.
LOOK_SECONDS = 0.1

Watch = Callable[[Progress], None]

logger = structlog.get_logger(__name__)


class SourceIndex(Generic[Query, Index]):
    """Opened, followed and renewed by one task at a time; searched, sealed and built beside it."""

    def __init__(self, reader: LogReader, maker: IndexMaker[Index], folder: IndexFolder) -> None:
        self.folder = folder
        self._reader = reader
        self._maker = maker
        self._index: Index | None = None
        self._partial: Index | None = None
        self._build: Build | None = None
        self._plan = BuildPlan.of(reader.library.index, reader.library.index_builds)
        self._is_published = False  # else the index is in memory alone
        self._unusable: Build | None = None
        self._diary = SealingDiary()
        self.mending = Errand(self._mend)
        self.checking = Errand(self._check)

    @property
    def source(self) -> PassageSource:
        """What is indexed."""
        return self._maker.source

    @property
    def index(self) -> Index | None:
        """What is searched; None before the first one is there."""
        return self._index

    @property
    def build_in_use(self) -> Build | None:
        """What is searched was made by."""
        return self._build

    @property
    def is_building(self) -> bool:
        """Whether this process is making it anew."""
        return self._partial is not None

    @property
    def sequence(self) -> int:
        """The last transaction that a search reflects; negative before there is an index."""
        return self._index.sequence if self._index else -1

    @property
    def is_lost(self) -> bool:
        """Whether the files of the index are gone, or cannot be used."""
        current = self.folder.current()
        return self._is_published and (current is None or current == self._unusable)

    @property
    def is_outdated(self) -> bool:
        """Whether new indexes were asked for, and another host has made its own already."""
        return self.folder.current() is not None and self._is_before(self._plan.number)

    @property
    def is_given_up(self) -> bool:
        """Whether the index cannot be followed any more."""
        return self._unusable is not None and self._unusable == self._build

    def search(self, queries: Sequence[Query]) -> list[Found]:
        """See `SearchedIndex.search`; by what is there already, where it is still being loaded."""
        index = self._index or self._partial
        return index.search(queries) if index else [NOTHING] * len(queries)

    def notice(self, plan: BuildPlan) -> None:
        """Learn what the next build is to be."""
        self._plan = plan

    async def open(self) -> None:
        """Have the index in use; where there is none, it is made now, here or elsewhere."""
        await self.renew()
        while self._index is None:
            try:
                await self.build(self._plan)
            except WriterBusyError:
                await asyncio.sleep(LOOK_SECONDS)
            await self.renew()

    async def renew(self) -> None:
        """Take over the build that is in use now, if it is another."""
        build = self.folder.current()
        if build is None or build in (self._build, self._unusable):
            return
        try:
            index = await self._open(build)
        except SegmentError as error:
            self.give_up(str(error), build)
            return
        if not 0 <= index.sequence <= await self._reader.sequence():
            self.give_up("it does not belong to what the store holds", build)
            return
        await self.follow(index, self.sequence)
        self._take(index, build, is_published=True)
        self.checking.start()

    def give_up(self, reason: str, build: Build | None = None) -> None:
        """Note that files cannot be used, so that they are made anew."""
        build = build or self._build
        if build == self._unusable:
            return
        self._unusable = build
        logger.warning("an index is made anew", source=self.source.kind, reason=reason)

    def tend(self) -> None:
        """Take over what another process wrote; write what has become too much for memory."""
        if self._index is None:
            return
        try:
            self._index.index.refresh()
        except EngineError as error:
            logger.warning("an index is not followed", reason=str(error))
        except SegmentError as error:
            self.give_up(str(error))
        if self._diary.is_due(self._index.index):
            self.seal()

    def seal(self) -> None:
        """Write what is in memory alone, unless another process is writing."""
        if self._index is None or self._build is None:
            return
        try:
            if self._is_published:
                write(self._index.index)
                self._measure_again(self._index, self._build)
            else:
                self._write_first(self._index.index, self._build)
        except WriterBusyError:
            return
        except (OSError, SegmentError) as error:
            self._diary.failed()
            logger.warning("an index was not written", reason=str(error))

    async def apply(self, portion: Portion) -> None:
        """Follow the log; a portion that the index has seen changes nothing."""
        if self._index:
            await self._maker.apply(self._index, portion)

    async def follow(self, index: Index, until: int) -> None:
        """Bring an index to a sequence, or to the end of the log before it."""
        while (before := index.sequence) < until:
            portion = await self._reader.changes(before, until)
            if portion.is_empty:
                return
            await self._maker.apply(index, portion)

    async def rebuild(self, plan: BuildPlan, watch: Watch) -> None:
        """Make the index anew unless it was built under that number or a later one.

        Raises:
            WriteFailedError: the one in use stays.
        """
        while self._is_before(plan.number):
            try:
                is_made = await self.build(plan, watch)
            except WriterBusyError:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            if is_made and self._is_before(plan.number):
                # Without a disk it is in memory, unless there is one on disk to go on with.
                if self._is_published:
                    raise WriteFailedError("the new index could not be written")
                return

    async def build(self, plan: BuildPlan, watch: Watch | None = None) -> bool:
        """Make the index anew; `renew` takes it over, a first one serves at once.

        Args:
            plan: what it is to be.
            watch: is told how far it is.

        Returns:
            whether it was made here; another process may have been faster.

        Raises:
            WriterBusyError: another process does.
        """
        seen = self.folder.current()
        with self.folder.lock():
            if self.folder.current() != seen:
                return False
            self.folder.clear(keep=seen)
            build = self.folder.new_build(plan)
            index = await self._load(build, watch)
            build = await in_thread(self._maker.measure, index, build)
            is_published = self._publish(build)
            if not self._is_published:
                self._take(index, build, is_published=is_published)
        return True

    def _is_before(self, number: int) -> bool:
        current = self.folder.current()
        return current is None or current.plan.number < number

    async def _check(self) -> None:
        """Read what opening does not look at: bits may have flipped. Searches go on meanwhile."""
        index, build = self._index, self._build
        if index is None:
            return
        try:
            await in_thread(index.index.verify)
        except SegmentError as error:
            self.give_up(str(error), build)
            self.mending.start()

    async def _mend(self) -> None:
        with suppress(WriterBusyError):  # another process does
            await self.build(self._plan)

    async def _open(self, build: Build) -> Index:
        return await in_thread(self._maker.open, self.folder.files_of(build), build)

    async def _load(self, build: Build, watch: Watch | None) -> Index:
        index = self._partial = await in_thread(
            self._maker.open, self.folder.files_of(build), build
        )
        try:
            async with aclosing(self._maker.load(index)) as steps:
                async for progress in steps:
                    if watch:
                        watch(progress)
            # Those who take it over are to find little that they have to follow.
            await self.follow(index, await self._reader.sequence())
        finally:
            self._partial = None
        return index

    def _write_first(self, index: IndexFiles, build: Build) -> None:
        """Now that there is room: write what was made when there was none."""
        with self.folder.lock():
            if self.folder.current() is None:
                index.directory.mkdir(parents=True, exist_ok=True)
                write(index)
                self.folder.publish(build)
                self._is_published = True

    def _measure_again(self, index: Index, build: Build) -> None:
        """Tell other processes what is new about an index that they have open, too."""
        again = self._maker.measure(index, build)
        if again == build:
            return
        with self.folder.lock():
            if self.folder.current() == build:
                self.folder.publish(again)
                self._build = again

    def _take(self, index: Index, build: Build, *, is_published: bool) -> None:
        self._index, self._build, self._is_published = index, build, is_published

    def _publish(self, build: Build) -> bool:
        try:
            self.folder.publish(build)
        except OSError as error:
            logger.warning("an index stays in memory", reason=str(error))
            return False
        return True
