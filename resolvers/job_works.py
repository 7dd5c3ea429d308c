"""What does each kind of job."""

from typing import Final

from documents.job import JobKind
from resolvers.index_rebuilding import rebuild_index
from resolvers.jobs.run import Works

WORKS: Final[Works] = {JobKind.REBUILD_INDEX: rebuild_index}
