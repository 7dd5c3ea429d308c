"""Which jobs a client wants to see."""

from collections.abc import Sequence

from documents.database import Row
from documents.errors import NotFoundError
from documents.job import JobState
from resolvers.context import Context
from resolvers.reading.order import DESCENDING, OrderTerm
from resolvers.reading.page import Listing
from resolvers.reading.relationship import JOBS
from resolvers.reading.row import load_library

NEWEST_FIRST = (OrderTerm("created", DESCENDING),)


async def job_listing(
    context: Context, library_key: str | None, states: Sequence[JobState] | None
) -> Listing:
    """The list of jobs; None chooses all.

    Raises:
        NotFoundError: there is no library of that key.
    """
    chosen: Row = {}
    if library_key is not None:
        library = await load_library(context, library_key, frozenset())
        if library is None:
            raise NotFoundError(f"There is no library {library_key!r}.")
        chosen["library_id"] = library["_id"]
    if states is not None:
        chosen["state"] = {"$in": [state.value for state in states]}
    return Listing(JOBS, chosen, NEWEST_FIRST)
