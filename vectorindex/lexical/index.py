"""An index of words: followed by every process, sealed and merged by one of them.

As in an index of vectors (`vectorindex.segments.index`), every process applies the same numbered
changes to a tail of its own, and one of them writes segments that the others adopt. The tail is a
few runs in memory; whenever the last two are of like size they become one, so that there are few,
and each row is indexed a few times at most.
"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vectorindex.doors import check_columns, check_ids, check_new_ids
from vectorindex.errors import OtherIndexError, ShapeError
from vectorindex.ids import to_keys
from vectorindex.lexical.building import Living, Text, build_run, join_runs
from vectorindex.lexical.files import view_run, write_run
from vectorindex.lexical.query import WordQuery
from vectorindex.lexical.recipe import Recipe
from vectorindex.lexical.run import Columns, Run
from vectorindex.lexical.snapshot import Found, Part, Snapshot, whole_part
from vectorindex.protocol import Mask
from vectorindex.segments.arrays import ArrayFile
from vectorindex.segments.generation import open_newest
from vectorindex.segments.manifest import Manifest, SegmentEntry, writer_lock
from vectorindex.segments.publishing import (
    entry_now,
    is_compact,
    new_name,
    nothing_left_behind,
    publish,
)
from vectorindex.segments.tiers import SEAL_ROWS, choose_merge

# Two runs of the tail are joined when the older is not so many times larger.
RUNS_RATIO = 4


class Change(NamedTuple):
    """One applied change, kept until it is in a segment; `run` is what was added."""

    sequence: int
    removed: Sequence[bytes]
    run: Run


@dataclass(frozen=True, slots=True)
class LexicalSettings:
    """What an index is made of, the same in every process.

    Attributes:
        recipe: of the scores.
        columns: names and types of numbers that are kept beside each row, for masks.
    """

    recipe: Recipe
    columns: Mapping[str, str]

    def dtypes(self) -> dict[str, np.dtype[Any]]:
        """Types of the columns."""
        return {name: np.dtype(code) for name, code in self.columns.items()}


@dataclass(frozen=True, slots=True)
class Generation:
    """The open files of one manifest."""

    manifest: Manifest
    files: tuple[ArrayFile, ...]
    alive_files: tuple[ArrayFile | None, ...]

    def parts(self) -> tuple[Part, ...]:
        """The segments as they were written."""
        return tuple(
            _part(view_run(file), alive)
            for file, alive in zip(self.files, self.alive_files, strict=True)
        )

    def verify(self) -> None:
        """Read every byte of every file.

        Raises:
            DamagedFileError: a checksum is wrong; rebuild the index.
        """
        for file in (*self.files, *self.alive_files):
            if file:
                file.verify()


class LexicalIndex:
    """Texts under 16-byte ids, searched by their words.

    Searches may run in any thread beside one change. `apply` and `refresh` are quick; `seal` and
    `merge` write files, and may run in another thread or process meanwhile.
    """

    def __init__(self, directory: Path, settings: LexicalSettings) -> None:
        """Open what is there, or begin anew.

        Raises:
            SegmentError: the files cannot be used; its message and `code` say why.
        """
        # Where it cannot be made, nothing can be sealed, and the index stays in memory.
        with suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.settings = settings
        self._changing = threading.Lock()
        self._changes: list[Change] = []
        self._generation: Generation | None = None
        self._adopt(self._open(None))

    @property
    def snapshot(self) -> Snapshot:
        """The index at this moment; make a mask and search with one and the same snapshot."""
        return self._snapshot

    @property
    def sequence(self) -> int:
        """The last change that was applied, or is in a segment; 0 before the first."""
        return self._snapshot.sequence

    @property
    def sealed_sequence(self) -> int:
        """The last change that is in a segment; 0 before the first."""
        return self._generation.manifest.sequence if self._generation else 0

    @property
    def needs_sealing(self) -> bool:
        """Whether the tail is as large as a segment."""
        return sum(len(part.run) for part in self._snapshot.tail) >= SEAL_ROWS

    def __len__(self) -> int:
        return len(self._snapshot)

    def search(self, query: WordQuery, k: int, *, mask: Mask | None = None) -> Found:
        """See `Snapshot.search`."""
        return self._snapshot.search(query, k, mask=mask)

    def apply(
        self,
        sequence: int,
        removed: Sequence[bytes],
        ids: Sequence[bytes],
        texts: Sequence[Text],
        columns: Columns | None = None,
    ) -> None:
        """Apply one numbered change: removals, then additions. One that was applied is passed over.

        Args:
            sequence: of the change; every process applies the same changes in the same order.
            removed: ids, known or not.
            ids: of what is added; a known id is replaced.
            texts: (len(ids),) the tokens of each field.
            columns: (len(ids),) of each of the index's columns.

        Raises:
            VectorIndexError: nothing was applied.
        """
        check_ids(removed)
        check_new_ids(ids, len(texts))
        columns = columns or {}
        check_columns(columns, self.settings.dtypes(), len(texts))
        fields = len(self.settings.recipe.fields)
        if any(len(text) != fields for text in texts):
            raise ShapeError(f"a text has {fields} fields")
        run = build_run(ids, texts, columns, self.settings.recipe)
        with self._changing:
            if sequence > self.sequence:
                self._apply(Change(sequence, [*removed, *ids], run))

    def refresh(self) -> bool:
        """Adopt the newest manifest, if there is a newer one than before.

        Raises:
            SegmentError: its files cannot be used; this process goes on with those it has.
        """
        with self._changing:
            newest = self._open(self._generation)
            known = self._generation.manifest.generation if self._generation else 0
            if newest is None or newest.manifest.generation <= known:
                return False
            self._adopt(newest)
            return True

    def lock(self) -> AbstractContextManager[None]:
        """Be the writer of this directory while the context lasts, for `seal` and `merge`.

        Raises:
            WriterBusyError: another process is; there is nothing to do for this one.
        """
        return writer_lock(self.directory)

    def seal(self) -> None:
        """Write the tail and the tombstones, and publish them. Hold the lock.

        Raises:
            WriteFailedError: everything is as it was.
        """
        self.refresh()
        snapshot, generation = self._snapshot, self._generation
        manifest = generation.manifest if generation else self._first_manifest()
        if snapshot.sequence > manifest.sequence:
            self._publish_tail(snapshot, manifest)
            self.refresh()

    def merge(self, *, everything: bool = False) -> bool:
        """Merge what the tiers call for, or all segments. Hold the lock.

        Returns:
            Whether there was need; there may be more.

        Raises:
            WriteFailedError: everything is as it was.
        """
        self.refresh()
        if not self._generation:
            return False
        entries = self._generation.manifest.segments
        chosen = list(entries) if everything else choose_merge(entries)
        if not chosen or (everything and is_compact(chosen)):
            return False
        self._merge(self._generation, chosen)
        self.refresh()
        return True

    def verify(self) -> None:
        """Read every byte of every file, about a second per gigabyte; for a thread beside searches.

        Raises:
            DamagedFileError: a checksum is wrong; rebuild the index.
        """
        if self._generation:
            self._generation.verify()

    def _apply(self, change: Change) -> None:
        segments, tail = self._snapshot.segments, self._snapshot.tail
        if not change.removed and self._changes and not self._changes[-1].removed:
            # A library may change for long without a change of its texts.
            self._changes.pop()
        self._changes.append(change)
        segments, tail = _bury(segments, change.removed), _bury(tail, change.removed)
        self._show(segments, _grown(tail, change.run), change.sequence)

    def _adopt(self, generation: Generation | None) -> None:
        """Take over a generation, and apply again what it does not hold yet."""
        if generation:
            self._check_same(generation.manifest)
        sequence = generation.manifest.sequence if generation else 0
        self._generation = generation
        self._changes = [each for each in self._changes if each.sequence > sequence]
        segments = generation.parts() if generation else ()
        tail: tuple[Part, ...] = ()
        for change in self._changes:
            sequence = change.sequence
            segments, tail = _bury(segments, change.removed), _bury(tail, change.removed)
            tail = _grown(tail, change.run)
        self._show(segments, tail, sequence)

    def _show(self, segments: tuple[Part, ...], tail: tuple[Part, ...], sequence: int) -> None:
        """Let searches see this state: the only place where they begin to."""
        generation = self._generation.manifest.generation if self._generation else 0
        self._snapshot = Snapshot(generation, sequence, segments, tail)

    def _publish_tail(self, snapshot: Snapshot, manifest: Manifest) -> None:
        with nothing_left_behind(self.directory, manifest):
            entries = [
                entry_now(self.directory, entry, part.alive, part.live_count)
                for entry, part in zip(manifest.segments, snapshot.segments, strict=True)
            ]
            entries = [entry for entry in entries if entry.live_rows]
            if any(part.live_count for part in snapshot.tail):
                entries.append(self._write(snapshot.tail))
            manifest = replace(manifest, sequence=snapshot.sequence, segments=tuple(entries))
            publish(self.directory, manifest)

    def _merge(self, generation: Generation, chosen: Sequence[SegmentEntry]) -> None:
        manifest = generation.manifest
        parts = [
            part
            for entry, part in zip(manifest.segments, generation.parts(), strict=True)
            if entry in chosen
        ]
        with nothing_left_behind(self.directory, manifest):
            merged = self._write(parts)
            first = manifest.segments.index(chosen[0])
            entries = [entry for entry in manifest.segments if entry not in chosen]
            entries.insert(first, merged)
            publish(self.directory, replace(manifest, segments=tuple(entries)))

    def _write(self, parts: Sequence[Part]) -> SegmentEntry:
        """The living rows of parts as a new segment."""
        run = join_runs([Living(part.run, part.alive) for part in parts])
        name = new_name("words")
        write_run(self.directory / name, run)
        return SegmentEntry(name, len(run), "", len(run))

    def _open(self, known: Generation | None) -> Generation | None:
        there = {file.path.name: file for file in known.files} if known else {}

        def open_files(manifest: Manifest) -> Generation:
            return Generation(
                manifest,
                tuple(
                    there.get(entry.file) or ArrayFile(self.directory / entry.file)
                    for entry in manifest.segments
                ),
                tuple(
                    ArrayFile(self.directory / entry.alive_file) if entry.alive_file else None
                    for entry in manifest.segments
                ),
            )

        return open_newest(self.directory, open_files)

    def _first_manifest(self) -> Manifest:
        columns = {name: dtype.str for name, dtype in self.settings.dtypes().items()}
        return Manifest(0, 0, 0, self.settings.recipe.measure, columns, "", ())

    def _check_same(self, manifest: Manifest) -> None:
        here = self._first_manifest()
        for name in ("dimension", "metric", "columns"):
            if getattr(manifest, name) != getattr(here, name):
                raise OtherIndexError(
                    f"{self.directory} holds an index of {name} {getattr(manifest, name)}, not"
                    f" {getattr(here, name)}; rebuild the index"
                )


def _part(run: Run, alive_file: ArrayFile | None) -> Part:
    if alive_file is None:
        return whole_part(run)
    alive = alive_file["alive"]
    return Part(run, alive, int(np.count_nonzero(alive)))


def _bury(parts: tuple[Part, ...], ids: Sequence[bytes]) -> tuple[Part, ...]:
    """The parts without some ids; the parts given stay as they are."""
    keys = to_keys(ids)
    return tuple(part.without(keys) for part in parts) if ids else parts


def _grown(tail: tuple[Part, ...], run: Run) -> tuple[Part, ...]:
    """A tail with one more run, joined with those before it that are of its size."""
    parts = [part for part in (*tail, whole_part(run)) if part.live_count]
    while len(parts) > 1 and parts[-2].live_count < RUNS_RATIO * parts[-1].live_count:
        last = [Living(part.run, part.alive) for part in parts[-2:]]
        parts[-2:] = [whole_part(join_runs(last))]
    return tuple(parts)
