"""What is read for the results of a page: in one trip, and only what is selected of them."""

from collections.abc import Iterable, Sequence

from bson import ObjectId

from documents.database import Row
from resolvers.reading.row import load_rows
from resolvers.searching.matches import count_matches
from resolvers.searching.page import SearchHit
from resolvers.searching.request import SearchRequest
from schema.fields import Info
from schema.selection import Selection


async def rows_of(
    info: Info,
    collection: str,
    ids: list[ObjectId],
    *selections: Selection,
    more: Iterable[str] = (),
) -> Sequence[Row | None]:
    """Rows with all columns that the selections need, and more; where there are none, unread."""
    columns = frozenset(more).union(*(selection.columns for selection in selections))
    if not selections and not columns:
        return [{"_id": each} for each in ids]
    return await load_rows(info.context, collection, ids, columns)


async def matches_of(
    info: Info, request: SearchRequest, hits: list[SearchHit], edges: Selection
) -> list[int]:
    """What stands behind each result, if it is selected."""
    if "matches" not in edges or not hits:
        return [0] * len(hits)
    return await count_matches(info.context, request, hits)
