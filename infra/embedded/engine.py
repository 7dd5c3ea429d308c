"""The store behind its server: requests in, replies out, whatever carries them."""

from pathlib import Path

from infra.embedded.catalog import Catalogs
from infra.embedded.context import OpenStore
from infra.embedded.cursors import Cursors
from infra.embedded.dispatch import answer
from infra.embedded.expiry import Expiry
from infra.embedded.point_reads import PointReads
from infra.embedded.sessions import Sessions
from infra.embedded.storage import StoreFile
from infra.embedded.wire import Request


class Engine:
    """One open file with its sessions and cursors; used by many threads at once."""

    def __init__(self, path: Path, address: str = "") -> None:
        """Open the file, making it when there is none.

        Args:
            path: the file.
            address: what `hello` says is the address.

        Raises:
            UnusableFileError: the file cannot be used; says why.
        """
        file = StoreFile(path)
        with file.reading() as connection:
            catalogs = Catalogs(connection)
        self._store = OpenStore(file, catalogs, Sessions(file), Cursors(), address)
        self._expiry = Expiry(self._store)
        self._point_reads = PointReads(file, catalogs)

    def point_read(self, content: bytes) -> bytes | None:
        """The reply to a message that asks for one document by one field; None for any other."""
        reply = self._point_reads.answer(content)
        return None if reply is None else self._store.clock.stamp(reply)

    def execute(self, client: object, request: Request) -> bytes:
        """Carry out a request and answer in BSON; a failure is a reply, too."""
        return answer(self._store, request, client)

    def client_gone(self, client: object) -> None:
        """Abort the transactions and close the cursors of a client."""
        self._store.sessions.client_gone(client)
        self._store.cursors.kill_where(lambda cursor: cursor.client == client)

    def maintain(self) -> None:
        """End what has lived too long; to be called about once a second."""
        self._store.sessions.expire()
        self._store.cursors.expire()
        self._expiry.run_when_due()

    def close(self) -> None:
        """Abort what is running and close the file."""
        self._store.cursors.kill_where(lambda _: True)
        self._store.sessions.abort_all()
        self._store.file.close()
