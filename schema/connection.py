"""Relay connections over keyset pages, the same for every list of the schema."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from documents.database import Row
from resolvers.reading.page import (
    Listing,
    Page,
    Parent,
    Slice,
    Wanted,
    load_collection_page,
    load_page,
    load_pages,
)
from schema.costs import FREE
from schema.fields import Info, RowObject, computed, resolved
from schema.selection import Selection, selection_of

T = TypeVar("T")

First = Annotated[
    int | None,
    strawberry.argument(description="Take this many from the start: 0 to 100; 20 when left out."),
]
After = Annotated[str | None, strawberry.argument(description="Start behind this cursor.")]
Last = Annotated[
    int | None,
    strawberry.argument(description="Take this many from the end instead: 0 to 100."),
]
Before = Annotated[str | None, strawberry.argument(description="End in front of this cursor.")]


@strawberry.type(description="Where a page stands in its list.", directives=[FREE])
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = strawberry.field(description="Whether there is more behind this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether there is more in front; paging forwards, whether `after` was given."
    )
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge.")


@strawberry.type(description="One item of a list, and where it stands.", directives=[FREE])
class Edge(Generic[T]):
    """One item of a list, and where it stands."""

    node: T = strawberry.field(description="The item.")
    row: strawberry.Private[Row]
    page: strawberry.Private[Page]

    cursor: str = computed(
        lambda edge: edge.page.cursor(edge.row),
        "Opaque; goes into `after` and `before` of the same list.",
    )


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    """One page of a list."""

    page: strawberry.Private[Page]
    node_type: strawberry.Private[Any]

    edges: list[Edge[T]] = computed(
        lambda connection: [
            Edge(node=connection.node_type(row=row), row=row, page=connection.page)
            for row in connection.page.rows
        ],
        "The items of the page with their cursors.",
    )
    nodes: list[T] = computed(
        lambda connection: [connection.node_type(row=row) for row in connection.page.rows],
        "The items of the page without their cursors.",
    )

    @resolved("Where the page stands in the list.")
    def page_info(self, info: Info) -> PageInfo:
        """Cursors are made only when they are asked for."""
        selection = selection_of(info)
        rows = self.page.rows
        return PageInfo(
            has_next_page=self.page.has_next,
            has_previous_page=self.page.has_previous,
            start_cursor=self.page.cursor(rows[0]) if rows and "startCursor" in selection else None,
            end_cursor=self.page.cursor(rows[-1]) if rows and "endCursor" in selection else None,
        )

    # Counted by the command that reads the page.
    total_count: int = computed(
        lambda connection: connection.page.total or 0,
        "How many there are in the whole list; counted only when asked.",
    )


def parents_of(objects: Iterable[RowObject]) -> list[Parent]:
    """The objects of a level, as those whose lists are asked for."""
    return [Parent(each.row["_id"], each.row.get("library_id")) for each in objects]


async def connect(
    info: Info, listing: Listing, parents: Sequence[Parent], part: Slice
) -> list[Connection[Any]]:
    """The list of each parent as the client asked for it."""
    selection = selection_of(info)
    pages = await load_pages(info.context, listing, parents, part, wanted_of(selection))
    origin = selection.child("nodes").origin
    return [Connection(page=page, node_type=origin) for page in pages if page is not None]


async def connect_library(info: Info, listing: Listing, key: str, part: Slice) -> Connection[Any]:
    """The list of the library of a key."""
    selection = selection_of(info)
    page = await load_page(info.context, listing, Parent(key), part, wanted_of(selection))
    return Connection(page=page, node_type=selection.child("nodes").origin)


async def connect_collection(info: Info, listing: Listing, part: Slice) -> Connection[Any]:
    """A list that hangs on nothing."""
    selection = selection_of(info)
    page = await load_collection_page(info.context, listing, part, wanted_of(selection))
    return Connection(page=page, node_type=selection.child("nodes").origin)


def wanted_of(selection: Selection) -> Wanted:
    """What of a page the selection of a connection needs."""
    edges, page_info = selection.child("edges"), selection.child("pageInfo")
    return Wanted(
        columns=edges.child("node").columns | selection.child("nodes").columns,
        rows=any(name in selection for name in ("edges", "nodes", "pageInfo")),
        total="totalCount" in selection,
        cursors="cursor" in edges or "startCursor" in page_info or "endCursor" in page_info,
    )
