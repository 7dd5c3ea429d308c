"""One immutable segment: rows in insertion order, and what its first pass needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorindex.breadth import USUAL
from vectorindex.clustering import Centroids
from vectorindex.codes import CodedRows, CodeFinder, GrowingCodes, fill_blocks
from vectorindex.encoding import Encoder, Weights, weigh
from vectorindex.exact import ExactFinder
from vectorindex.hamming import BLOCK_ROWS, CodeColumns
from vectorindex.ids import Keys, SortedIds, sort_ids
from vectorindex.ivf import ListFinder
from vectorindex.kdtree import BoxFinder, build_boxes
from vectorindex.kinds import Kind
from vectorindex.lists import InvertedLists, assemble_lists, build_lists
from vectorindex.lsh import build_buckets
from vectorindex.protocol import Mask, Metric, Vectors
from vectorindex.rows import RowView
from vectorindex.searching import CandidateFinder
from vectorindex.segments.arrays import ArrayFile, ArrayWriter, new_array_file

Columns = Mapping[str, NDArray[Any]]
ROWS_AT_ONCE = 16_384


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Rows to be written.

    Attributes:
        vectors: (n, d) float32, of length 1 under cosine.
        keys: (n, 2) uint64.
        columns: (n,) each.
    """

    vectors: Vectors
    keys: Keys
    columns: Columns


@dataclass(frozen=True, slots=True)
class Segment:
    """An open segment file."""

    file: ArrayFile
    ids: SortedIds
    finder: CandidateFinder
    columns: Columns


def write_segment(
    path: Path, batches: Sequence[RowBatch], metric: Metric, kind: Kind, encoder: Encoder | None
) -> None:
    """Write rows of one or many sources, one after the other.

    Args:
        path: a new file.
        batches: at least one row together; all of the same columns.
        metric: of the index.
        kind: any but AUTO; the first passes of LSH and KDTREE are not written.
        encoder: the index's; None for FLAT.

    Raises:
        WriteFailedError: nothing was left behind.
    """
    count = sum(len(batch.keys) for batch in batches)
    dimension = batches[0].vectors.shape[1]
    with new_array_file(path) as writer:
        vectors = writer.put_parts(
            "vectors",
            np.dtype(np.float32),
            (count, dimension),
            (
                batch.vectors[start : start + ROWS_AT_ONCE]
                for batch in batches
                for start in range(0, len(batch.keys), ROWS_AT_ONCE)
            ),
        )
        squares = writer.put("squares", np.vecdot(vectors, vectors))
        keys = writer.put("keys", np.concatenate([batch.keys for batch in batches]))
        by_hash = sort_ids(np.arange(count), keys)
        writer.put("id_hashes", by_hash.hashes)
        writer.put("id_rows", by_hash.rows)
        for name in batches[0].columns:
            column = np.concatenate([batch.columns[name] for batch in batches])
            writer.put(f"column:{name}", column)
        if kind is Kind.BINARY and encoder:
            _write_codes(writer, vectors, metric, encoder)
        elif kind is Kind.IVF and encoder:
            _write_lists(writer, build_lists(vectors, encoder, metric))
        writer.finish(
            {
                "kind": kind.value,
                "metric": metric.value,
                "columns": list(batches[0].columns),
                "largest_length": float(np.sqrt(squares.max())),
            }
        )


def open_segment(path: Path, metric: Metric, encoder: Encoder | None) -> Segment:
    """Map a segment; no array is read, but the vectors where the first pass has to be made anew.

    Raises:
        SegmentError: see `ArrayFile`.
    """
    file = ArrayFile(path)
    return Segment(
        file=file,
        ids=SortedIds(file["id_hashes"], file["id_rows"]),
        finder=_open_finder(file, metric, encoder),
        columns={name: file[f"column:{name}"] for name in file.meta["columns"]},
    )


def view_segment(segment: Segment, alive: Mask | None) -> RowView:
    """The rows of a segment, all of them alive where no mask says otherwise."""
    keys = segment.file["keys"]
    return RowView(
        vectors=segment.file["vectors"],
        squares=segment.file["squares"],
        keys=keys,
        alive=np.ones(len(keys), dtype=np.bool_) if alive is None else alive,
        live_count=len(keys) if alive is None else int(np.count_nonzero(alive)),
        largest_length=segment.file.meta["largest_length"],
    )


def write_encoder(path: Path, encoder: Encoder) -> None:
    """Keep the planes: they may not change while codes of them live."""
    with new_array_file(path) as writer:
        writer.put("directions", encoder.directions)
        writer.put("centre", encoder.centre)
        writer.put("offsets", encoder.offsets)
        writer.finish({})


def open_encoder(path: Path) -> Encoder:
    """Map what `write_encoder` wrote."""
    file = ArrayFile(path)
    return Encoder(file["directions"], file["centre"], file["offsets"])


def _write_codes(writer: ArrayWriter, vectors: Vectors, metric: Metric, encoder: Encoder) -> None:
    blocks = np.zeros((-(-len(vectors) // BLOCK_ROWS), encoder.words, BLOCK_ROWS), dtype=np.uint64)
    fill_blocks(blocks, 0, encoder.encode(vectors))
    writer.put("codes", blocks)
    _write_weights(writer, weigh(vectors, encoder, metric))


def _write_lists(writer: ArrayWriter, lists: InvertedLists) -> None:
    writer.put("list_centroids", lists.centroids.vectors)
    writer.put("list_halves", lists.centroids.halves)
    writer.put("list_offsets", lists.offsets)
    writer.put("list_rows", lists.rows)
    writer.put("list_words", lists.codes)
    _write_weights(writer, lists.weights)


def _write_weights(writer: ArrayWriter, weights: Weights | None) -> None:
    if weights is not None:
        writer.put("scales", weights.scales)
        writer.put("biases", weights.biases)


def _open_finder(file: ArrayFile, metric: Metric, encoder: Encoder | None) -> CandidateFinder:
    kind = Kind(file.meta["kind"])
    if kind is Kind.KDTREE:
        return BoxFinder(build_boxes(file["vectors"]), metric)
    if kind is Kind.FLAT or encoder is None:
        return ExactFinder(metric)
    if kind is Kind.LSH:
        return build_buckets(file["vectors"], encoder, metric)
    weights = Weights(file["scales"], file["biases"]) if "scales" in file else None
    if kind is Kind.BINARY:
        coded = CodedRows(encoder, file["codes"], len(file["keys"]), weights)
        return CodeFinder(coded, USUAL)
    lists = assemble_lists(
        Centroids(file["list_centroids"], file["list_halves"]),
        file["list_offsets"],
        file["list_rows"],
        _open_list_codes(file),
        weights,
    )
    return ListFinder(lists, GrowingCodes(encoder, metric).coded, metric, USUAL)


def _open_list_codes(file: ArrayFile) -> CodeColumns:
    if "list_words" in file:
        return file["list_words"]
    # Format 1 had them row by row: they are copied once.
    return np.ascontiguousarray(file["list_codes"].T)
