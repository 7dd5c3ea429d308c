"""The files of an index as one process has them: adopted from the process that writes, or written.

An index of vectors and one of words differ in what a segment is and in what waits in memory. How
files are taken over, and how what waits becomes a file, is the same, and is here.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from vectorindex.errors import MissingFileError, OtherIndexError
from vectorindex.protocol import Mask
from vectorindex.segments.manifest import Manifest, SegmentEntry, read_manifest, writer_lock
from vectorindex.segments.publishing import entry_now, is_compact, nothing_left_behind, publish
from vectorindex.segments.tiers import choose_merge

OPENING_ATTEMPTS = 5


class OpenFiles(Protocol):
    """The open files of one manifest."""

    @property
    def manifest(self) -> Manifest:
        """That names them."""
        ...

    def verify(self) -> None:
        """Read every byte of every file.

        Raises:
            DamagedFileError: a checksum is wrong; rebuild the index.
        """
        ...


class Rows(Protocol):
    """The rows of a segment at one moment."""

    @property
    def alive(self) -> Mask:
        """(n,) bool, false for a tombstone."""
        ...

    @property
    def live_count(self) -> int:
        """How many are alive."""
        ...


Opened = TypeVar("Opened", bound=OpenFiles)
Written = tuple[Manifest, SegmentEntry]
"""A new segment, and the manifest with the other files that it needs."""


class SegmentFiles(Generic[Opened]):
    """The generation that a process has, and the way to the next one.

    Attributes:
        changing: held while the index takes over a generation, and by the index while it applies
            a change.
        generation: None before there is one.
    """

    def __init__(
        self,
        directory: Path,
        empty: Manifest,
        open_files: Callable[[Manifest, Opened | None], Opened],
        adopt: Callable[[Opened | None], None],
    ) -> None:
        """Open what is there, and let the index adopt it.

        Args:
            directory: made if it is not there.
            empty: the manifest of an index without segments.
            open_files: opens what a manifest names; what is open in the generation before is not
                opened again.
            adopt: begins to search a generation.

        Raises:
            SegmentError: the files cannot be used; its message and `code` say why.
        """
        # Where it cannot be made, nothing can be sealed, and the index stays in memory.
        with suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.changing = threading.Lock()
        self.generation: Opened | None = None
        self._empty = empty
        self._open_files = open_files
        self._adopt = adopt
        self._take_over(self._newest())

    @property
    def manifest(self) -> Manifest:
        """Of the generation."""
        return self.generation.manifest if self.generation else self._empty

    def refresh(self) -> bool:
        """Adopt the newest generation, if there is a newer one than before.

        Raises:
            SegmentError: its files cannot be used; this process goes on with those it has.
        """
        with self.changing:
            newest = self._newest()
            if newest is None or newest.manifest.generation <= self.manifest.generation:
                return False
            self._take_over(newest)
            return True

    def lock(self) -> AbstractContextManager[None]:
        """Be the writer of this directory while the context lasts.

        Raises:
            WriterBusyError: another process is; there is nothing to do for this one.
        """
        return writer_lock(self.directory)

    def seal(
        self,
        sequence: int,
        segments: Sequence[Rows],
        write_tail: Callable[[Manifest], Written | None],
    ) -> None:
        """Publish what was in memory. Hold the lock.

        Args:
            sequence: the last change in it; nothing is done where the files have it already.
            segments: of the generation, with their tombstones of now.
            write_tail: writes the rows of the tail, unless none is alive.

        Raises:
            WriteFailedError: everything is as it was.
        """
        before = self.manifest
        if sequence <= before.sequence:
            return
        with nothing_left_behind(self.directory, before):
            entries = [
                entry_now(self.directory, entry, rows.alive, rows.live_count)
                for entry, rows in zip(before.segments, segments, strict=True)
            ]
            entries = [entry for entry in entries if entry.live_rows]
            manifest = replace(before, sequence=sequence)
            if written := write_tail(manifest):
                manifest, entry = written
                entries.append(entry)
            publish(self.directory, replace(manifest, segments=tuple(entries)))
        self.refresh()

    def merge(
        self, write_rows: Callable[[Opened, Sequence[SegmentEntry]], Written], *, everything: bool
    ) -> bool:
        """Merge what the tiers call for, or all segments. Hold the lock.

        Args:
            write_rows: writes the living rows of some segments of a generation into one.
            everything: also what the tiers leave alone.

        Returns:
            Whether there was need; there may be more.

        Raises:
            WriteFailedError: everything is as it was.
        """
        self.refresh()
        if self.generation is None:
            return False
        before = self.generation.manifest
        chosen = list(before.segments) if everything else choose_merge(before.segments)
        if not chosen or (everything and is_compact(chosen)):
            return False
        with nothing_left_behind(self.directory, before):
            manifest, merged = write_rows(self.generation, chosen)
            entries = [entry for entry in before.segments if entry not in chosen]
            entries.insert(before.segments.index(chosen[0]), merged)
            publish(self.directory, replace(manifest, segments=tuple(entries)))
        self.refresh()
        return True

    def verify(self) -> None:
        """Read every byte of every file, about a second per gigabyte; for a thread beside searches.

        Raises:
            DamagedFileError: a checksum is wrong; rebuild the index.
        """
        if self.generation:
            self.generation.verify()

    def _take_over(self, generation: Opened | None) -> None:
        self._adopt(generation)
        self.generation = generation

    def _newest(self) -> Opened | None:
        """Open what the current manifest names; None where there is no index yet."""
        manifest = read_manifest(self.directory)
        for attempt in range(OPENING_ATTEMPTS):
            if manifest is None:
                return None
            self._check_same(manifest)
            try:
                return self._open_files(manifest, self.generation)
            except MissingFileError:
                # A writer may have replaced the manifest and removed its files just now.
                newer = read_manifest(self.directory)
                if newer == manifest or attempt == OPENING_ATTEMPTS - 1:
                    raise
                manifest = newer
        return None

    def _check_same(self, manifest: Manifest) -> None:
        for name in ("dimension", "metric", "columns"):
            there, here = getattr(manifest, name), getattr(self._empty, name)
            if there != here:
                raise OtherIndexError(
                    f"{self.directory} holds an index of {name} {there}, not {here};"
                    " rebuild the index"
                )
