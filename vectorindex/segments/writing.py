"""Rows of the tail, or of segments that are merged, become a segment."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from vectorindex.encoding import Encoder, make_directions, train_encoder
from vectorindex.kinds import Kind, kind_for
from vectorindex.protocol import Metric
from vectorindex.searching import FEWEST_FOR_FIRST_PASS
from vectorindex.segments.manifest import Manifest, SegmentEntry
from vectorindex.segments.publishing import new_name
from vectorindex.segments.segment import RowBatch, open_encoder, write_encoder, write_segment
from vectorindex.segments.snapshot import Part


def write_rows(
    directory: Path, manifest: Manifest, parts: Sequence[Part], kind: Kind
) -> tuple[Manifest, SegmentEntry]:
    """Write the living rows of parts; returns the manifest with the planes they are coded by.

    Raises:
        WriteFailedError: nothing of it is left behind but the planes.
    """
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
