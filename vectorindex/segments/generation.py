"""The open files of one manifest."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from vectorindex.breadth import USUAL, Breadth
from vectorindex.encoding import Encoder
from vectorindex.errors import MissingFileError
from vectorindex.protocol import Metric
from vectorindex.segments.arrays import ArrayFile
from vectorindex.segments.manifest import Manifest, SegmentEntry, read_manifest
from vectorindex.segments.segment import Segment, open_encoder, open_segment, view_segment
from vectorindex.segments.snapshot import Part

OPENING_ATTEMPTS = 5
Opened = TypeVar("Opened")


@dataclass(frozen=True, slots=True)
class Generation:
    """What a reader holds; files that are removed meanwhile stay mapped."""

    manifest: Manifest
    encoder: Encoder | None
    segments: tuple[Segment, ...]
    alive_files: tuple[ArrayFile | None, ...]

    def parts(self, breadth: Breadth = USUAL) -> tuple[Part, ...]:
        """The segments as they were written."""
        return tuple(
            _part(segment, alive, breadth)
            for segment, alive in zip(self.segments, self.alive_files, strict=True)
        )

    def verify(self) -> None:
        """Read every byte of every file.

        Raises:
            DamagedFileError: a checksum is wrong; rebuild the index.
        """
        for segment, alive in zip(self.segments, self.alive_files, strict=True):
            segment.file.verify()
            if alive:
                alive.verify()


def open_generation(directory: Path, known: Generation | None) -> Generation | None:
    """Open the current manifest's files, None where there is no index yet.

    Args:
        directory: of the index.
        known: segments that are open in it are not opened again.

    Raises:
        SegmentError: a file is missing, damaged or of another format.
    """
    return open_newest(directory, lambda manifest: _open(directory, manifest, known))


def open_newest(directory: Path, open_files: Callable[[Manifest], Opened]) -> Opened | None:
    """Open what the current manifest names, None where there is no index yet.

    Raises:
        SegmentError: a file is missing, damaged or of another format.
    """
    manifest = read_manifest(directory)
    for attempt in range(OPENING_ATTEMPTS):
        if manifest is None:
            return None
        try:
            return open_files(manifest)
        except MissingFileError:
            # A writer may have replaced the manifest and removed its files just now.
            newer = read_manifest(directory)
            if newer == manifest or attempt == OPENING_ATTEMPTS - 1:
                raise
            manifest = newer
    return None


def _open(directory: Path, manifest: Manifest, known: Generation | None) -> Generation:
    encoder: Encoder | None = None
    there: dict[str, Segment] = {}
    if known and known.manifest.encoder_file == manifest.encoder_file:
        encoder = known.encoder
        there = {segment.file.path.name: segment for segment in known.segments}
    elif manifest.encoder_file:
        encoder = open_encoder(directory / manifest.encoder_file)

    def open_entry(entry: SegmentEntry) -> Segment:
        if entry.file in there:
            return there[entry.file]
        return open_segment(directory / entry.file, Metric(manifest.metric), encoder)

    return Generation(
        manifest,
        encoder,
        tuple(open_entry(entry) for entry in manifest.segments),
        tuple(
            ArrayFile(directory / entry.alive_file) if entry.alive_file else None
            for entry in manifest.segments
        ),
    )


def _part(segment: Segment, alive: ArrayFile | None, breadth: Breadth) -> Part:
    view = view_segment(segment, alive["alive"] if alive else None)
    ids, keys = segment.ids, view.keys
    finder = segment.finder.at(breadth)
    return Part(view, finder, lambda wanted: ids.find(wanted, keys), segment.columns)
