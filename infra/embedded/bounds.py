"""What a filter says about the keys of an index.

    bounds = analyse(matcher.tree)
    found = index_bounds(bounds, ["language", "text"], multikey=0)
    scan_ranges(found.parts, directions)        the key ranges that hold every matching document

Bounds never lose a document: what cannot be said in ranges is left out. `exact` tells when they
also let no other document in, so that the filter need not be asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final, NamedTuple

from bson import MaxKey, MinKey, Regex

from infra.embedded.bson_types import UNDEFINED, regex_flags, regex_pattern
from infra.embedded.filters import And, ElementMatch, Node, Or, Test
from infra.embedded.keys import encode_value
from infra.embedded.paths import Path, array_index
from infra.embedded.patterns import literal_start
from infra.embedded.ranges import (
    EVERYTHING,
    KeyRange,
    above,
    below,
    intersection,
    of_type,
    point,
    starting,
    union,
)

_NULL_KEY: Final = encode_value(None)
# More ranges than this cost more to build than they save.
_MAX_RANGES: Final = 10_000


class Constraint(NamedTuple):
    """Keys that some value of a field must be among.

    Attributes:
        ranges: ascending, without overlaps.
        exact: every document with such a key matches.
        present: the field exists in every matching document, as a sparse index needs.
        single: what holds where the field has one value only, if that is more.
    """

    ranges: list[KeyRange]
    exact: bool
    present: bool
    single: "Constraint | None" = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a filter implies.

    Attributes:
        constraints: dotted path → constraints that all hold, each by some value of the field.
        residual: the filter asks for more than the constraints say.
        alternatives: the branches of a `$or`; every matching document is in one of them.
    """

    constraints: dict[str, list[Constraint]] = field(default_factory=dict)
    residual: bool = False
    alternatives: tuple["Bounds", ...] = ()


class IndexBounds(NamedTuple):
    """Ranges for the leading fields of one index.

    Attributes:
        parts: for `ranges.scan_ranges`; empty when the index cannot narrow the filter down.
        exact: the ranges hold the matching documents alone.
        present: every match has at least one of these fields: a sparse index has it.
    """

    parts: list[list[KeyRange]]
    exact: bool
    present: bool


def analyse(node: Node) -> Bounds:
    """Collect the constraints of a filter."""
    match node:
        case Test():
            return _of_test(node)
        case And():
            return _all([analyse(child) for child in node.children])
        case Or():
            return _any([analyse(child) for child in node.children])
        case ElementMatch():
            return _of_element_match(node)
        case _:
            return Bounds(residual=True)


def joined(whole: Bounds, branch: Bounds) -> Bounds:
    """What is known in one branch of a `$or`: the branch and what stands beside the `$or`."""
    return _all([branch, Bounds(whole.constraints, residual=True)])


def index_bounds(bounds: Bounds, paths: Sequence[str], *, multikey: int) -> IndexBounds:
    """Choose the ranges that an index over `paths` can use.

    Where a field holds arrays, two constraints may hold for different elements. There only one
    constraint a field is used, and one field of those that share their first part.

    Args:
        bounds: of the filter.
        paths: of the index.
        multikey: a bit for each path on which the index has met an array.
    """
    parts: list[list[KeyRange]] = []
    used: set[str] = set()
    exact, present, combinations = not bounds.residual, False, 1
    for place, path in enumerate(paths):
        constraints = bounds.constraints.get(path)
        is_array = bool(multikey >> place & 1)
        if not constraints or (is_array and _root(path) in map(_root, used)):
            break
        chosen = _combine(constraints, multikey=is_array)
        combinations *= max(1, len(chosen.ranges))
        if combinations > _MAX_RANGES and used:
            break
        used.add(path)
        parts.append(chosen.ranges)
        exact, present = exact and chosen.exact, present or chosen.present
        if not all(item.point for item in chosen.ranges):
            break
    return IndexBounds(parts, exact and set(bounds.constraints) == used, present)


def _root(path: str) -> str:
    return path.partition(".")[0]


def _combine(constraints: list[Constraint], *, multikey: bool) -> Constraint:
    """All constraints on one field as one."""
    present = any(constraint.present for constraint in constraints)
    if multikey and len(constraints) > 1:
        narrowest = min(constraints, key=_width)
        return Constraint(narrowest.ranges, exact=False, present=present)
    if multikey:
        return constraints[0]
    singles = [constraint.single or constraint for constraint in constraints]
    ranges = reduce(intersection, (one.ranges for one in singles))
    return Constraint(ranges, all(one.exact for one in singles), present)


