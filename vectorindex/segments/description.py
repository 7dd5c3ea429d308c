"""What an index in segments looks like from outside: for those who run it."""

from dataclasses import dataclass
from pathlib import Path

from vectorindex.ivf import ListFinder
from vectorindex.kinds import Kind
from vectorindex.segments.generation import Generation


@dataclass(frozen=True, slots=True)
class Description:
    """The files of one generation.

    Attributes:
        segments: how many.
        kind: of the largest; FLAT where there is none.
        size_bytes: of all files together.
        imbalance: of the largest, how many times more rows a search meets than with inverted lists
            of equal length; None where it has no lists.
    """

    segments: int
    kind: Kind
    size_bytes: int
    imbalance: float | None = None


def describe(directory: Path, generation: Generation | None) -> Description:
    """Look at a generation; a file that has been replaced meanwhile counts nothing."""
    if generation is None or not generation.segments:
        return Description(0, Kind.FLAT, 0)
    manifest = generation.manifest
    files = {manifest.encoder_file}
    files.update(name for entry in manifest.segments for name in (entry.file, entry.alive_file))
    paths = [directory / name for name in files if name]
    largest = max(generation.segments, key=lambda segment: len(segment.file["keys"]))
    return Description(
        len(generation.segments),
        Kind(largest.file.meta["kind"]),
        sum(path.stat().st_size for path in paths if path.exists()),
        largest.finder.lists.imbalance() if isinstance(largest.finder, ListFinder) else None,
    )
