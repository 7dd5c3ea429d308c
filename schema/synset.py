"""A synset: definitions of one meaning, seen together."""

import strawberry

from documents.database import Row
from resolvers.reading.page import Listing, Slice
from resolvers.reading.relationship import SYNSET_DEFINITIONS
from schema.connection import After, Before, Connection, First, Last, connect, parents_of
from schema.fields import Info, Objects, batched, derived
from schema.links import LazyDefinition


@strawberry.type(description="Definitions of one meaning by several words (a WordNet synset).")
class Synset:
    """Made of the row of one of its definitions."""

    row: strawberry.Private[Row]
    key: str = derived(
        ("synset",), lambda row: row["synset"]["key"], "Names the synset in its library."
    )
    ili: str | None = derived(
        ("synset",),
        lambda row: row["synset"].get("ili"),
        "Its key in the Collaborative Interlingual Index, shared by wordnets of all languages.",
    )

    @batched("Its members, the leading one first.", reads=("library_id",))
    @staticmethod
    async def definitions(
        synsets: Objects,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[LazyDefinition]]:
        """One page."""
        part = Slice(first, after, last, before)
        return await connect(info, Listing(SYNSET_DEFINITIONS), parents_of(synsets), part)
