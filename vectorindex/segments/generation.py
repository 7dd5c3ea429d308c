"""The open files of one manifest."""

from dataclasses import dataclass
from pathlib import Path

from vectorindex.breadth import USUAL, Breadth
from vectorindex.encoding import Encoder
from vectorindex.protocol import Metric
from vectorindex.segments.arrays import ArrayFile
from vectorindex.segments.manifest import Manifest, SegmentEntry
from vectorindex.segments.segment import Segment, open_encoder, open_segment, view_segment
from vectorindex.segments.snapshot import Part


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


def open_generation(directory: Path, manifest: Manifest, known: Generation | None) -> Generation:
    """Open a manifest's files.

    Args:
        directory: of the index.
        manifest: that names them.
        known: segments that are open in it are not opened again.

    Raises:
        SegmentError: a file is missing, damaged or of another format.
    """
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

    segments = tuple(open_entry(entry) for entry in manifest.segments)
    return Generation(manifest, encoder, segments, open_alive_files(directory, manifest))


def open_alive_files(directory: Path, manifest: Manifest) -> tuple[ArrayFile | None, ...]:
    """Open the file of each segment that says which rows are alive; None while all are.

    Raises:
        SegmentError: see `ArrayFile`.
    """
    return tuple(
        ArrayFile(directory / entry.alive_file) if entry.alive_file else None
        for entry in manifest.segments
    )


def _part(segment: Segment, alive: ArrayFile | None, breadth: Breadth) -> Part:
    view = view_segment(segment, alive["alive"] if alive else None)
    ids, keys = segment.ids, view.keys
    finder = segment.finder.at(breadth)
    return Part(view, finder, lambda wanted: ids.find(wanted, keys), segment.columns)
