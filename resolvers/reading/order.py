"""The orders that lists are offered in. Each is that of a database index, or it is not offered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from resolvers.errors import RequestError

ASCENDING, DESCENDING = 1, -1


@dataclass(frozen=True, slots=True)
class Column:
    """One stored field that a list is ordered by."""

    path: str
    direction: int = ASCENDING
    # For fields that rows may lack, the least value of their type: rows without one come before.
    least: str | int | None = None

    @property
    def flipped(self) -> "Column":
        """The same field the other way."""
        return replace(self, direction=-self.direction)


@dataclass(frozen=True, slots=True)
class Order:
    """One way to run through a list."""

    # Together unique among the children of one parent.
    columns: tuple[Column, ...]
    # What clients call the leading columns.
    names: tuple[str, ...] = ()

    @property
    def flipped(self) -> "Order":
        """The same order from its end."""
        return replace(self, columns=tuple(column.flipped for column in self.columns))

    @property
    def paths(self) -> tuple[str, ...]:
        """The stored fields, the one that decides first in front."""
        return tuple(column.path for column in self.columns)

    @property
    def sort(self) -> dict[str, int]:
        """As the store takes it."""
        return {column.path: column.direction for column in self.columns}


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """One field of an order that a client wishes for."""

    name: str
    direction: int


@cache
def ascending(*paths: str, names: tuple[str, ...] = ()) -> Order:
    """An order by fields that every row has."""
    return Order(tuple(Column(path) for path in paths), names)


def choose_order(offered: Sequence[Order], wanted: Sequence[OrderTerm]) -> Order:
    """The offered order that begins as wanted, run through from its start or from its end.

    Args:
        offered: the first is that of a list whose order nobody chose.
        wanted: fields with directions, the one that decides first in front.

    Raises:
        RequestError: no database index has this order.
    """
    ways = (way for order in offered for way in (order, order.flipped))
    chosen = next((way for way in ways if _terms(way)[: len(wanted)] == list(wanted)), None)
    if chosen is None:
        raise RequestError(
            f"This list is not offered by {_described(wanted)}. It is offered by "
            + "; by ".join(_described(_terms(order)) for order in offered if order.names)
            + "; by the first fields of these; and by each with all directions turned around."
        )
    return chosen


def _terms(order: Order) -> list[OrderTerm]:
    named = zip(order.names, order.columns, strict=False)
    return [OrderTerm(name, column.direction) for name, column in named]


def _described(terms: Iterable[OrderTerm]) -> str:
    return ", ".join(
        f"{term.name.upper()} {'ASC' if term.direction == ASCENDING else 'DESC'}" for term in terms
    )
