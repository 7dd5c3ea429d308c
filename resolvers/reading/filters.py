"""Filters of lists as the store takes them; equal wishes give equal filters.

What a client sends stands behind an operator of ours, always: it is compared, never interpreted.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from documents.database import Row
from documents.text import UNSTORABLE
from documents.vocabulary import RelationLevel, RelationType
from resolvers.errors import LimitError, RequestError
from resolvers.limits import MAX_CONDITIONS, MAX_FILTER_DEPTH, MAX_FILTER_VALUES
from resolvers.reading.keyset import both, either

Value = TypeVar("Value", str, int)

HIGHEST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class FilterNode:
    """A filter as it was asked for: all its parts must hold."""

    conditions: Sequence[Row]
    all_of: Sequence["FilterNode"] = ()
    # None is no condition; of no filters at all none holds.
    any_of: Sequence["FilterNode"] | None = None
    none_of: Sequence["FilterNode"] = ()

    @property
    def below(self) -> list["FilterNode"]:
        """The filters that it is made of."""
        return [*self.all_of, *(self.any_of or ()), *self.none_of]


def filter_query(node: FilterNode) -> Row:
    """The store's filter.

    Raises:
        LimitError: it is nested too deep, or has too many conditions.
    """
    if sum(map(_size, _levels(node))) > MAX_CONDITIONS:
        raise LimitError(f"A filter has at most {MAX_CONDITIONS} conditions: ask for less at once.")
    return _query(node)


def _levels(root: FilterNode) -> Iterator[list[FilterNode]]:
    level = [root]
    for _ in range(MAX_FILTER_DEPTH + 1):
        yield level
        level = [below for node in level for below in node.below]
        if not level:
            return
    raise LimitError(f"and, or and not nest at most {MAX_FILTER_DEPTH} deep in a filter.")


def _size(level: list[FilterNode]) -> int:
    return sum(len(node.conditions) + len(node.below) for node in level)


def _query(node: FilterNode) -> Row:
    parts = [*node.conditions, *map(_query, node.all_of)]
    if node.any_of is not None:
        parts.append(either([_query(each) for each in node.any_of]))
    if node.none_of:
        parts.append({"$nor": [_query(each) for each in node.none_of]})
    return both(*parts)


def text_condition(
    path: str,
    equal: str | None = None,
    among: Collection[str] | None = None,
    prefix: str | None = None,
    exists: bool | None = None,
    *,
    fold: Callable[[str], str] = str,
) -> Row:
    """A text, or some member of a list of texts.

    Args:
        path: of the stored field.
        equal: what it is.
        among: what it is one of.
        prefix: how it starts.
        exists: whether there is one.
        fold: makes of a text what is stored for comparison.

    Raises:
        LimitError: too many values.
        RequestError: a text that cannot be stored.
    """
    values = None if among is None else [fold(_sound(each)) for each in among]
    return both(
        {} if equal is None else {path: {"$eq": fold(_sound(equal))}},
        {} if values is None else {path: _among(values)},
        {} if not prefix else {path: prefix_range(fold(_sound(prefix)))},
        _existence(path, exists),
    )


def number_condition(
    path: str,
    equal: int | None = None,
    among: Collection[int] | None = None,
    at_least: int | None = None,
    at_most: int | None = None,
) -> Row:
    """A whole number."""
    return both(
        {} if equal is None else {path: {"$eq": equal}},
        {} if among is None else {path: _among(among)},
        {} if at_least is None else {path: {"$gte": at_least}},
        {} if at_most is None else {path: {"$lte": at_most}},
    )


def relation_query(
    types: Collection[RelationType] | None = None, level: RelationLevel | None = None
) -> Row:
    """Unwound relations for which all given conditions hold."""
    return both(
        {} if types is None else {"relations.type": _among([str(each) for each in types])},
        {} if level is None else {"relations.level": {"$eq": level.value}},
    )


def prefix_range(prefix: str) -> Row:
    """Texts that start with `prefix`: a range that a database index serves."""
    return {"$gte": prefix, "$lt": prefix + HIGHEST_CHARACTER}


def _existence(path: str, exists: bool | None) -> Row:
    # An empty list counts as none.
    there = {path: {"$exists": True, "$ne": []}}
    return {} if exists is None else there if exists else {"$nor": [there]}


def _among(values: Collection[Value]) -> Row:
    """One value is asked for as equal: the database index then gives the order, too."""
    if len(values) > MAX_FILTER_VALUES:
        raise LimitError(f"A condition takes at most {MAX_FILTER_VALUES} values.")
    distinct = sorted(set(values))
    return {"$eq": distinct[0]} if len(distinct) == 1 else {"$in": distinct}


def _sound(text: str) -> str:
    if UNSTORABLE.search(text):
        raise RequestError(f"{text[:80]!a} holds what no text here can: compare with another.")
    return text
