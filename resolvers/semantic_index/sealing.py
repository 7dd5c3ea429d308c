"""When an index that is followed in memory is written to its files."""

import time

import structlog

from resolvers.semantic_index.making import IndexFiles
from vectorindex.errors import WriteFailedError

# Transactions that a process reads again after a restart, at most.
MOST_TRANSACTIONS = 1_000
# What is in memory is written when so long nothing came to it.
QUIET_SECONDS = 10.0
# After a failure: the disk is full, and somebody has to make room.
PAUSE_SECONDS = 60.0

logger = structlog.get_logger(__name__)


class SealingDiary:
    """Remembers what one process saw of one index."""

    def __init__(self) -> None:
        self._sequence = 0
        self._changed_at = time.monotonic()
        self._not_before = 0.0

    def is_due(self, index: IndexFiles) -> bool:
        """Whether it is time to write."""
        now = time.monotonic()
        if index.sequence != self._sequence:
            self._sequence, self._changed_at = index.sequence, now
        unwritten = index.sequence - index.sealed_sequence
        return (
            unwritten > 0
            and now >= self._not_before
            and (
                index.needs_sealing
                or unwritten > MOST_TRANSACTIONS
                or now - self._changed_at > QUIET_SECONDS
            )
        )

    def failed(self) -> None:
        """Do not try again at once."""
        self._not_before = time.monotonic() + PAUSE_SECONDS


def write(index: IndexFiles) -> None:
    """Write what is in memory, and merge what has become too many files.

    Raises:
        SegmentError: another process is writing, or the disk is full.
    """
    with index.lock():
        index.seal()
        while index.merge():
            pass


def write_loaded(index: IndexFiles, *, merge: bool = False) -> None:
    """Keep memory small while an index is loaded; where the disk is full, it takes what is needed.

    Args:
        index: nobody else has it.
        merge: everything, at the end: one segment is searched faster than many.
    """
    try:
        with index.lock():
            index.seal()
            if merge:
                index.merge(everything=True)
    except WriteFailedError as error:
        logger.warning("an index stays in memory", reason=str(error))
