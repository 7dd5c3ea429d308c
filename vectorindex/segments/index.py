"""An index in segments: followed by every process, sealed and merged by one of them.

Every process applies the same numbered changes to its own tail. One that holds the writer's lock
seals its tail into a segment and publishes a manifest with the sequence it reached; the others
adopt it by dropping what their tails had up to that sequence. So no vector crosses a process
boundary but through the page cache.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vectorindex.calibration import Calibration
from vectorindex.doors import (
    check_columns,
    check_dimension,
    check_ids,
    check_new_ids,
    check_vectors,
)
from vectorindex.errors import IdError
from vectorindex.kernels import to_unit_length
from vectorindex.protocol import Hits, Mask, Metric, Rows, Vectors
from vectorindex.segments.description import Description, describe
from vectorindex.segments.files import SegmentFiles, Written
from vectorindex.segments.generation import Generation, open_generation
from vectorindex.segments.manifest import Manifest, SegmentEntry
from vectorindex.segments.recall import calibrate_snapshot, measure_snapshot
from vectorindex.segments.segment import Columns
from vectorindex.segments.settings import Settings
from vectorindex.segments.snapshot import Part, Snapshot
from vectorindex.segments.tail import Tail
from vectorindex.segments.tiers import SEAL_ROWS
from vectorindex.segments.tombstones import bury
from vectorindex.segments.writing import write_rows


class Change(NamedTuple):
    """One applied change, kept until it is in a segment.

    Attributes:
        sequence: its number.
        removed: ids.
        rows: what was added, in the tail.
    """

    sequence: int
    removed: Sequence[bytes]
    rows: Rows


class SegmentedIndex:
    """`VectorIndex` over the segments of a directory and a tail in memory.

    Searches may run in any thread beside one change. `apply` and `refresh` are quick; `seal` and
    `merge` write files, and may run in another thread or process meanwhile.
    """

    def __init__(self, directory: Path, settings: Settings) -> None:
        """Open what is there, or begin anew.

        Raises:
            SegmentError: the files cannot be used; its message and `code` say why.
        """
        check_dimension(settings.dimension)
        self.directory = directory
        self.settings = settings
        self._changes: list[Change] = []
        self._tail = self._new_tail(None)
        self._files = SegmentFiles(
            directory, settings.first_manifest(), partial(open_generation, directory), self._adopt
        )

    @property
    def snapshot(self) -> Snapshot:
        """The index at this moment; make a mask and search with one and the same snapshot."""
        return self._snapshot

    @property
    def dimension(self) -> int:
        """Components per vector."""
        return self.settings.dimension

    @property
    def metric(self) -> Metric:
        """The measure of every score."""
        return self.settings.metric

    @property
    def sequence(self) -> int:
        """The last change that was applied, or is in a segment; 0 before the first."""
        return self._snapshot.sequence

    @property
    def row_count(self) -> int:
        """Rows including tombstones."""
        return self._snapshot.row_count

    @property
    def tail_rows(self) -> int:
        """Rows that no segment holds yet; time to `seal` from `SEAL_ROWS` on."""
        return len(self._tail.store.view)

    @property
    def sealed_sequence(self) -> int:
        """The last change that is in a segment; 0 before the first."""
        return self._files.manifest.sequence

    @property
    def needs_sealing(self) -> bool:
        """Whether the tail is as large as a segment."""
        return self.tail_rows >= SEAL_ROWS

    def __len__(self) -> int:
        return len(self._snapshot)

    def __contains__(self, id: object) -> bool:
        return id in self._snapshot

    def rows_of(self, ids: Sequence[bytes]) -> Rows:
        """See `VectorIndex.rows_of`."""
        return self._snapshot.rows_of(ids)

    def ids_of(self, rows: Rows) -> list[bytes]:
        """See `VectorIndex.ids_of`."""
        return self._snapshot.ids_of(rows)

    def search(self, queries: Vectors, k: int, *, mask: Mask | None = None) -> Hits:
        """See `VectorIndex.search`."""
        return self._snapshot.search(queries, k, mask=mask)

    def add(self, ids: Sequence[bytes], vectors: Vectors) -> Rows:
        """See `VectorIndex.add`; a change of its own, for an index without columns."""
        known = np.flatnonzero(self.rows_of(ids) >= 0)
        if known.size:
            raise IdError(f"the id {ids[known[0]].hex()} is in the index already")
        self.apply(self.sequence + 1, [], ids, vectors)
        return self.rows_of(ids)

    def remove(self, ids: Sequence[bytes]) -> int:
        """See `VectorIndex.remove`; a change of its own."""
        there = len(self)
        self.apply(self.sequence + 1, ids, [], np.empty((0, self.dimension), dtype=np.float32))
        return there - len(self)

    def apply(
        self,
        sequence: int,
        removed: Sequence[bytes],
        ids: Sequence[bytes],
        vectors: Vectors,
        columns: Columns | None = None,
    ) -> None:
        """Apply one numbered change: removals, then additions. One that was applied is passed over.

        Args:
            sequence: of the change; every process applies the same changes in the same order.
            removed: ids, known or not.
            ids: of what is added; a known id is replaced.
            vectors: (len(ids), d) float32.
            columns: (len(ids),) of each of the index's columns.

        Raises:
            VectorIndexError: nothing was applied.
        """
        vectors = check_vectors(vectors, self.dimension, self.metric)
        check_ids(removed)
        check_new_ids(ids, len(vectors))
        if self.metric is Metric.COSINE:
            vectors = to_unit_length(vectors)
        columns = columns or {}
        check_columns(columns, self.settings.dtypes(), len(vectors))
        with self._files.changing:
            if sequence > self.sequence:
                self._apply(sequence, removed, ids, vectors, columns)

    def refresh(self) -> bool:
        """Adopt what another process has published; see `SegmentFiles.refresh`."""
        return self._files.refresh()

    def lock(self) -> AbstractContextManager[None]:
        """Be the writer, for `seal` and `merge`; see `SegmentFiles.lock`."""
        return self._files.lock()

    def seal(self) -> None:
        """Write the tail and the tombstones, and publish them. Hold the lock.

        Raises:
            WriteFailedError: everything is as it was.
        """
        self.refresh()
        snapshot = self._snapshot
        *segments, tail = snapshot.parts

        def write_tail(manifest: Manifest) -> Written | None:
            if not tail.view.live_count:
                return None
            return write_rows(self.directory, manifest, [tail], self.settings.kind)

        self._files.seal(snapshot.sequence, [part.view for part in segments], write_tail)

    def merge(self, *, everything: bool = False) -> bool:
        """Merge what has become too many segments, or all; see `SegmentFiles.merge`."""

        def write(generation: Generation, chosen: Sequence[SegmentEntry]) -> Written:
            manifest = generation.manifest
            if everything:
                # No codes of the old planes stay behind: their centre may be that of the rows now.
                manifest = replace(manifest, encoder_file="")
            parts = zip(manifest.segments, generation.parts(), strict=True)
            merged = [part for entry, part in parts if entry in chosen]
            return write_rows(self.directory, manifest, merged, self.settings.kind)

        return self._files.merge(write, everything=everything)

    def compact(self) -> Rows:
        """See `VectorIndex.compact`: seals and merges everything, for small indexes and tests."""
        before = self._snapshot
        keys = np.concatenate([part.view.keys for part in before.parts])
        alive = np.concatenate([part.view.alive for part in before.parts])
        with self.lock():
            self.seal()
            self.merge(everything=True)
        return np.where(alive, self._snapshot.rows_of_keys(keys), -1)

    def calibrate(self, recall: float) -> Calibration:
        """Search from now on as broadly as a recall needs; see `MemoryIndex.calibrate`."""
        found = calibrate_snapshot(self._snapshot, recall)
        with self._files.changing:
            self.settings = replace(self.settings, breadth=found.breadth)
            self._adopt(self._files.generation)
        return found

    def measure(self) -> Calibration:
        """The recall of searches as broad as they are; costs 400 exact ones."""
        return Calibration(self.settings.breadth, measure_snapshot(self._snapshot))

    def describe(self) -> Description:
        """What lies in files."""
        return describe(self.directory, self._files.generation)

    def verify(self) -> None:
        """Read every byte of every file; see `SegmentFiles.verify`."""
        self._files.verify()

    def _apply(
        self,
        sequence: int,
        removed: Sequence[bytes],
        ids: Sequence[bytes],
        vectors: Vectors,
        columns: Columns,
    ) -> None:
        gone = [*removed, *ids]
        if not gone and self._changes and not self._changes[-1].removed:
            # A library may change for long without a change of its vectors.
            self._changes.pop()
        segments = bury(self._snapshot.parts[:-1], gone)
        self._tail.store.bury(gone)
        rows = self._tail.append(ids, vectors, columns)
        self._changes.append(Change(sequence, gone, rows))
        self._show(self._snapshot.generation, segments, sequence)

    def _adopt(self, generation: Generation | None) -> None:
        """Take over a generation, and apply again what it does not hold yet."""
        sequence = generation.manifest.sequence if generation else 0
        segments = generation.parts(self.settings.breadth) if generation else ()
        tail = self._new_tail(generation)
        changes = []
        for change in self._changes:
            if change.sequence > sequence:
                sequence = change.sequence
                segments = bury(segments, change.removed)
                tail.store.bury(change.removed)
                rows = self._tail.hand_over(change.rows, tail)
                changes.append(change._replace(rows=rows))
        self._tail, self._changes = tail, changes
        self._show(generation.manifest.generation if generation else 0, segments, sequence)

    def _new_tail(self, generation: Generation | None) -> Tail:
        settings = self.settings
        encoder = generation.encoder if generation else None
        return Tail(
            settings.dimension, settings.metric, settings.dtypes(), encoder, settings.breadth
        )

    def _show(self, generation: int, segments: tuple[Part, ...], sequence: int) -> None:
        """Let searches see this state: the only place where they begin to."""
        parts = (*segments, self._tail.part())
        self._snapshot = Snapshot(self.dimension, self.metric, generation, sequence, parts)
