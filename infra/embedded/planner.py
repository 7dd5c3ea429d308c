"""Which indexes serve a filter and a sort.

Each index that a filter narrows, or whose order is the sort's, is a candidate (`candidates`); the
one that touches least wins (`estimates`). The branches of a `$or` may each have an index of their
own. Without a candidate the whole collection is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.embedded.bounds import Bounds, analyse, joined
from infra.embedded.candidates import Candidate, Scan, candidate
from infra.embedded.catalog import Collection
from infra.embedded.errors import bad_value
from infra.embedded.estimates import LARGE, best, estimate
from infra.embedded.indexes import Index
from infra.embedded.matcher import Match, Matcher
from infra.embedded.opening import Connection
from infra.embedded.ranges import KeyRange

_NATURAL: Final = "$natural"


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
    candidates = _candidates(indexes, bounds, sort, forced=hint is not None)
    if bounds.alternatives and hint is None:
        scans = _alternatives(connection, collection, bounds)
        if scans and _touch_less(connection, scans, candidates):
            return Plan(collection, scans, False, matcher.matches, not sort)
    if not candidates:
        return _whole_collection(collection, matcher, bounds, sort, hint)
    chosen = best(connection, candidates)
    return Plan(
        collection,
        (chosen.scan,),
        backwards=chosen.direction == -1,
        matches=None if chosen.exact else matcher.matches,
        sorted=not sort or chosen.direction is not None,
    )


def _candidates(
    indexes: Sequence[Index], bounds: Bounds, sort: Mapping[str, int], *, forced: bool = False
) -> list[Candidate]:
    found = (candidate(index, bounds, sort, forced=forced) for index in indexes)
    return [one for one in found if one is not None]


def _alternatives(
    connection: Connection, collection: Collection, bounds: Bounds
) -> tuple[Scan, ...]:
    """One scan for each branch of a `$or`; empty when a branch has no index."""
    scans: list[Scan] = []
    for branch in bounds.alternatives:
        candidates = _candidates(collection.indexes, joined(bounds, branch), {})
        if not candidates:
            return ()
        scans.append(best(connection, candidates).scan)
    return tuple(scans)


def _touch_less(
    connection: Connection, scans: Sequence[Scan], candidates: Sequence[Candidate]
) -> bool:
    """Whether to read the branches of a `$or` rather than one scan for all of them."""
    narrowed = [one.scan for one in candidates if one.narrowed]
    if not narrowed:
        return True
    total = sum(estimate(connection, scan, LARGE) for scan in scans)
    return total < min(estimate(connection, scan, LARGE) for scan in narrowed)


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


def scan_order(plan: Plan) -> Iterator[tuple[Index, KeyRange]]:
    """The ranges of a plan in the order in which they are read."""
    for scan in plan.scans or ():
        for item in reversed(scan.ranges) if plan.backwards else scan.ranges:
            yield scan.index, item
