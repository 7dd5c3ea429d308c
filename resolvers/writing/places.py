"""Positions among siblings."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import count

from documents.base import EntityDocument
from documents.ids import DocumentId
from documents.unit_of_work import UnitOfWork


async def places_after(
    unit: UnitOfWork,
    model: type[EntityDocument],
    parent_field: str,
    parents: Collection[DocumentId],
) -> dict[DocumentId, Iterator[int]]:
    """For each parent, the positions behind its last child, counted up as they are taken."""
    last: defaultdict[DocumentId, int] = defaultdict(lambda: -1)
    if parents:
        siblings = model.get_pymongo_collection().find(
            {parent_field: {"$in": list(parents)}},
            {"_id": 0, parent_field: 1, "position": 1},
            session=unit.session,
        )
        async for row in siblings:
            parent = DocumentId(row[parent_field])
            last[parent] = max(last[parent], row["position"])
    return {parent: count(last[parent] + 1) for parent in parents}
