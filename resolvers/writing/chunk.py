"""Writing what is said about chunks; they are made and removed with their documents."""

from documents.base import EntityKind
from documents.chunk import ChunkDocument
from resolvers.context import Context
from resolvers.writing.attempt import Attempt
from resolvers.writing.batch import run_batch
from resolvers.writing.fields import CHUNK_CHECKS, target_checks
from resolvers.writing.items import ChunkUpdate
from resolvers.writing.lookup import find_targets
from resolvers.writing.result import BatchCall, BatchResult
from resolvers.writing.rules import BatchRules
from resolvers.writing.values import change, chunk_values


async def update_chunks(context: Context, call: BatchCall[ChunkUpdate]) -> BatchResult:
    """Change the metadata of chunks; it stays while text and position of the chunk do."""
    return await run_batch(context, call, UPDATE)


async def _prepare_update(attempt: Attempt[ChunkUpdate]) -> None:
    for index, item, chunk in await find_targets(attempt, ChunkDocument):
        attempt.plan.update(index, chunk, change(chunk, chunk_values(item)))


UPDATE = BatchRules(
    "updateChunk",
    EntityKind.CHUNK,
    target_checks(EntityKind.CHUNK) | CHUNK_CHECKS,
    _prepare_update,
)
