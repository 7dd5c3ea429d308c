"""Relay connections over keyset pages, the same for every list of the schema."""

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
)
from schema.costs import FREE
from schema.fields import Info, resolved
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

    @resolved("Opaque; goes into `after` and `before` of the same list.")
    def cursor(self) -> str:
        """Made only when it is asked for."""
        return self.page.cursor(self.row)


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    """One page of a list."""

    page: strawberry.Private[Page]
    node_type: strawberry.Private[Any]

    @resolved("The items of the page with their cursors.")
    def edges(self) -> list[Edge[T]]:
        """In the order of the list, whichever way it is paged."""
        return [
            Edge(node=self.node_type(row=row), row=row, page=self.page) for row in self.page.rows
        ]

    @resolved("The items of the page without their cursors.")
    def nodes(self) -> list[T]:
        """In the order of the list, whichever way it is paged."""
        return [self.node_type(row=row) for row in self.page.rows]

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

    @resolved("How many there are in the whole list; counted only when asked.")
    def total_count(self) -> int:
        """Counted by the command that read the page."""
        return self.page.total or 0


async def connect(info: Info, listing: Listing, parent: Parent, part: Slice) -> Connection[Any]:
    """A parent's list as the client asked for it; all parents of a level are read together."""
    selection = selection_of(info)
    page = await load_page(info.context, listing, parent, part, wanted_of(selection))
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
