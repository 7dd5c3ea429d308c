"""The exact index: every search looks at every vector. The oracle of all other kinds."""

from vectorindex.base import MemoryIndex
from vectorindex.exact import ExactFinder
from vectorindex.rows import RowView
from vectorindex.searching import CandidateFinder


class FlatIndex(MemoryIndex):
    """Exact; a search costs n d per query, less for a selective mask."""

    def make_finder(self, view: RowView) -> CandidateFinder:  # noqa: ARG002 - nothing to prepare
        """See `MemoryIndex.make_finder`."""
        return ExactFinder(self._metric)

    def extend_finder(self, finder: CandidateFinder, view: RowView) -> CandidateFinder:  # noqa: ARG002
        """See `MemoryIndex.extend_finder`."""
        return finder
