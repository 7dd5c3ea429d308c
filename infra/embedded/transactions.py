"""A transaction: one snapshot, then the right to write, over many statements.

The snapshot begins with the first statement. The first write asks for the right to write: it is
refused with WriteConflict when another transaction has it, or when anything was committed since the
snapshot began, whichever documents it touched; SQLite does not tell documents apart. A transaction
whose first statement writes, and one that is tried again after a conflict, waits for its turn
instead and then cannot lose it.
"""

import time
from typing import Final

from infra.embedded.errors import write_conflict
from infra.embedded.storage import Connection, StoreFile, translated_errors

LIFETIME_SECONDS: Final = 60.0
FIRST_WRITE_WAIT_SECONDS: Final = 0.25
RETRY_WAIT_SECONDS: Final = 2.0


class Transaction:
    """The statements between `startTransaction` and commit or abort.

    Attributes:
        number: the client's `txnNumber`.
        client: who sent the latest statement; when that client goes, the transaction is aborted.
        expires_at: `time.monotonic()` after which it may be aborted.
    """

    def __init__(self, file: StoreFile, number: int, client: object, *, retried: bool) -> None:
        """Prepare a transaction; nothing is read before the first statement.

        Args:
            file: what it reads and writes.
            number: the client's `txnNumber`.
            client: who sent its first statement.
            retried: the session's last transaction lost a conflict, so this one waits its turn.
        """
        self.number = number
        self.client = client
        self.expires_at = time.monotonic() + LIFETIME_SECONDS
        self._file = file
        self._connection = file.borrow()
        self._may_write = False
        self._ended = False
        if retried:
            self._may_write = file.writer_lock.acquire(RETRY_WAIT_SECONDS)

    def reader(self) -> Connection:
        """The connection to read from; the first call takes the snapshot."""
        if not self._connection.in_transaction:
            with translated_errors():
                self._connection.execute("BEGIN IMMEDIATE" if self._may_write else "BEGIN")
        return self._connection

    def writer(self) -> Connection:
        """The connection to write to.

        Raises:
            StoreError: another writer came first (112).
        """
        if not self._may_write:
            has_snapshot = self._connection.in_transaction
            # Who waits with a snapshot in hand waits for nothing: it will be too old.
            if not self._file.writer_lock.acquire(0 if has_snapshot else FIRST_WRITE_WAIT_SECONDS):
                raise write_conflict("another transaction is writing; try this one again")
            self._may_write = True
        connection = self.reader()
        with translated_errors():
            # Writes nothing, but fails now when the snapshot is too old to write.
            connection.execute("DELETE FROM catalog_version WHERE 0")
        return connection

    @property
    def has_written(self) -> bool:
        """Whether there is anything to commit."""
        return self._may_write and self._connection.in_transaction

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
        if self._ended:
            return
        self._ended = True
        self._file.give_back(self._connection)
        if self._may_write:
            self._file.writer_lock.release()
