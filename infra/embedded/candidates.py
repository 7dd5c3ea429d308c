"""What one index could do for a query: narrow the filter down, give the order of the sort."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from infra.embedded.bounds import Bounds, Constraint, analyse, index_bounds
from infra.embedded.indexes import Index
from infra.embedded.matcher import compile_filter
from infra.embedded.ranges import EVERYTHING, KeyRange, intersection, scan_ranges

# Each merged range is a statement of its own that stays open.
_MAX_MERGED: Final = 64
WHOLE_INDEX: Final = [KeyRange(b"", b"\xff")]


@dataclass(frozen=True, slots=True)
class Scan:
    """Ranges of one index.

    Attributes:
        parts: the ranges of its leading fields, ascending; `ranges` are made of them.
        prefixes: how the keys of the ranges begin, when the ranges are to be merged by what
            follows; empty when they are read one after the other.
    """

    index: Index
    ranges: list[KeyRange]
    parts: list[list[KeyRange]]
    prefixes: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A scan that would find every matching document.

    Attributes:
        exact: it finds no other document.
        direction: 1 or -1 when reading forwards or backwards gives the order of the sort.
    """

    scan: Scan
    exact: bool
    direction: int | None

    @property
    def narrowed(self) -> int:
        """How many fields of the index the filter narrows down."""
        return len(self.scan.parts)


def candidate(
    index: Index, bounds: Bounds, sort: Mapping[str, int], *, forced: bool = False
) -> Candidate | None:
    """What an index could do for a query; None when it could do nothing."""
    found = index_bounds(bounds, index.fields, multikey=index.multikey)
    if (index.sparse and not found.present) or not _admits_all(index, bounds):
        return None
    direction = _sort_direction(index, sort, _settled(index, found.parts, most=1))
    prefixes: tuple[bytes, ...] = ()
    if direction is None:
        prefixes, direction = _merge_direction(index, found.parts, sort)
    if not found.parts and not forced and (direction is None or not sort):
        return None
    ranges = scan_ranges(found.parts, index.directions) if found.parts else WHOLE_INDEX
    return Candidate(Scan(index, ranges, found.parts, prefixes), found.exact, direction)


def merge_prefixes(index: Index, parts: list[list[KeyRange]]) -> tuple[bytes, ...]:
    """How the keys of an index begin for each combination of the single values in the parts."""
    leading = list(takewhile(_are_points, parts))
    return tuple(item.low for item in scan_ranges(leading, index.directions))


def _merge_direction(
    index: Index, parts: list[list[KeyRange]], sort: Mapping[str, int]
) -> tuple[tuple[bytes, ...], int | None]:
    """As `_sort_direction`, for the ranges of several values merged by what follows in the key."""
    settled = _settled(index, parts, most=_MAX_MERGED)
    several = settled - _settled(index, parts, most=1)
    if not several or not several.isdisjoint(sort):
        return (), None
    direction = _sort_direction(index, sort, settled)
    prefixes = () if direction is None else merge_prefixes(index, parts)
    return (prefixes, direction) if len(prefixes) <= _MAX_MERGED else ((), None)


def _settled(index: Index, parts: list[list[KeyRange]], *, most: int) -> set[str]:
    """The fields that have single values only, at most so many."""
    return {
        path
        for path, ranges in zip(index.fields, parts, strict=False)
        if 0 < len(ranges) <= most and _are_points(ranges)
    }


def _are_points(ranges: list[KeyRange]) -> bool:
    return all(item.point for item in ranges)


def _sort_direction(index: Index, sort: Mapping[str, int], fixed: set[str]) -> int | None:
    """1 or -1 when reading forwards or backwards gives the order of the sort.

    Args:
        index: what is read.
        sort: the order that is wanted.
        fixed: fields that have one value only, and do not matter to the order.
    """
    if not sort:
        return 1
    wanted = [item for item in sort.items() if item[0] not in fixed]
    offered = zip(index.fields, index.directions, strict=True)
    free = [item for item in offered if item[0] not in fixed][: len(wanted)]
    # A document stands at several places of a field that holds an array.
    single = {path for place, path in enumerate(index.fields) if not index.multikey >> place & 1}
    if [path for path, _ in wanted] != [path for path, _ in free if path in single]:
        return None
    ways = {way * direction for (_, way), (_, direction) in zip(wanted, free, strict=True)}
    return (ways or {1}).pop() if len(ways) < 2 else None


def _admits_all(index: Index, bounds: Bounds) -> bool:
    """Whether every document that a filter matches is in a partial index."""
    if index.partial is None:
        return True
    needed = analyse(compile_filter(index.partial).tree)
    return not needed.residual and all(
        _all_given(limits, bounds.constraints.get(path, []))
        for path, limits in needed.constraints.items()
    )


def _all_given(limits: list[Constraint], given: list[Constraint]) -> bool:
    """Whether each limit is implied by one of the constraints."""
    return all(any(_is_inside(constraint, limit) for constraint in given) for limit in limits)


def _is_inside(constraint: Constraint, limit: Constraint) -> bool:
    if limit.ranges == [EVERYTHING]:
        return constraint.present
    common = intersection(constraint.ranges, limit.ranges)
    return limit.exact and [item[:2] for item in common] == [item[:2] for item in constraint.ranges]
