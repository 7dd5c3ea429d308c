"""Erasing libraries that are marked for it, in portions, so that an interruption loses nothing.

The library's own document goes last: while it is there, marked, whoever comes next can go on.
"""

from bson import ObjectId

from documents.database import Database
from documents.library import LibraryState
from resolvers.context import Context

# Leaves first, so that what is still there never misses its parent.
COLLECTIONS = (
    "jobs",
    "idempotency_keys",
    "import_checkpoints",
    "pending_texts",
    "embeddings",
    "chunks",
    "documents",
    "examples",
    "definitions",
    "words",
    "changes",
)
PORTION = 2_000


async def erase_library(database: Database, library_id: ObjectId) -> None:
    """Delete everything of a library that is marked as `DELETING`, then the library itself."""
    for name in COLLECTIONS:
        while ids := await _some_ids(database, name, library_id):
            await database[name].delete_many({"_id": {"$in": ids}})
    await database["libraries"].delete_one({"_id": library_id, "state": LibraryState.DELETING})


async def finish_deletions(context: Context) -> int:
    """Erase the libraries whose deletion was interrupted; gives their number."""
    database = context.services.database
    marked = (
        await database["libraries"].find({"state": LibraryState.DELETING}, {"_id": 1}).to_list()
    )
    for row in marked:
        await erase_library(database, row["_id"])
    return len(marked)


async def _some_ids(database: Database, name: str, library_id: ObjectId) -> list[ObjectId]:
    found = database[name].find({"library_id": library_id}, {"_id": 1}, limit=PORTION)
    return [row["_id"] async for row in found]