def _width(constraint: Constraint) -> tuple[bool, int]:
    return not all(item.point for item in constraint.ranges), len(constraint.ranges)


def _all(children: Sequence[Bounds]) -> Bounds:
    constraints: dict[str, list[Constraint]] = {}
    for child in children:
        for path, found in child.constraints.items():
            constraints.setdefault(path, []).extend(found)
    alternatives = next((child.alternatives for child in children if child.alternatives), ())
    return Bounds(constraints, any(child.residual for child in children), alternatives)


def _any(children: Sequence[Bounds]) -> Bounds:
    if not children:
        return Bounds(residual=True)
    shared = set.intersection(*(set(child.constraints) for child in children))
    constraints = {path: [_either(children, path)] for path in sorted(shared)}
    plain = len(shared) == 1 and not any(
        child.residual or len(child.constraints) > 1 for child in children
    )
    return Bounds(constraints, residual=not plain, alternatives=tuple(children))


def _either(children: Sequence[Bounds], path: str) -> Constraint:
    found = [child.constraints[path] for child in children]
    single = _one_of([_combine(constraints, multikey=False) for constraints in found])
    return _one_of([_combine(constraints, multikey=True) for constraints in found])._replace(
        single=single
    )


def _one_of(constraints: list[Constraint]) -> Constraint:
    return Constraint(
        union(item for one in constraints for item in one.ranges),
        all(one.exact for one in constraints),
        all(one.present for one in constraints),
    )


def _of_element_match(node: ElementMatch) -> Bounds:
    inside = analyse(node.child)
    inexact = {
        ".".join((*node.path, path)) if path else ".".join(node.path): [
            constraint._replace(exact=False, single=None) for constraint in constraints
        ]
        for path, constraints in inside.constraints.items()
    }
    if not node.of_documents:
        # One element passes all tests, so their ranges may be intersected.
        inexact = {
            path: [_combine(constraints, multikey=False)] for path, constraints in inexact.items()
        }
    return Bounds(inexact, residual=True)


def _of_test(node: Test) -> Bounds:
    found = _ranges_of(node.operator, node.operand)
    if found is None:
        return Bounds(residual=True)
    ranges, exact = found
    exact = exact and not _has_number(node.path)
    present = node.operator == "$exists" or not any(
        item.low <= _NULL_KEY < item.high for item in ranges
    )
    return Bounds({".".join(node.path): [Constraint(ranges, exact, present)]})


def _has_number(path: Path) -> bool:
    return any(array_index(part) is not None for part in path)


def _ranges_of(operator: str, operand: Any) -> tuple[list[KeyRange], bool] | None:
    """The ranges of a test and whether they are exact; None when it has none."""
    match operator:
        case "$eq":
            ranges, exact = _equal_to(operand)
            return union(ranges), exact
        case "$in":
            return _among(operand)
        case "$gt" | "$gte" | "$lt" | "$lte":
            return _beside(operator, operand)
        case "$regex":
            ranges, exact = _matching(*operand)
            return union(ranges), exact
        case "$exists":
            return [EVERYTHING], False
        case _:
            return None


def _equal_to(operand: Any) -> tuple[list[KeyRange], bool]:
    if isinstance(operand, list):
        # The array may be an element, or the field itself, whose entries are its elements.
        return [point(operand), point(operand[0] if operand else UNDEFINED)], False
    return [point(operand)], operand is not None


def _among(operands: list[Any]) -> tuple[list[KeyRange], bool]:
    ranges: list[KeyRange] = []
    exact = True
    for operand in operands:
        if isinstance(operand, Regex):
            found, fits = _matching(regex_pattern(operand), regex_flags(operand))
        else:
            found, fits = _equal_to(operand)
        ranges += found
        exact = exact and fits
    return union(ranges), exact


def _beside(operator: str, operand: Any) -> tuple[list[KeyRange], bool] | None:
    if isinstance(operand, list):
        return None
    inclusive = operator in {"$gte", "$lte"}
    if operand is None:
        return ([point(None)], False) if inclusive else ([], True)
    side = above if operator in {"$gt", "$gte"} else below
    exact = not isinstance(operand, MinKey | MaxKey)
    return union([side(operand, inclusive=inclusive)]), exact


def _matching(pattern: str, options: str) -> tuple[list[KeyRange], bool]:
    start, exact = literal_start(pattern, options)
    texts = starting(start) if start else of_type("")
    return [texts, point(Regex(pattern, options))], exact
