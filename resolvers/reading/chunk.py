"""The chunks before and behind others, in one trip for all that ask together."""

from collections import defaultdict
from collections.abc import Iterable
from functools import partial

from bson import ObjectId

from documents.database import Row
from resolvers.context import Context
from resolvers.loaders import load_all_together
from resolvers.reading.row import Columns, one_batch, projection_of

# A document, and a position in it.
Place = tuple[ObjectId, int]

PLACE_COLUMNS = frozenset({"document_id", "position"})


async def load_chunks_at(
    context: Context, places: Iterable[Place], columns: Columns
) -> list[Row | None]:
    """The chunks at places; None where there is none."""
    read = partial(_read, context, columns)
    return await load_all_together(context, ("chunk", columns), read, places)


async def _read(context: Context, columns: Columns, places: list[Place]) -> list[Row | None]:
    positions: defaultdict[ObjectId, list[int]] = defaultdict(list)
    for document_id, position in places:
        positions[document_id].append(position)
    found = context.services.database["chunks"].find(
        {
            "$or": [
                {"document_id": document_id, "position": {"$in": wanted}}
                for document_id, wanted in positions.items()
            ]
        },
        projection_of(columns | PLACE_COLUMNS),
        batch_size=one_batch(len(places)),
    )
    rows = {(row["document_id"], row["position"]): row async for row in found}
    return [rows.get(place) for place in places]
