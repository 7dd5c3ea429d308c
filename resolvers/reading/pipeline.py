"""Aggregation pipelines that read a window of a list."""

from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from documents.database import Row
from documents.vocabulary import RelationLevel
from resolvers.reading.keyset import NOTHING, both, either, key_ranges
from resolvers.reading.order import Order
from resolvers.reading.relationship import Relationship
from resolvers.reading.row import Columns, projection_of

# A relation between synsets ends at the target's lead; its other members are reached through it.
_REACHES_PARENT: Row = {
    "$expr": {
        "$or": [
            {"$eq": ["$relations.target_id", "$$own"]},
            {
                "$and": [
                    {"$in": ["$relations.target_id", "$$leads"]},
                    {"$eq": ["$relations.level", RelationLevel.SYNSET.value]},
                ]
            },
        ]
    }
}


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list are read; positions hold the values of the list's order."""

    size: int
    backward: bool
    order: Order
    after: list[Any] | None
    before: list[Any] | None
    filter: Row
    columns: Columns
    rows: bool
    total: bool

    @property
    def reading_order(self) -> Order:
        """The order in which the store reads: a page from the end is read from there."""
        return self.order.flipped if self.backward else self.order

    @property
    def ranges(self) -> list[Row]:
        """Filters of the rows between the two positions, in the order of reading."""
        begin, end = (self.before, self.after) if self.backward else (self.after, self.before)
        return key_ranges(self.reading_order, begin, end)


def children_pipeline(
    relationship: Relationship,
    window: Window,
    parents: Row,
    key_field: str,
    libraries: list[ObjectId],
) -> list[Row]:
    """Read the windows of many parents: one row a parent, with `rows` (one too many) and `total`.

    Args:
        relationship: what hangs on the parents.
        window: which of it is read.
        parents: selects the parents.
        key_field: tells the parents apart in the answer.
        libraries: those of the parents, where the relationship does not tell it.
    """
    stages: list[Row] = [{"$match": parents}]
    if relationship.through_leads:
        stages += _lead_stages(libraries)
    else:
        columns = frozenset({relationship.local_field, key_field, "library_id"})
        stages.append({"$project": projection_of(columns)})
    scope = _library_scope(libraries) if relationship.in_library else {}
    if window.rows:
        stages += _rows_stages(relationship, window, scope)
    if window.total:
        stages.append(_lookup(relationship, "total", scope, _count(relationship, window, scope)))
    kept = {
        name: 1 for name, is_kept in (("rows", window.rows), ("total", window.total)) if is_kept
    }
    return [*stages, {"$project": {key_field: 1} | kept}]


def list_pipeline(relationship: Relationship, window: Window) -> list[Row]:
    """Read the window of a whole collection, one row too many."""
    order: Row = {"$sort": window.reading_order.sort}
    limit: Row = {"$limit": window.size + 1}
    reads = [
        [*_matching(relationship, window.filter, {}, part), order, limit] for part in window.ranges
    ]
    if not reads:
        return [{"$match": NOTHING}]
    more: list[Row] = [
        {"$unionWith": {"coll": relationship.children, "pipeline": pipeline}}
        for pipeline in reads[1:]
    ]
    joined = [*more, order, limit] if more else []
    return [*reads[0], *joined, {"$project": projection_of(window.columns)}]


def path_value(row: Row, path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    value: Any = row
    for step in path.split("."):
        value = value.get(step) if value is not None else None
    return value


def _library_scope(libraries: list[ObjectId]) -> Row:
    # The first condition lets a database index serve; the second tells the parents apart.
    return {
        "library_id": {"$in": libraries},
        "$expr": {"$eq": ["$library_id", "$$library"]},
    }


def _lead_stages(libraries: list[ObjectId]) -> list[Row]:
    leads = [
        {"$match": _library_scope(libraries) | {"synset.position": 0}},
        {"$project": {"_id": 1}},
    ]
    return [
        {"$project": {"library_id": 1, "synset.key": 1}},
        {
            "$lookup": {
                "from": "definitions",
                "localField": "synset.key",
                "foreignField": "synset.key",
                "let": {"library": "$library_id"},
                "pipeline": leads,
                "as": "leads",
            }
        },
        {"$set": {"targets": {"$concatArrays": [["$_id"], "$leads._id"]}}},
    ]


def _lookup(relationship: Relationship, name: str, scope: Row, pipeline: list[Row]) -> Row:
    lookup: Row = {
        "from": relationship.children,
        "localField": relationship.local_field,
        "foreignField": relationship.foreign_field,
        "pipeline": pipeline,
        "as": name,
    }
    variables = {}
    if scope:
        variables["library"] = "$library_id"
    if relationship.through_leads:
        variables |= {"own": "$_id", "leads": "$leads._id"}
    return {"$lookup": lookup | ({"let": variables} if variables else {})}


def _rows_stages(relationship: Relationship, window: Window, scope: Row) -> list[Row]:
    """Read the rows of the window, one too many, in as many reads as there are ranges."""
    ranges = window.ranges
    if relationship.unwind is not None or not ranges:
        # No database index orders what is unwound: one read looks through all of it.
        ranges = [either(ranges)]
    names = ["rows"] if len(ranges) == 1 else [f"rows{number}" for number in range(len(ranges))]
    reads = [
        _lookup(relationship, name, scope, _rows(relationship, window, scope, part))
        for name, part in zip(names, ranges, strict=True)
    ]
    if len(reads) == 1:
        return reads
    joined = {"$concatArrays": [f"${name}" for name in names]}
    return [*reads, {"$set": {"rows": {"$slice": [joined, window.size + 1]}}}]


def _rows(relationship: Relationship, window: Window, scope: Row, part: Row) -> list[Row]:
    matching = _matching(relationship, window.filter, scope, part)
    order = {"$sort": window.reading_order.sort}
    limit = {"$limit": window.size + 1}
    if relationship.target_field:
        target = _target(relationship, window.columns)
        shape = {"$project": {"_id": 1, "relations": 1, "target": 1}}
        return [*matching, order, *target, limit, shape]
    unwound = {relationship.unwind} if relationship.unwind else set()
    return [*matching, order, limit, {"$project": projection_of(window.columns | unwound)}]


def _count(relationship: Relationship, window: Window, scope: Row) -> list[Row]:
    matching = _matching(relationship, window.filter, scope, {})
    target = _target(relationship, frozenset()) if relationship.target_field else []
    return [*matching, *target, {"$count": "n"}]


def _matching(relationship: Relationship, wanted: Row, scope: Row, part: Row) -> list[Row]:
    conditions = [dict(relationship.constant), wanted, part]
    if relationship.through_leads:
        conditions.append(_REACHES_PARENT)
    if relationship.unwind is None:
        return _match(scope, *conditions)
    return [*_match(scope), {"$unwind": f"${relationship.unwind}"}, *_match(*conditions)]


def _match(*conditions: Row) -> list[Row]:
    joined = both(*conditions)
    return [{"$match": joined}] if joined else []


def _target(relationship: Relationship, columns: Columns) -> list[Row]:
    # An interrupted import leaves relations to definitions that are still to come: skip them.
    return [
        {
            "$lookup": {
                "from": relationship.children,
                "localField": relationship.target_field,
                "foreignField": "_id",
                "pipeline": [{"$project": projection_of(columns)}],
                "as": "target",
            }
        },
        {"$match": {"target": {"$ne": []}}},
    ]
