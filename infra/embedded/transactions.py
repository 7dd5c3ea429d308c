"""A transaction: one snapshot, then the right to write, over many statements.

The snapshot begins with the first statement. The first write asks for the right to write: it is
refused with WriteConflict when another transaction has it, or when anything was committed since the
snapshot began, whichever documents it touched; SQLite does not tell documents apart. A transaction
whose first statement writes waits for its turn instead and then cannot lose it.

One that is tried again after a conflict and reads first gets a turn, too: others are held off for
a second from its first read, twice as long after each further loss, up to `LONGEST_TURN_SECONDS`.
When it has not written by then, others write and it goes on reading its snapshot.
"""

import threading
import time
from typing import Final

from infra.embedded.errors import write_conflict
from infra.embedded.opening import Connection
from infra.embedded.storage import StoreFile, translated_errors

LIFETIME_SECONDS: Final = 60.0
FIRST_WRITE_WAIT_SECONDS: Final = 0.25
RETRY_WAIT_SECONDS: Final = 2.0
FIRST_TURN_SECONDS: Final = 1.0
LONGEST_TURN_SECONDS: Final = 16.0


class Transaction:
    """The statements between `startTransaction` and commit or abort.

    Attributes:
        number: the client's `txnNumber`.
        client: who sent the latest statement; when that client goes, the transaction is aborted.
        expires_at: `time.monotonic()` after which it may be aborted.
        losses: how many conflicts in a row the session has lost before it.
        has_written: whether there is anything to commit.
    """

    def __init__(self, file: StoreFile, number: int, client: object, *, losses: int) -> None:
        """Prepare a transaction; nothing is read before the first statement."""
        self.number = number
        self.client = client
        self.expires_at = time.monotonic() + LIFETIME_SECONDS
        self.losses = losses
        self.has_written = False
        self._file = file
        self._connection = file.borrow()
        self._may_write = False
        self._ended = False
        self._guard = threading.Lock()
        self._turn: threading.Timer | None = None

    def reader(self) -> Connection:
        """The connection to read from; the first call takes the snapshot."""
        if not self._connection.in_transaction:
            if self.losses and not self._may_write:
                self._take_turn()
            with translated_errors():
                self._connection.execute("BEGIN")
        return self._connection

    def writer(self) -> Connection:
        """The connection to write to.

        Raises:
            StoreError: another writer came first (112).
        """
        with self._guard:
            self._need_right()
            self.has_written = True
        connection = self.reader()
        with translated_errors():
            # Writes nothing, but fails now when the snapshot is too old to write.
            connection.execute("DELETE FROM catalog_version WHERE 0")
        return connection

    def _need_right(self) -> None:
        if self._may_write:
            return
        wait_seconds = RETRY_WAIT_SECONDS if self.losses else FIRST_WRITE_WAIT_SECONDS
        # Who waits with a snapshot in hand waits for nothing: it will be too old.
        if not self._file.take_turn(0 if self._connection.in_transaction else wait_seconds):
            raise write_conflict("another transaction is writing; try this one again")
        self._may_write = True

    def _take_turn(self) -> None:
        if not self._file.take_turn(RETRY_WAIT_SECONDS):
            return
        self._may_write = True
        seconds = min(FIRST_TURN_SECONDS * 2 ** (self.losses - 1), LONGEST_TURN_SECONDS)
        self._turn = threading.Timer(seconds, self._end_turn)
        self._turn.daemon = True
        self._turn.start()

    def _end_turn(self) -> None:
        with self._guard:
            if not self.has_written:
                self._release()

    def commit(self) -> None:
        """Put everything on disk.

        Raises:
            StoreError: it could not be written and was undone (14031).
        """
        try:
            if self._connection.in_transaction:
                with translated_errors():
                    self._connection.execute("COMMIT")
        finally:
            self.abort()

    def abort(self) -> None:
        """Undo what is not committed and let others write; harmless when done already."""
        with self._guard:
            if self._ended:
                return
            self._ended = True
            if self._turn is not None:
                self._turn.cancel()
            self._file.give_back(self._connection)
            self._release()

    def _release(self) -> None:
        if self._may_write:
            self._may_write = False
            self._file.end_turn()
