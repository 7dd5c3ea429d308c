"""Where reading begins."""

import strawberry

from resolvers.reading.page import Listing, Parent, Slice
from resolvers.reading.relationship import LIBRARIES
from schema.connection import After, Before, Connection, First, Last, connect, connect_collection
from schema.fields import Info
from schema.filters import WordFilterArgument, WordOrderArgument, word_listing
from schema.library import Library
from schema.links import LazyWord


@strawberry.type(description="Where reading begins.")
class Query:
    """The root of queries."""

    @strawberry.field(description="All libraries by their keys.")
    async def libraries(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Library]:
        """One page."""
        listing = Listing(LIBRARIES, {"state": "ready"})
        return await connect_collection(info, listing, Slice(first, after, last, before))

    @strawberry.field(
        description="The words of a library, alphabetically unless ordered otherwise."
    )
    async def words(
        self,
        info: Info,
        library: str,
        filter: WordFilterArgument = None,
        order_by: WordOrderArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[LazyWord]:
        """One page."""
        part = Slice(first, after, last, before)
        return await connect(info, word_listing(filter, order_by), Parent(library), part)
