"""The recall of an index in segments, measured on its own vectors."""

from dataclasses import replace

from vectorindex.calibration import Calibration, calibrate, check_recall, make_queries, measure
from vectorindex.protocol import Vectors
from vectorindex.segments.snapshot import Snapshot


def calibrate_snapshot(snapshot: Snapshot, recall: float) -> Calibration:
    """Find the breadth that a recall needs; see `MemoryIndex.calibrate`."""
    check_recall(recall)
    return calibrate(
        recall,
        _queries_of(snapshot),
        snapshot.exact().search,
        lambda breadth: snapshot.at(breadth).search,
        max(part.finder.nlist for part in snapshot.parts),
    )


def measure_snapshot(snapshot: Snapshot) -> float:
    """The recall of searches as broad as they are; costs 400 exact ones."""
    return measure(_queries_of(snapshot), snapshot.exact().search, snapshot.search)


def _queries_of(snapshot: Snapshot) -> Vectors:
    """Held-out queries, made of the largest part."""
    largest = max(snapshot.parts, key=lambda part: len(part.view))
    return make_queries(largest.view, replace(snapshot.exact(), parts=(largest,)).search)
