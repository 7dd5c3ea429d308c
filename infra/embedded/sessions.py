"""Logical sessions: which transaction is running, and what the last numbered write answered.

Drivers number their writes (`txnNumber`) and send one again when they did not see its reply. The
outcome of a session's latest number is stored in the same SQLite transaction as the write itself,
so that a repeated write or commit gets the first answer, also from a process started after a crash.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from infra.embedded.bson_types import Document, decode_document, encode_document
from infra.embedded.errors import (
    StoreError,
    conflicting_operation,
    no_such_transaction,
    transaction_committed,
    transaction_too_old,
)
from infra.embedded.opening import Connection
from infra.embedded.storage import StoreFile, translated_errors
from infra.embedded.transactions import Transaction

TIMEOUT_MINUTES: Final = 30
_NO_NUMBER: Final = -1
_WRITE_CONFLICT: Final = 112


@dataclass(slots=True)
class Session:
    """What is known of one logical session.

    Attributes:
        id: the client's 16 bytes.
        number: the latest `txnNumber`.
        outcome: what the latest numbered write or commit answered, when there was one.
        committed: the latest number was a transaction and is on disk.
        transaction: the one that is running.
        losses: how many transactions in a row have ended in WriteConflict.
        guard: held by the statement that is running.
    """

    id: bytes
    number: int = _NO_NUMBER
    outcome: Document | None = None
    committed: bool = False
    transaction: Transaction | None = None
    losses: int = 0
    used_at: float = field(default_factory=time.monotonic)
    guard: threading.RLock = field(default_factory=threading.RLock)

    def abort(self) -> None:
        """End the running transaction, if there is one."""
        with self.guard:
            transaction, self.transaction = self.transaction, None
            if transaction is not None:
                transaction.abort()


class Sessions:
    """The sessions of all clients."""

    def __init__(self, file: StoreFile) -> None:
        self._file = file
        self._sessions: dict[bytes, Session] = {}
        self._guard = threading.Lock()

    def get(self, session_id: bytes) -> Session:
        """The session of that id, as it was left in the file when this process has not met it."""
        with self._guard:
            session = self._sessions.get(session_id)
            if session is None:
                session = self._sessions[session_id] = self._restored(session_id)
        session.used_at = time.monotonic()
        return session

    def begin(self, session: Session, number: int, client: object) -> Transaction:
        """Start a transaction, aborting one that was left running under an older number.

        Raises:
            StoreError: the number is too old (225) or was used already (117).
        """
        _check_number(session, number)
        if number == session.number:
            raise conflicting_operation(
                f"the transaction number {number} of this session was used already"
            )
        session.abort()
        session.number, session.outcome, session.committed = number, None, False
        losses, session.losses = session.losses, 0
        session.transaction = Transaction(self._file, number, client, losses=losses)
        return session.transaction

    def running(self, session: Session, number: int, client: object) -> Transaction:
        """The transaction that a statement goes on with.

        Raises:
            StoreError: it is committed (256), too old (225), or not running (251).
        """
        _check_number(session, number)
        if number == session.number and session.committed:
            raise transaction_committed(f"transaction {number} has been committed")
        if session.transaction is None or session.transaction.number != number:
            raise no_such_transaction(
                f"Given transaction number {number} does not match any in-progress transactions. "
                f"The active transaction number is {session.number}"
            )
        session.transaction.client = client
        return session.transaction

    @contextmanager
    def statement(self, session: Session) -> Iterator[None]:
        """Run a statement of a transaction: whatever fails in it aborts the transaction."""
        try:
            yield
        except BaseException as error:
            transaction = session.transaction
            if transaction and isinstance(error, StoreError) and error.code == _WRITE_CONFLICT:
                session.losses = transaction.losses + 1
            session.abort()
            raise

    def commit(self, session: Session, number: int) -> None:
        """Commit; a transaction that is committed already is left as it is.

        Raises:
            StoreError: there is none (251), or it could not be written (14031).
        """
        if session.committed and session.number == number:
            return
        transaction = self.running(session, number, None)
        with self.statement(session):
            if transaction.has_written:
                self._store(transaction.reader(), session, {"committed": True})
            transaction.commit()
        session.transaction, session.committed = None, True

    def earlier_outcome(self, session: Session, number: int) -> Document | None:
        """What a retryable write answered when it was sent before; None when it is new.

        Raises:
            StoreError: the number is too old (225), or was a transaction's (117).
        """
        _check_number(session, number)
        if number > session.number:
            session.abort()
            return None
        if session.committed or session.transaction is not None:
            raise conflicting_operation(f"the number {number} belongs to a transaction")
        return session.outcome

    def remember(
        self, connection: Connection, session: Session, number: int, reply: Document
    ) -> None:
        """Store what a retryable write answered, in the transaction that writes it."""
        session.number, session.committed, session.outcome = number, False, None
        self._store(connection, session, {"reply": reply})

    def forget(self, session_ids: list[bytes]) -> None:
        """End sessions, with their transactions."""
        with self._guard:
            ended = [self._sessions.pop(one, None) for one in session_ids]
        for session in ended:
            if session is not None:
                session.abort()

    def client_gone(self, client: object) -> None:
        """Abort what a client that has gone left running."""
        for session in self._all():
            # Who waits for this client's transaction holds the guard of another session.
            transaction = session.transaction
            if transaction is not None and transaction.client == client:
                session.abort()

    def expire(self) -> None:
        """Abort transactions past their lifetime; forget sessions that nobody uses."""
        now = time.monotonic()
        for session in self._all():
            transaction = session.transaction
            # A statement that runs right now is left alone until it is done.
            if (
                transaction
                and transaction.expires_at < now
                and session.guard.acquire(blocking=False)
            ):
                try:
                    session.abort()
                finally:
                    session.guard.release()
            if session.used_at < now - TIMEOUT_MINUTES * 60:
                self.forget([session.id])

    def clear_old(self) -> None:
        """Delete the outcomes of sessions that nobody can continue any more.

        Raises:
            StoreError: another writer takes too long (50), or the disk is full (14031).
        """
        oldest = time.time() - 2 * TIMEOUT_MINUTES * 60
        with self._file.reading() as connection:
            found = connection.execute(
                "SELECT 1 FROM sessions WHERE used_at < ? LIMIT 1", (oldest,)
            )
            if found.fetchone() is None:
                return
        with self._file.writing(time.monotonic() + 5) as connection:
            connection.execute("DELETE FROM sessions WHERE used_at < ?", (oldest,))

    def abort_all(self) -> None:
        """End every transaction, because the store stops."""
        for session in self._all():
            session.abort()

    def _all(self) -> list[Session]:
        with self._guard:
            return list(self._sessions.values())

    def _restored(self, session_id: bytes) -> Session:
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT number, outcome FROM sessions WHERE id = ?", (session_id,)
            ).fetchone()
        if row is None:
            return Session(session_id)
        outcome = decode_document(row[1])
        return Session(
            session_id,
            number=row[0],
            outcome=outcome.get("reply"),
            committed=outcome.get("committed", False),
        )

    def _store(self, connection: Connection, session: Session, outcome: Mapping[str, Any]) -> None:
        with translated_errors():
            connection.execute(
                "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?)",
                (session.id, session.number, encode_document(outcome), time.time()),
            )


def _check_number(session: Session, number: int) -> None:
    if number < session.number:
        raise transaction_too_old(
            f"Cannot start transaction {number} on this session because a newer transaction "
            f"{session.number} has already started"
        )
