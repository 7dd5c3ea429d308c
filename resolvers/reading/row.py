"""Single rows by id, with the columns that were asked for and no others."""

from bson import ObjectId

from documents.database import Row
from resolvers.context import Context
from resolvers.loaders import loader_of

Columns = frozenset[str]


async def load_row(
    context: Context, collection: str, document_id: ObjectId, columns: Columns
) -> Row | None:
    """One document's columns, or None where there is none; one trip for all that ask together."""

    async def load(ids: list[ObjectId]) -> list[Row | None]:
        found = context.services.database[collection].find(
            {"_id": {"$in": ids}}, projection_of(columns)
        )
        rows = {row["_id"]: row async for row in found}
        return [rows.get(wanted) for wanted in ids]

    return await loader_of(context, ("row", collection, columns), load).load(document_id)


def projection_of(columns: Columns) -> Row:
    """What the store is asked to send; the id comes always."""
    return {"_id": 1} | dict.fromkeys(sorted(columns - {"_id"}), 1)
