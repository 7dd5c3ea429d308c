"""Writing a file's entries into a library: what is there already is compared, not doubled.

Each batch is one transaction that also moves the import's checkpoint, so an interrupted import
goes on after its last whole batch. Nothing is removed: what a library has beyond the file stays.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from documents.import_checkpoint import ImportCheckpointDocument
from documents.library import LibraryDocument
from documents.unit_of_work import UnitOfWork, run_in_transaction
from resolvers.context import Context
from resolvers.transfer.merging import Merge, merge_batch
from resolvers.transfer.records import EntryRecord, Refusal, Untold

BATCH_ENTRIES = 400


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
    items: Iterable[EntryRecord | Refusal],
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
        while batch := list(islice(records, BATCH_ENTRIES)):
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
    batch: Sequence[EntryRecord],
    untold: Untold,
) -> tuple[Merge, ImportCheckpointDocument]:
    async def work(unit: UnitOfWork) -> Merge:
        merge = await merge_batch(unit, library, batch, untold)
        await merge.write(unit)
        if unit.entries:
            await _advance(checkpoint, merge, len(batch)).replace(session=unit.session)
        return merge

    merge = (await run_in_transaction(context.services.client, library.id, work)).result
    return merge, _advance(checkpoint, merge, len(batch))


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
    items: Iterable[EntryRecord | Refusal], report: ImportReport
) -> Generator[EntryRecord, None, None]:
    for item in items:
        if isinstance(item, Refusal):
            report.refusals.append(item)
        else:
            yield item
