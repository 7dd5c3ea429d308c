"""An index in segments: followed by every process, sealed and merged by one of them.

Every process applies the same numbered changes to its own tail. One that holds the writer's lock
seals its tail into a segment and publishes a manifest with the sequence it reached; the others
adopt it by dropping what their tails had up to that sequence. So no vector crosses a process
boundary but through the page cache.
"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vectorindex.breadth import USUAL, Breadth
from vectorindex.calibration import Calibration, calibrate, check_recall, make_queries, measure
from vectorindex.doors import (
    check_columns,
    check_dimension,
    check_ids,
    check_new_ids,
    check_vectors,
)
from vectorindex.errors import IdError, OtherIndexError
from vectorindex.ids import to_keys
from vectorindex.kernels import to_unit_length
from vectorindex.kinds import Kind
from vectorindex.protocol import Hits, Mask, Metric, Rows, Vectors
from vectorindex.segments.description import Description, describe
from vectorindex.segments.generation import Generation, open_generation
from vectorindex.segments.manifest import Manifest, writer_lock
from vectorindex.segments.segment import Columns
from vectorindex.segments.snapshot import Part, Snapshot
from vectorindex.segments.tail import Tail
from vectorindex.segments.tiers import SEAL_ROWS
from vectorindex.segments.writing import merge_segments, publish_tail


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


@dataclass(frozen=True, slots=True)
class Settings:
    """What an index is made of, the same in every process.

    Attributes:
        dimension: components per vector.
        metric: the measure of every score.
        columns: names and types of numbers that are kept beside each vector, for masks.
        kind: of the segments from now on; those that are there keep theirs.
        breadth: of the searches; may differ between processes.
    """

    dimension: int
    metric: Metric
    columns: Mapping[str, str] | None = None
    kind: Kind = Kind.AUTO
    breadth: Breadth = USUAL

    def dtypes(self) -> dict[str, np.dtype[Any]]:
        """Types of the columns."""
        return {name: np.dtype(code) for name, code in (self.columns or {}).items()}


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
        # Where it cannot be made, nothing can be sealed, and the index stays in memory.
        with suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.settings = settings
        self._changing = threading.Lock()
        self._changes: list[Change] = []
        self._generation: Generation | None = None
        self._tail = self._new_tail(None)
        self._adopt(open_generation(directory, None))

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
        return self._generation.manifest.sequence if self._generation else 0

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
        with self._changing:
            if sequence > self.sequence:
                self._apply(sequence, removed, ids, vectors, columns)

    def refresh(self) -> bool:
        """Adopt the newest manifest, if there is a newer one than before.

        Raises:
            SegmentError: its files cannot be used; this process goes on with those it has.
        """
        with self._changing:
            newest = open_generation(self.directory, self._generation)
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
            publish_tail(self.directory, manifest, snapshot, self.settings.kind)
            self.refresh()

    def merge(self, *, everything: bool = False) -> bool:
        """Merge what the tiers call for, or all segments. Hold the lock.

        Returns:
            Whether there was need; there may be more.

        Raises:
            WriteFailedError: everything is as it was.
        """
        self.refresh()
        generation = self._generation
        if not generation or not merge_segments(
            self.directory, generation, self.settings.kind, everything=everything
        ):
            return False
        self.refresh()
        return True

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
        check_recall(recall)
        snapshot = self._snapshot
        found = calibrate(
            recall,
            _queries_of(snapshot),
            snapshot.exact().search,
            lambda breadth: snapshot.at(breadth).search,
            max(part.finder.nlist for part in snapshot.parts),
        )
        with self._changing:
            self.settings = replace(self.settings, breadth=found.breadth)
            self._adopt(self._generation)
        return found

    def measure(self) -> Calibration:
        """The recall of searches as broad as they are; costs 400 exact ones."""
        snapshot = self._snapshot
        recall = measure(_queries_of(snapshot), snapshot.exact().search, snapshot.search)
        return Calibration(self.settings.breadth, recall)

    def describe(self) -> Description:
        """What lies in files."""
        return describe(self.directory, self._generation)

    def verify(self) -> None:
        """Read every byte of every file, about a second per gigabyte; for a thread beside searches.

        Raises:
            DamagedFileError: a checksum is wrong; rebuild the index.
        """
        if self._generation:
            self._generation.verify()

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
        segments = _bury(self._snapshot.parts[:-1], gone)
        self._tail.store.bury(gone)
        rows = self._tail.append(ids, vectors, columns)
        self._changes.append(Change(sequence, gone, rows))
        self._show(segments, sequence)

    def _adopt(self, generation: Generation | None) -> None:
        """Take over a generation, and apply again what it does not hold yet."""
        if generation:
            self._check_same(generation.manifest)
        sequence = generation.manifest.sequence if generation else 0
        segments = generation.parts(self.settings.breadth) if generation else ()
        tail = self._new_tail(generation)
        changes = []
        for change in self._changes:
            if change.sequence > sequence:
                sequence = change.sequence
                segments = _bury(segments, change.removed)
                tail.store.bury(change.removed)
                rows = self._tail.hand_over(change.rows, tail)
                changes.append(change._replace(rows=rows))
        self._generation, self._tail, self._changes = generation, tail, changes
        self._show(segments, sequence)

    def _new_tail(self, generation: Generation | None) -> Tail:
        settings = self.settings
        encoder = generation.encoder if generation else None
        return Tail(
            settings.dimension, settings.metric, settings.dtypes(), encoder, settings.breadth
        )

    def _show(self, segments: tuple[Part, ...], sequence: int) -> None:
        """Let searches see this state: the only place where they begin to."""
        generation = self._generation.manifest.generation if self._generation else 0
        parts = (*segments, self._tail.part())
        self._snapshot = Snapshot(self.dimension, self.metric, generation, sequence, parts)

    def _first_manifest(self) -> Manifest:
        columns = {name: dtype.str for name, dtype in self.settings.dtypes().items()}
        return Manifest(0, 0, self.dimension, self.metric.value, columns, "", ())

    def _check_same(self, manifest: Manifest) -> None:
        here = self._first_manifest()
        for name in ("dimension", "metric", "columns"):
            if getattr(manifest, name) != getattr(here, name):
                raise OtherIndexError(
                    f"{self.directory} holds an index of {name} {getattr(manifest, name)}, not"
                    f" {getattr(here, name)}; rebuild the index"
                )


def _queries_of(snapshot: Snapshot) -> Vectors:
    """Held-out queries, made of the largest part."""
    largest = max(snapshot.parts, key=lambda part: len(part.view))
    return make_queries(largest.view, replace(snapshot.exact(), parts=(largest,)).search)


def _bury(parts: tuple[Part, ...], ids: Sequence[bytes]) -> tuple[Part, ...]:
    """The parts without some ids; the parts given stay as they are."""
    keys = to_keys(ids)
    return tuple(part.without(keys) for part in parts) if ids else parts
