"""Pages of a list: keyset cursors, both directions, any number of parents in one command."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import blake2b
from typing import Any, NamedTuple

import bson
from bson import ObjectId
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import ExecutionTimeout

from documents.database import Row
from documents.errors import NotFoundError
from documents.library import LibraryState
from resolvers.context import Context
from resolvers.errors import LimitError, RequestError
from resolvers.limits import MAX_READ_SECONDS
from resolvers.loaders import load_all_together
from resolvers.reading.cursor import decode_cursor, encode_cursor
from resolvers.reading.order import Order, OrderTerm, ascending, choose_order
from resolvers.reading.pipeline import Window, children_pipeline, list_pipeline, path_value
from resolvers.reading.relationship import Relationship
from resolvers.reading.row import Columns, one_batch

DEFAULT_PAGE_SIZE = 20
MAX_PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of a list that the client asks for, as it asked."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a page is to be read at all."""

    columns: Columns = frozenset()
    rows: bool = True
    total: bool = False
    cursors: bool = False


@dataclass(frozen=True)
class Listing:
    """A list as the client sees it: which children, in which order."""

    relationship: Relationship
    filter: Row = field(default_factory=dict)
    # As the client wishes; where it does not, the relationship's own order.
    order_by: tuple[OrderTerm, ...] = ()

    @cached_property
    def order(self) -> Order:
        """The order that a database index has.

        Raises:
            RequestError: none has the one that is wished for.
        """
        if not self.order_by:
            return ascending(*self.relationship.order)
        return choose_order(self.relationship.orders, self.order_by)

    @cached_property
    def identity(self) -> bytes:
        """Names the list in cursors and loaders; equal lists have equal names."""
        described = {
            "name": self.relationship.name,
            "filter": self.filter,
            "order": list(self.order.sort.items()),
        }
        return blake2b(bson.encode(described), digest_size=16).digest()


class Parent(NamedTuple):
    """Whose children are asked for: an id, or the key of a library."""

    key: ObjectId | str
    library_id: ObjectId | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of the list, whichever way it was read."""

    rows: list[Row]
    has_next: bool
    has_previous: bool
    total: int | None
    order: Order
    cursor_key: bytes
    identity: bytes

    def cursor(self, row: Row) -> str:
        """Where a row stands; it must have been read with cursors wanted."""
        position = [path_value(row, path) for path in self.order.paths]
        return encode_cursor(self.cursor_key, self.identity, position)


async def load_page(
    context: Context, listing: Listing, parent: Parent, part: Slice, wanted: Wanted
) -> Page:
    """One page of a parent's children.

    Raises:
        NotFoundError: there is no library of that key.
        LimitError, RequestError, CursorError: as `load_pages`.
    """
    (page,) = await load_pages(context, listing, (parent,), part, wanted)
    if page is None:
        raise NotFoundError(f"There is no library {parent.key!r}.")
    return page


async def load_pages(
    context: Context, listing: Listing, parents: Sequence[Parent], part: Slice, wanted: Wanted
) -> list[Page | None]:
    """A page of each parent's children; one command for all parents that are asked for together.

    There is none for the key of a library that is not there; a parent that has been deleted in the
    meantime has an empty one.

    Raises:
        LimitError: the page is larger than allowed.
        RequestError: both `first` and `last`, or a negative number.
        CursorError: a cursor is not of this list.
    """
    window = _window(context, listing, part, wanted)
    by_key = isinstance(parents[0].key, str)
    name = ("page", listing.identity, part, wanted, by_key)
    read = partial(_load_children, context, listing.relationship, window)
    rows = await load_all_together(context, name, read, parents)
    return [
        None if row is None and by_key else _page(context, listing, part, window, row or {})
        for row in rows
    ]


async def load_collection_page(
    context: Context, listing: Listing, part: Slice, wanted: Wanted
) -> Page:
    """One page of a whole collection: children of nothing."""
    window = _window(context, listing, part, wanted)
    store = context.services.database[listing.relationship.children]
    found: Row = {}
    if wanted.rows:
        pipeline = list_pipeline(listing.relationship, window)
        found["rows"] = await _read(store, pipeline, window.size + 1)
    if wanted.total:
        found["total"] = await _read(store, [{"$match": window.filter}, {"$count": "n"}], 1)
    return _page(context, listing, part, window, found)


async def _read(store: AsyncCollection[Row], pipeline: list[Row], most: int) -> list[Row]:
    """All rows, at most so many, in one command.

    Raises:
        LimitError: it takes too long.
    """
    try:
        cursor = await store.aggregate(
            pipeline, batchSize=one_batch(most), maxTimeMS=MAX_READ_SECONDS * 1000
        )
        return await cursor.to_list()
    except ExecutionTimeout as error:
        raise LimitError(
            f"This list takes more than {MAX_READ_SECONDS} seconds to read: narrow its filter."
        ) from error


async def _load_children(
    context: Context, relationship: Relationship, window: Window, parents: list[Parent]
) -> list[Row | None]:
    by_key = isinstance(parents[0].key, str)
    key_field = "key" if by_key else "_id"
    chosen: Row = {key_field: {"$in": [parent.key for parent in parents]}}
    if by_key:
        chosen["state"] = LibraryState.READY.value
    pipeline = children_pipeline(relationship, window, chosen, key_field, _libraries(parents))
    store = context.services.database[relationship.parent]
    found = {row[key_field]: row for row in await _read(store, pipeline, len(parents))}
    return [found.get(parent.key) for parent in parents]


def _libraries(parents: Iterable[Parent]) -> list[ObjectId]:
    return sorted({parent.library_id for parent in parents if parent.library_id is not None})


def _page(context: Context, listing: Listing, part: Slice, window: Window, found: Row) -> Page:
    rows = found.get("rows", [])
    more = len(rows) > window.size
    rows = rows[: window.size]
    if window.backward:
        rows.reverse()
    total = found.get("total")
    return Page(
        rows=rows,
        has_next=part.before is not None if window.backward else more,
        has_previous=more if window.backward else part.after is not None,
        total=None if total is None else sum(count["n"] for count in total),
        order=window.order,
        cursor_key=context.services.cursor_key,
        identity=listing.identity,
    )


def _window(context: Context, listing: Listing, part: Slice, wanted: Wanted) -> Window:
    def position(cursor: str | None) -> list[Any] | None:
        key = context.services.cursor_key
        return None if cursor is None else decode_cursor(key, listing.identity, cursor)

    return Window(
        size=page_size(part.first, part.last),
        backward=part.last is not None,
        order=listing.order,
        after=position(part.after),
        before=position(part.before),
        filter=listing.filter,
        columns=wanted.columns | _order_columns(listing, wanted),
        rows=wanted.rows,
        total=wanted.total,
    )


def _order_columns(listing: Listing, wanted: Wanted) -> Columns:
    # Unwound rows carry what orders them in any case.
    needed = wanted.cursors and listing.relationship.unwind is None
    return frozenset(listing.order.paths if needed else ())


def page_size(first: int | None, last: int | None = None) -> int:
    """How many rows a page has, checked.

    Raises:
        LimitError: more than one page may have.
        RequestError: both numbers are given, or a negative one.
    """
    if first is not None and last is not None:
        raise RequestError("Give either first or last, not both.")
    size = DEFAULT_PAGE_SIZE if first is None and last is None else first if last is None else last
    if size is None or size < 0:
        raise RequestError("first and last count rows: they cannot be negative.")
    if size > MAX_PAGE_SIZE:
        raise LimitError(f"A page has at most {MAX_PAGE_SIZE} rows: ask for the next one after it.")
    return size
