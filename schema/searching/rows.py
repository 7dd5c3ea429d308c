"""The rows of results: read in one trip a page, and only what is selected of them."""

from collections.abc import Iterable, Sequence

from bson import ObjectId

from documents.database import Row
from resolvers.reading.row import load_rows
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
