"""What does each kind of job."""

from typing import Final

from documents.job import JobKind
from resolvers.index_rebuilding import rebuild_index
from resolvers.jobs.run import Work, Works
from resolvers.reembedding.vectors import drop_vectors
from resolvers.reembedding.work import forget_next, reembed_library

WORKS: Final[Works] = {
    JobKind.REBUILD_INDEX: Work(rebuild_index),
    JobKind.REEMBED_LIBRARY: Work(reembed_library, undo=forget_next),
    JobKind.DROP_VECTORS: Work(drop_vectors),
}
