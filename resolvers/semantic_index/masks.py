"""Filters as masks over the rows of an index, applied before anything is ranked."""

from collections.abc import Hashable, Sequence
from typing import Final

import numpy as np

from resolvers.semantic_index.columns import EVERYTHING, Columns, SearchFilter, matching
from resolvers.semantic_index.id_set import Mask

MASKS_KEPT: Final = 32


class FilterMasks:
    """Which rows pass a filter; made once for the segments, whose columns do not change."""

    def __init__(self) -> None:
        self._of_segments = SegmentMasks(-1)

    def mask(
        self,
        generation: int,
        segments: Sequence[Columns],
        tail: Sequence[Columns],
        search_filter: SearchFilter,
    ) -> Mask | None:
        """(n,) over segments and tail; None where all rows pass.

        Args:
            generation: of the segments.
            segments: the columns of each, in the order of their rows.
            tail: the columns of what comes behind them.
            search_filter: to pass.
        """
        if search_filter == EVERYTHING:
            return None
        if self._of_segments.generation != generation:
            self._of_segments = SegmentMasks(generation)
        masks = self._of_segments.of(segments, search_filter)
        newest = [matching(columns, search_filter) for columns in tail]
        return np.concatenate([*masks, *newest, np.empty(0, dtype=np.bool_)])


class SegmentMasks:
    """Which rows pass a filter, made once a segment: its columns do not change."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        # By the names of filters, which may hold very many ids.
        self._masks: dict[Hashable, list[Mask]] = {}

    def of(self, segments: Sequence[Columns], search_filter: SearchFilter) -> list[Mask]:
        """(n,) of each segment."""
        masks = self._masks.get(search_filter.name)
        if masks is None:
            masks = [matching(columns, search_filter) for columns in segments]
            if len(self._masks) >= MASKS_KEPT:
                self._masks.pop(next(iter(self._masks)))
            self._masks[search_filter.name] = masks
        return masks
