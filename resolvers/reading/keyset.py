"""Keyset paging: the rows behind a position, as ranges that a database index reads.

Behind `("b", 5)` in an order by two fields are the rows with the same first and a greater second
field, and after them those with a greater first one. Each range is read by itself: a filter over
all of them would have the store look at every row that shares the first field.
"""

from collections.abc import Iterator
from typing import Any

from documents.database import Row
from resolvers.reading.order import ASCENDING, Column, Order

Position = list[Any]

# What no row passes.
NOTHING: Row = {"_id": {"$in": []}}


def key_ranges(order: Order, after: Position | None, before: Position | None) -> list[Row]:
    """Filters of the rows between two positions, neither included.

    Args:
        order: in which the rows are read.
        after: the values of the order's fields where the rows begin; None is the start.
        before: likewise where they end.

    Returns:
        filters that share no row; all rows of one stand in front of those of the next.
    """
    steps = [{}] if after is None else list(_behind(order, after))
    if before is None:
        return steps
    end = either(list(_behind(order.flipped, before)))
    return [both(step, _limit(order, step, before), end) for step in steps]


def either(filters: list[Row]) -> Row:
    """One filter for the rows of all."""
    if not filters:
        # The store takes no `$or` of nothing.
        return NOTHING
    return filters[0] if len(filters) == 1 else {"$or": filters}


def both(*filters: Row) -> Row:
    """One filter for the rows that pass all."""
    told = [each for each in filters if each]
    return {"$and": told} if len(told) > 1 else told[0] if told else {}


def _behind(order: Order, position: Position) -> Iterator[Row]:
    """The ranges behind a position, the nearest first."""
    for depth in reversed(range(len(order.columns))):
        pairs = zip(order.paths[:depth], position, strict=False)
        shared = {path: {"$eq": value} for path, value in pairs}
        column = order.columns[depth]
        for bound in _bounds(column, position[depth]):
            yield shared | {column.path: bound}


def _bounds(column: Column, value: Any) -> list[Row]:
    """What values follow one; missing ones are the least, and comparisons do not find them."""
    if column.direction == ASCENDING:
        return [{"$gte": column.least} if value is None else {"$gt": value}]
    if value is None:
        return []
    return [{"$lt": value}, *([] if column.least is None else [{"$eq": None}])]


def _limit(order: Order, step: Row, before: Position) -> Row:
    """What the end implies for the first field that a range leaves open: keeps the scan short."""
    for column, value in zip(order.columns, before, strict=True):
        bound = step.get(column.path, {})
        if "$eq" not in bound:
            nulls_in_front = column.least is not None and column.direction == ASCENDING
            if value is None or (nulls_in_front and not bound):
                return {}
            return {column.path: {"$lte" if column.direction == ASCENDING else "$gte": value}}
        if bound["$eq"] != value:
            return {}
    return {}
