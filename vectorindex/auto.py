"""The kind that suits the number of vectors, changed by itself as it grows or shrinks."""

from vectorindex.base import MemoryIndex
from vectorindex.binary import BinaryIndex
from vectorindex.flat import FlatIndex
from vectorindex.ivf import IvfIndex
from vectorindex.kdtree import KdTreeIndex
from vectorindex.kinds import Kind, kind_for
from vectorindex.lsh import LshIndex
from vectorindex.protocol import Metric
from vectorindex.rows import RowView
from vectorindex.searching import CandidateFinder


class AutoIndex(MemoryIndex):
    """`FlatIndex`, `BinaryIndex` or `IvfIndex`; see `kind_for`."""

    @property
    def kind(self) -> Kind:
        """What it is now."""
        return self._kind

    def make_finder(self, view: RowView) -> CandidateFinder:
        """See `MemoryIndex.make_finder`."""
        self._kind = kind_for(len(view))
        # An empty index of the kind, for the sake of its first pass.
        self._maker = INDEX_OF[self._kind](self.dimension, self.metric)
        return self._maker.make_finder(view).at(self.breadth)

    def extend_finder(self, finder: CandidateFinder, view: RowView) -> CandidateFinder:
        """See `MemoryIndex.extend_finder`."""
        if kind_for(len(view)) is not self._kind:
            return self.make_finder(view)
        return self._maker.extend_finder(finder, view).at(self.breadth)


INDEX_OF: dict[Kind, type[MemoryIndex]] = {
    Kind.AUTO: AutoIndex,
    Kind.FLAT: FlatIndex,
    Kind.BINARY: BinaryIndex,
    Kind.IVF: IvfIndex,
    Kind.LSH: LshIndex,
    Kind.KDTREE: KdTreeIndex,
}


def make_index(
    kind: Kind, dimension: int, metric: Metric, *, recall: float | None = None
) -> MemoryIndex:
    """Make an empty index in memory.

    Args:
        kind: see `Kind`.
        dimension: components per vector.
        metric: the measure of every score.
        recall: see `MemoryIndex`; None for the usual breadth, which reaches about .97 to .99.
    """
    return INDEX_OF[kind](dimension, metric, recall=recall)
