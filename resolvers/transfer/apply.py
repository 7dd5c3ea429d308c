"""Writing a file's entries into a library: what is there already is compared, not doubled.

Each batch is one transaction that also moves the import's checkpoint, so an interrupted import
goes on after its last whole batch. Nothing is removed: what a library has beyond the file stays.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from documents.import_checkpoint import ImportCheckpointDocument
from documents.library import LibraryDocument
from documents.unit_of_work import UnitOfWork, run_in_transaction
from resolvers.context import Context
from resolvers.transfer.document_merging import merge_documents
from resolvers.transfer.merging import Merge, merge_batch
from resolvers.transfer.records import DocumentRecord, EntryRecord, Record, Refusal, Untold

BATCH_ENTRIES = 400
# Chunks are written as fast as entries are, and their change log grows with them.
CHUNKS_OF_AN_ENTRY = 25


@dataclass(slots=True)
class ImportReport:
    """What an import did, counted in entries; an interrupted one's earlier part is included."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    resumed_after: int = 0
    texts_embedded: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    # What the file holds and a library has no place for, and how often.
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def entries(self) -> int:
        """Entries of the file that the library holds now."""
        return self.added + self.changed + self.unchanged


async def import_entries(
    context: Context,
    library: LibraryDocument,
    items: Iterable[Record | Refusal],
    fingerprint: str,
    untold: Untold,
) -> AsyncGenerator[ImportReport, None]:
    """Write what a reader gives, in batches; gives the growing report after each.

    Args:
        context: the operation.
        library: must be ready.
        items: in the order of the file, the same each time it is read.
        fingerprint: names the file and its format; an interrupted import of it is resumed.
        untold: what the file has no place for.

    Raises:
        NotFoundError: the library is gone.
        TransferError: from the reader; what was written before stays, and the import can resume.
    """
    checkpoint = await _checkpoint(library, fingerprint)
    report = ImportReport(
        checkpoint.added, checkpoint.changed, checkpoint.unchanged, checkpoint.entries_done
    )
    # Closed before the reader is, also when writing fails.
    with closing(_without_refusals(items, report)) as records:
        # Read again, not written again: the refusals of the earlier part belong to the report.
        for _ in islice(records, checkpoint.entries_done):
            pass
        for batch in _batches(records):
            merge, checkpoint = await _write_batch(context, library, checkpoint, batch, untold)
            report.added = checkpoint.added
            report.changed = checkpoint.changed
            report.unchanged = checkpoint.unchanged
            report.refusals += merge.refusals
            yield report
    await checkpoint.delete()
    yield report


async def _write_batch(
    context: Context,
    library: LibraryDocument,
    checkpoint: ImportCheckpointDocument,
    batch: Sequence[Record],
    untold: Untold,
) -> tuple[Merge, ImportCheckpointDocument]:
    async def work(unit: UnitOfWork) -> Merge:
        entries = [record for record in batch if isinstance(record, EntryRecord)]
        documents = [record for record in batch if isinstance(record, DocumentRecord)]
        merge = await merge_batch(unit, library, entries, untold)
        await merge_documents(unit, library, documents, merge)
        await merge.write(unit)
        if unit.entries:
            await _advance(checkpoint, merge, len(batch)).replace(session=unit.session)
        return merge

    merge = (await run_in_transaction(context.services.client, library.id, work)).result
    return merge, _advance(checkpoint, merge, len(batch))


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Portions of about `BATCH_ENTRIES`; a document weighs as many as its chunks make."""
    batch: list[Record] = []
    weight = 0
    for record in records:
        chunks = len(record.chunks) if isinstance(record, DocumentRecord) else 0
        added = 1 + chunks // CHUNKS_OF_AN_ENTRY
        if batch and weight + added > BATCH_ENTRIES:
            yield batch
            batch, weight = [], 0
        batch.append(record)
        weight += added
    if batch:
        yield batch


def _advance(
    checkpoint: ImportCheckpointDocument, merge: Merge, entries: int
) -> ImportCheckpointDocument:
    moved: ImportCheckpointDocument = checkpoint.model_copy(
        update={
            "entries_done": checkpoint.entries_done + entries,
            "added": checkpoint.added + merge.added,
            "changed": checkpoint.changed + merge.changed,
            "unchanged": checkpoint.unchanged + merge.unchanged,
        }
    )
    return moved


async def _checkpoint(library: LibraryDocument, fingerprint: str) -> ImportCheckpointDocument:
    found = await ImportCheckpointDocument.find_one(
        {"library_id": library.id, "fingerprint": fingerprint}
    )
    if found is not None:
        return found
    checkpoint = ImportCheckpointDocument(library_id=library.id, fingerprint=fingerprint)
    return await checkpoint.insert()


def _without_refusals(
    items: Iterable[Record | Refusal], report: ImportReport
) -> Generator[Record, None, None]:
    for item in items:
        if isinstance(item, Refusal):
            report.refusals.append(item)
        else:
            yield item
