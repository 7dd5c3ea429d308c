"""The open files of one manifest of an index of words."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vectorindex.lexical.files import view_run
from vectorindex.lexical.run import Run
from vectorindex.lexical.snapshot import Part, whole_part
from vectorindex.segments.arrays import ArrayFile
from vectorindex.segments.generation import open_alive_files
from vectorindex.segments.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Generation:
    """What a reader holds; files that are removed meanwhile stay mapped."""

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


def open_generation(directory: Path, manifest: Manifest, known: Generation | None) -> Generation:
    """Open a manifest's files.

    Args:
        directory: of the index.
        manifest: that names them.
        known: segments that are open in it are not opened again.

    Raises:
        SegmentError: a file is missing, damaged or of another format.
    """
    there = {file.path.name: file for file in known.files} if known else {}
    files = tuple(
        there.get(entry.file) or ArrayFile(directory / entry.file) for entry in manifest.segments
    )
    return Generation(manifest, files, open_alive_files(directory, manifest))


def _part(run: Run, alive_file: ArrayFile | None) -> Part:
    if alive_file is None:
        return whole_part(run)
    alive = alive_file["alive"]
    return Part(run, alive, int(np.count_nonzero(alive)))
