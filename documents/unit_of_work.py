"""One transaction: the writes, one step of the library's sequence, one row of the change log.

The library's own document is written first, so that transactions of one library follow each other
and the order
of sequences is the order of commits: a reader of `changes` never sees a gap.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from beanie import Document
from bson import ObjectId
from pymongo import ReplaceOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError

from documents.base import EntityDocument
from documents.change import ChangeDocument, ChangeEntry, ChangeOperation
from documents.database import Client, Row
from documents.errors import DuplicateError, NotFoundError, VersionConflictError
from documents.ids import DocumentId
from documents.library import LibraryDocument, LibraryState

T = TypeVar("T")
Entity = TypeVar("Entity", bound=EntityDocument)

DUPLICATE_KEY = 11000


@dataclass(frozen=True, slots=True)
class Committed(Generic[T]):
    """What a transaction gave back, and the sequence that its readers may wait for."""

    result: T
    sequence: int


@dataclass(slots=True)
class UnitOfWork:
    """The writes of one open transaction."""

    session: AsyncClientSession
    library: LibraryDocument
    entries: list[ChangeEntry] = field(default_factory=list)
    # Whether the transaction counts although it changed no entity.
    noted: bool = False

    def discard(self) -> None:
        """Let nothing stay of what was written."""
        self.entries.clear()
        self.noted = False

    async def read(self, model: type[Entity], query: Row) -> list[Entity]:
        """Documents as this transaction sees them."""
        return await model.find(query, session=self.session).to_list()

    async def insert(self, documents: Sequence[Entity]) -> None:
        """Add documents of one type.

        Raises:
            DuplicateError: a natural key is taken; nothing of this transaction will stay.
        """
        if not documents:
            return
        try:
            collection = type(documents[0]).get_pymongo_collection()
            await collection.insert_many([stored(each) for each in documents], session=self.session)
        except BulkWriteError as error:
            raise duplicate_from(error) from error
        self._log(documents, ChangeOperation.CREATED)

    async def replace(self, documents: Sequence[Entity]) -> None:
        """Write documents back, each over the version it was read with; raises their versions.

        Raises:
            VersionConflictError: one of them changed since it was read, or is gone.
            DuplicateError: a natural key is taken.
        """
        if not documents:
            return
        requests = []
        for document in documents:
            read_version = document.version
            document.version = read_version + 1
            requests.append(
                ReplaceOne({"_id": document.id, "version": read_version}, stored(document))
            )
        collection = type(documents[0]).get_pymongo_collection()
        try:
            outcome = await collection.bulk_write(requests, session=self.session)
        except BulkWriteError as error:
            raise duplicate_from(error) from error
        if outcome.matched_count != len(documents):
            raise VersionConflictError("A document changed meanwhile: read again and retry.")
        self._log(documents, ChangeOperation.UPDATED)

    async def delete(self, documents: Sequence[Entity]) -> None:
        """Remove documents of one type, as read in this transaction."""
        if not documents:
            return
        ids = [document.id for document in documents]
        collection = type(documents[0]).get_pymongo_collection()
        await collection.delete_many({"_id": {"$in": ids}}, session=self.session)
        self._log(documents, ChangeOperation.DELETED)

    async def save_library(self) -> None:
        """Write the library's own fields; its version rises, its sequence is the transaction's."""
        self.library.version += 1
        await self.library.replace(session=self.session)
        self._log([self.library], ChangeOperation.UPDATED)

    def _log(self, documents: Sequence[EntityDocument], operation: ChangeOperation) -> None:
        self.entries.extend(
            ChangeEntry(
                kind=document.kind,
                id=document.id,
                operation=operation,
                version=document.version,
                parent_id=document.parent_id,
            )
            for document in documents
        )


async def run_in_transaction(
    client: Client, library_id: ObjectId, work: Callable[[UnitOfWork], Awaitable[T]]
) -> Committed[T]:
    """Run `work` in a transaction of a library; all of it is stored or nothing.

    `work` may be called again when another writer came first, so it must not keep what it built
    before.
    Where it writes nothing, the transaction leaves no trace and the sequence stays.

    Raises:
        NotFoundError: there is no such library, or it is being deleted.
    """

    async def attempt(session: AsyncClientSession) -> Committed[T]:
        unit = UnitOfWork(session, await _advance(session, library_id))
        result = await work(unit)
        if not unit.entries and not unit.noted:
            await session.abort_transaction()
            return Committed(result, unit.library.sequence - 1)
        change = ChangeDocument(
            library_id=DocumentId(library_id),
            sequence=unit.library.sequence,
            entries=unit.entries,
        )
        collection = ChangeDocument.get_pymongo_collection()
        await collection.insert_one(stored(change), session=session)
        return Committed(result, unit.library.sequence)

    async with client.start_session() as session:
        return await session.with_transaction(attempt)


async def _advance(session: AsyncClientSession, library_id: ObjectId) -> LibraryDocument:
    row = await LibraryDocument.get_pymongo_collection().find_one_and_update(
        {"_id": library_id, "state": LibraryState.READY},
        {"$inc": {"sequence": 1}},
        return_document=True,
        session=session,
    )
    if row is None:
        raise NotFoundError("There is no such library, or it is being deleted.")
    library: LibraryDocument = LibraryDocument.model_validate(row)
    return library


def stored(document: Document) -> Row:
    """A document as Beanie stores it.

    Beanie's own encoder gives the same bytes and takes a third of an import's time.
    """
    row: Row = document.model_dump(by_alias=True, exclude_none=True)
    return row


def duplicate_from(error: BulkWriteError) -> Exception:
    """The error for a taken natural key, or the driver's own where it is about something else."""
    for item in error.details.get("writeErrors", ()):
        if item.get("code") == DUPLICATE_KEY:
            values = {
                name: value
                for name, value in item.get("keyValue", {}).items()
                if not isinstance(value, ObjectId)
            }
            return DuplicateError(f"Exists already: {values}. Update it, or choose another key.")
    return error
