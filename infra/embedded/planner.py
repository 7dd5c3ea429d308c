"""Which index serves a filter and a sort.

Each index that a filter narrows, or whose order is the sort's, is a candidate. When there are
several, the one with the fewest entries inside its bounds wins, counted up to a limit; among those
beyond the limit, the one that saves the sort. Without a candidate the whole collection is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from infra.embedded.bounds import Bounds, Constraint, analyse, index_bounds
from infra.embedded.catalog import Collection
from infra.embedded.errors import bad_value
from infra.embedded.indexes import Index
from infra.embedded.matcher import Match, Matcher, compile_filter
from infra.embedded.ranges import EVERYTHING, KeyRange, intersection, scan_ranges
from infra.embedded.storage import Connection

_ESTIMATE_LIMIT: Final = 1_000
_ESTIMATED_RANGES: Final = 20
# Each merged range is a statement of its own that stays open.
_MAX_MERGED: Final = 64
_NATURAL: Final = "$natural"
WHOLE_INDEX: Final = [KeyRange(b"", b"\xff")]


@dataclass(frozen=True, slots=True)
class Scan:
    """Ranges of one index.

    Attributes:
        prefixes: how the keys of the ranges begin, when the ranges are to be merged by what
            follows; empty when they are read one after the other.
    """

    index: Index
    ranges: list[KeyRange]
    prefixes: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """How to find the documents of a query.

    Attributes:
        scans: one, or one per branch of a `$or`; None reads the whole collection.
        backwards: against the direction of the index, or from the latest record on.
        matches: what is left to test on each document; None when the ranges say it all.
        sorted: documents come in the order of the query's sort.
    """

    collection: Collection
    scans: tuple[Scan, ...] | None
    backwards: bool
    matches: Match | None
    sorted: bool

    @property
    def may_repeat(self) -> bool:
        """Whether a document may be met more than once."""
        scans = self.scans or ()
        return len(scans) > 1 or any(scan.index.multikey for scan in scans)


@dataclass(frozen=True, slots=True)
class _Candidate:
    scan: Scan
    narrowed: int
    exact: bool
    direction: int | None


def make_plan(
    connection: Connection,
    collection: Collection,
    matcher: Matcher,
    sort: Mapping[str, int],
    hint: object = None,
) -> Plan:
    """Choose how to run a query.

    Args:
        connection: for counting entries when several indexes serve.
        collection: what is read.
        matcher: the filter.
        sort: path → 1 or -1.
        hint: the name or key pattern of an index that must be used.

    Raises:
        StoreError: the hint names no index (2).
    """
    bounds = analyse(matcher.tree)
    if hint == {_NATURAL: 1} or hint == {_NATURAL: -1} or (_NATURAL in sort):
        return _whole_collection(collection, matcher, bounds, sort, hint)
    indexes = collection.indexes if hint is None else (hinted_index(collection, hint),)
    candidates = [
        candidate
        for index in indexes
        if (candidate := _candidate(index, bounds, sort, forced=hint is not None)) is not None
    ]
    if not any(candidate.narrowed for candidate in candidates) and bounds.alternatives:
        scans = _alternatives(connection, collection, bounds)
        if scans:
            return Plan(collection, scans, False, matcher.matches, not sort)
    if not candidates:
        return _whole_collection(collection, matcher, bounds, sort, hint)
    best = _best(connection, candidates)
    return Plan(
        collection,
        (best.scan,),
        backwards=best.direction == -1,
        matches=None if best.exact else matcher.matches,
        sorted=not sort or best.direction is not None,
    )


def hinted_index(collection: Collection, hint: object) -> Index:
    """The index that a hint names.

    Raises:
        StoreError: there is none (2).
    """
    for index in collection.indexes:
        if index.is_text:
            continue
        if hint == index.name or (isinstance(hint, dict) and _same_pattern(index, hint)):
            return index
    raise bad_value(
        "error processing query: planner returned error :: caused by :: "
        "hint provided does not correspond to an existing index"
    )


def _same_pattern(index: Index, hint: Mapping[str, Any]) -> bool:
    return list(index.pattern.items()) == list(hint.items())


def _whole_collection(
    collection: Collection,
    matcher: Matcher,
    bounds: Bounds,
    sort: Mapping[str, int],
    hint: object,
) -> Plan:
    natural = sort.get(_NATURAL) or (hint.get(_NATURAL) if isinstance(hint, dict) else 1)
    everything = not bounds.constraints and not bounds.residual
    return Plan(
        collection,
        None,
        backwards=natural == -1,
        matches=None if everything else matcher.matches,
        sorted=not sort or _NATURAL in sort,
    )


def _candidate(
    index: Index, bounds: Bounds, sort: Mapping[str, int], *, forced: bool
) -> _Candidate | None:
    """What an index could do for a query; None when it could do nothing."""
    found = index_bounds(bounds, index.fields, multikey=bool(index.multikey))
    if (index.sparse and not found.present) or not _admits_all(index, bounds):
        return None
    direction = _sort_direction(index, sort, _settled(index, found.parts, most=1))
    prefixes: tuple[bytes, ...] = ()
    if direction is None:
        prefixes, direction = _merge_direction(index, found.parts, sort)
    if not found.parts and not forced and (direction is None or not sort):
        return None
    ranges = scan_ranges(found.parts, index.directions) if found.parts else WHOLE_INDEX
    return _Candidate(Scan(index, ranges, prefixes), len(found.parts), found.exact, direction)


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


def _alternatives(
    connection: Connection, collection: Collection, bounds: Bounds
) -> tuple[Scan, ...]:
    """One scan for each branch of a `$or`; empty when a branch has no index."""
    scans: list[Scan] = []
    for branch in bounds.alternatives:
        candidates = [
            candidate
            for index in collection.indexes
            if (candidate := _candidate(index, branch, {}, forced=False)) is not None
        ]
        if not candidates:
            return ()
        scans.append(_best(connection, candidates).scan)
    return tuple(scans)


def _best(connection: Connection, candidates: list[_Candidate]) -> _Candidate:
    if len(candidates) == 1:
        return candidates[0]

    def rank(candidate: _Candidate) -> tuple[int, bool, bool, int]:
        estimate = _estimate(connection, candidate.scan)
        return estimate, candidate.direction is None, not candidate.exact, -candidate.narrowed

    return min(candidates, key=rank)


def _estimate(connection: Connection, scan: Scan) -> int:
    """Count the entries in the ranges of a scan, up to the limit."""
    if scan.ranges is WHOLE_INDEX:
        return _ESTIMATE_LIMIT + 1
    total = 0
    for item in scan.ranges[:_ESTIMATED_RANGES]:
        total += _count_up_to(connection, scan.index, item, _ESTIMATE_LIMIT - total)
        if total >= _ESTIMATE_LIMIT:
            break
    # Ranges that were not looked at are taken to be like those that were.
    looked_at = max(1, min(len(scan.ranges), _ESTIMATED_RANGES))
    return min(_ESTIMATE_LIMIT, total * len(scan.ranges) // looked_at)


def _count_up_to(connection: Connection, index: Index, item: KeyRange, limit: int) -> int:
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM entries WHERE index_id = ? AND key >= ? AND key < ? "
        "LIMIT ?)",
        (index.id, item.low, item.high, limit),
    )
    return int(row.fetchone()[0])


def scan_order(plan: Plan) -> Iterator[tuple[Index, KeyRange]]:
    """The ranges of a plan in the order in which they are read."""
    for scan in plan.scans or ():
        for item in reversed(scan.ranges) if plan.backwards else scan.ranges:
            yield scan.index, item
