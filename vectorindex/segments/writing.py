"""What the one writer does: seal a tail, merge segments, publish the next manifest."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from vectorindex.encoding import Encoder, make_directions, train_encoder
from vectorindex.kinds import Kind, kind_for
from vectorindex.protocol import Metric
from vectorindex.searching import FEWEST_FOR_FIRST_PASS
from vectorindex.segments.generation import Generation
from vectorindex.segments.manifest import Manifest, SegmentEntry
from vectorindex.segments.publishing import (
    entry_now,
    is_compact,
    new_name,
    nothing_left_behind,
    publish,
)
from vectorindex.segments.segment import RowBatch, open_encoder, write_encoder, write_segment
from vectorindex.segments.snapshot import Part, Snapshot
from vectorindex.segments.tiers import choose_merge


def publish_tail(directory: Path, manifest: Manifest, snapshot: Snapshot, kind: Kind) -> None:
    """Write the tail's rows and all new tombstones; then the manifest that names them.

    Raises:
        WriteFailedError: the manifest is the one before.
    """
    *segments, tail = snapshot.parts
    with nothing_left_behind(directory, manifest):
        entries = [
            entry_now(directory, entry, part.view.alive, part.view.live_count)
            for entry, part in zip(manifest.segments, segments, strict=True)
        ]
        entries = [entry for entry in entries if entry.live_rows]
        manifest = replace(manifest, sequence=snapshot.sequence)
        if tail.view.live_count:
            manifest, entry = _write_rows(directory, manifest, [tail], kind)
            entries.append(entry)
        publish(directory, replace(manifest, segments=tuple(entries)))


def merge_segments(
    directory: Path, generation: Generation, kind: Kind, *, everything: bool
) -> bool:
    """Write the living rows of some segments into one; returns whether there was need.

    Raises:
        WriteFailedError: the manifest is the one before.
    """
    manifest = generation.manifest
    chosen = list(manifest.segments) if everything else choose_merge(manifest.segments)
    if not chosen or (everything and is_compact(chosen)):
        return False
    parts = [
        part
        for entry, part in zip(manifest.segments, generation.parts(), strict=True)
        if entry in chosen
    ]
    with nothing_left_behind(directory, manifest):
        if everything:
            # No codes of the old planes stay behind: their centre may be that of the rows now.
            manifest = replace(manifest, encoder_file="")
        manifest, merged = _write_rows(directory, manifest, parts, kind)
        first = manifest.segments.index(chosen[0])
        entries = [entry for entry in manifest.segments if entry not in chosen]
        entries.insert(first, merged)
        publish(directory, replace(manifest, segments=tuple(entries)))
    return True


def _write_rows(
    directory: Path, manifest: Manifest, parts: Sequence[Part], kind: Kind
) -> tuple[Manifest, SegmentEntry]:
    """Write the living rows of parts; returns the manifest with the planes they are coded by."""
    batches = [_living(part) for part in parts]
    count = sum(len(batch.keys) for batch in batches)
    kind = _kind_of_segment(kind, count)
    encoder = None
    if kind not in (Kind.FLAT, Kind.KDTREE):
        manifest, encoder = _encoder_of(directory, manifest, batches)
    name = new_name("segment")
    write_segment(directory / name, batches, Metric(manifest.metric), kind, encoder)
    return manifest, SegmentEntry(name, count, "", count)


def _living(part: Part) -> RowBatch:
    view = part.view
    if view.live_count == len(view):
        return RowBatch(view.vectors, view.keys, part.columns)
    rows = np.flatnonzero(view.alive)
    columns = {name: column[rows] for name, column in part.columns.items()}
    return RowBatch(view.vectors[rows], view.keys[rows], columns)


def _kind_of_segment(kind: Kind, rows: int) -> Kind:
    if rows <= FEWEST_FOR_FIRST_PASS:
        return Kind.FLAT
    return kind_for(rows) if kind is Kind.AUTO else kind


def _encoder_of(
    directory: Path, manifest: Manifest, batches: Sequence[RowBatch]
) -> tuple[Manifest, Encoder]:
    if manifest.encoder_file:
        return manifest, open_encoder(directory / manifest.encoder_file)
    largest = max(batches, key=lambda batch: len(batch.keys))
    encoder = train_encoder(largest.vectors, make_directions(manifest.dimension))
    name = new_name("planes")
    write_encoder(directory / name, encoder)
    return replace(manifest, encoder_file=name), encoder
