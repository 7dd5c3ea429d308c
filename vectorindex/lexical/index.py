"""An index of words: followed by every process, sealed and merged by one of them.

As in an index of vectors (`vectorindex.segments.index`), every process applies the same numbered
changes to a tail of its own, and one of them writes segments that the others adopt. The tail is a
few runs in memory; whenever the last two are of like size they become one, so that there are few,
and each row is indexed a few times at most.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vectorindex.doors import check_columns, check_ids, check_new_ids
from vectorindex.errors import ShapeError
from vectorindex.lexical.building import Living, Text, build_run, join_runs
from vectorindex.lexical.files import write_run
from vectorindex.lexical.generation import Generation, open_generation
from vectorindex.lexical.query import WordQuery
from vectorindex.lexical.recipe import Recipe
from vectorindex.lexical.run import Columns, Run
from vectorindex.lexical.snapshot import Found, Part, Snapshot, whole_part
from vectorindex.protocol import Mask
from vectorindex.segments.files import SegmentFiles, Written
from vectorindex.segments.manifest import Manifest, SegmentEntry
from vectorindex.segments.publishing import new_name
from vectorindex.segments.tiers import SEAL_ROWS
from vectorindex.segments.tombstones import bury

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

    def first_manifest(self) -> Manifest:
        """Of an index that holds nothing yet."""
        columns = {name: dtype.str for name, dtype in self.dtypes().items()}
        return Manifest(0, 0, 0, self.recipe.measure, columns, "", ())


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
        self.directory = directory
        self.settings = settings
        self._changes: list[Change] = []
        self._files = SegmentFiles(
            directory, settings.first_manifest(), partial(open_generation, directory), self._adopt
        )

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
        return self._files.manifest.sequence

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
        with self._files.changing:
            if sequence > self.sequence:
                self._apply(Change(sequence, [*removed, *ids], run))

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

        def write_tail(manifest: Manifest) -> Written | None:
            if not any(part.live_count for part in snapshot.tail):
                return None
            return manifest, self._write(snapshot.tail)

        self._files.seal(snapshot.sequence, snapshot.segments, write_tail)

    def merge(self, *, everything: bool = False) -> bool:
        """Merge what has become too many segments, or all; see `SegmentFiles.merge`."""

        def write(generation: Generation, chosen: Sequence[SegmentEntry]) -> Written:
            parts = zip(generation.manifest.segments, generation.parts(), strict=True)
            merged = [part for entry, part in parts if entry in chosen]
            return generation.manifest, self._write(merged)

        return self._files.merge(write, everything=everything)

    def verify(self) -> None:
        """Read every byte of every file; see `SegmentFiles.verify`."""
        self._files.verify()

    def _apply(self, change: Change) -> None:
        segments, tail = self._snapshot.segments, self._snapshot.tail
        if not change.removed and self._changes and not self._changes[-1].removed:
            # A library may change for long without a change of its texts.
            self._changes.pop()
        self._changes.append(change)
        segments, tail = bury(segments, change.removed), bury(tail, change.removed)
        tail = _grown(tail, change.run)
        self._show(self._snapshot.generation, segments, tail, change.sequence)

    def _adopt(self, generation: Generation | None) -> None:
        """Take over a generation, and apply again what it does not hold yet."""
        sequence = generation.manifest.sequence if generation else 0
        self._changes = [each for each in self._changes if each.sequence > sequence]
        segments = generation.parts() if generation else ()
        tail: tuple[Part, ...] = ()
        for change in self._changes:
            sequence = change.sequence
            segments, tail = bury(segments, change.removed), bury(tail, change.removed)
            tail = _grown(tail, change.run)
        number = generation.manifest.generation if generation else 0
        self._show(number, segments, tail, sequence)

    def _show(
        self, generation: int, segments: tuple[Part, ...], tail: tuple[Part, ...], sequence: int
    ) -> None:
        """Let searches see this state: the only place where they begin to."""
        self._snapshot = Snapshot(generation, sequence, segments, tail)

    def _write(self, parts: Sequence[Part]) -> SegmentEntry:
        """The living rows of parts as a new segment."""
        run = join_runs([Living(part.run, part.alive) for part in parts])
        name = new_name("words")
        write_run(self.directory / name, run)
        return SegmentEntry(name, len(run), "", len(run))


def _grown(tail: tuple[Part, ...], run: Run) -> tuple[Part, ...]:
    """A tail with one more run, joined with those before it that are of its size."""
    parts = [part for part in (*tail, whole_part(run)) if part.live_count]
    while len(parts) > 1 and parts[-2].live_count < RUNS_RATIO * parts[-1].live_count:
        last = [Living(part.run, part.alive) for part in parts[-2:]]
        parts[-2:] = [whole_part(join_runs(last))]
    return tuple(parts)
