"""What a command works with: the open store, and the place from which the command came."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from bson.datetime_ms import DatetimeMS

from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document
from infra.embedded.catalog import Catalogs, Collection
from infra.embedded.clock import OperationClock
from infra.embedded.cursors import Cursors
from infra.embedded.execution import Deadline
from infra.embedded.opening import Connection
from infra.embedded.sessions import Sessions
from infra.embedded.storage import StoreFile
from infra.embedded.transactions import Transaction

Reply = Document | bytes
# Transactions end after a minute, so no write waits longer for one.
WRITE_WAIT_SECONDS: Final = 75.0


@dataclass(frozen=True, slots=True)
class OpenStore:
    """One open file, and what this process knows about it.

    Attributes:
        address: where clients reach it; empty when they do not.
    """

    file: StoreFile
    catalogs: Catalogs
    sessions: Sessions
    cursors: Cursors
    address: str
    clock: OperationClock = field(default_factory=OperationClock)
    started_at: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Context:
    """One command on its way.

    Attributes:
        client: who sent it; whoever goes takes transactions and cursors along.
        session: the id of the logical session, if any.
        transaction: the one it belongs to.
        connection: the writer's connection, for commands that write.
    """

    store: OpenStore
    database: str
    client: object
    session: bytes | None
    transaction: Transaction | None
    deadline: Deadline
    connection: Connection | None = None
    variables: Mapping[str, Any] = field(
        default_factory=lambda: {"NOW": DatetimeMS(int(time.time() * 1000))}
    )

    @property
    def writer(self) -> Connection:
        """The connection of a command that writes."""
        if self.connection is None:
            raise RuntimeError("the command was not announced as one that writes")
        return self.connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot; inside a transaction, its own."""
        if self.connection is not None:
            yield self.connection
        elif self.transaction is not None:
            yield self.transaction.reader()
        else:
            with self.store.file.reading() as connection:
                yield connection

    @contextmanager
    def writing(self, *, joins: bool = False) -> Iterator[None]:
        """Make the command's writes one unit, inside its transaction or by themselves.

        Args:
            joins: the command is brief and may share the commit of those before it.
        """
        if self.transaction is not None:
            self.connection = self.transaction.writer()
            yield
            return
        until = time.monotonic() + WRITE_WAIT_SECONDS
        until = min(until, self.deadline.at or until)
        with self.store.file.writing(until, joins=joins) as connection:
            self.connection = connection
            yield

    def find_collection(self, connection: Connection, name: str) -> Collection | None:
        """A collection of the command's database, if it is there."""
        return self.store.catalogs.read(connection).find(self.database, name)

    def need_collection(self, name: str) -> Collection:
        """A collection to write to, made when it is not there.

        Raises:
            StoreError: the name cannot be one (73).
        """
        found = self.find_collection(self.writer, name)
        if found is not None:
            return found
        return self.store.catalogs.create_collection(self.writer, self.database, name, {})


class Kind(Enum):
    """What a command does to the data."""

    READ = "read"
    WRITE = "write"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the wire protocol.

    Attributes:
        run: carries it out.
        options: the fields it knows beside its name and those that every command has; None
            knows every field.
        kind: a command that writes runs inside `Context.writing`.
        in_transaction: allowed inside a transaction.
        retryable: may carry a `txnNumber` of its own.
    """

    run: Callable[[Context, Arguments], Reply]
    options: frozenset[str] | None = frozenset()
    kind: Kind = Kind.OTHER
    in_transaction: bool = False
    retryable: bool = False
