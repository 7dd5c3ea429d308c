"""Putting new files of an index in the place of others: whole, or not at all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from vectorindex.errors import VectorIndexError
from vectorindex.protocol import Mask
from vectorindex.segments.arrays import new_array_file
from vectorindex.segments.manifest import (
    Manifest,
    SegmentEntry,
    remove_files_except,
    write_manifest,
)


@contextmanager
def nothing_left_behind(directory: Path, manifest: Manifest) -> Iterator[None]:
    """Remove the new files of a failed attempt: where the disk is full, their space is needed."""
    try:
        yield
    except VectorIndexError:
        remove_files_except(directory, manifest.files)
        raise


def entry_now(directory: Path, entry: SegmentEntry, alive: Mask, live_count: int) -> SegmentEntry:
    """The entry of a segment with the tombstones that it has now."""
    if live_count in (entry.live_rows, 0):
        return replace(entry, live_rows=live_count)
    name = new_name("alive")
    with new_array_file(directory / name) as writer:
        writer.put("alive", alive)
        writer.finish({})
    return replace(entry, alive_file=name, live_rows=live_count)


def is_compact(entries: Sequence[SegmentEntry]) -> bool:
    """Whether merging them would change nothing."""
    return len(entries) == 1 and entries[0].rows == entries[0].live_rows


def publish(directory: Path, manifest: Manifest) -> None:
    """Make a manifest the current one, and remove what it does not name.

    Raises:
        WriteFailedError: the manifest is the one before.
    """
    manifest = replace(manifest, generation=manifest.generation + 1)
    write_manifest(directory, manifest)
    remove_files_except(directory, manifest.files)


def new_name(what: str) -> str:
    """A name for a file; never used twice, so that what is open under it is the same file."""
    return f"{what}-{uuid4().hex}.lxv"
