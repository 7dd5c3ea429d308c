"""Comparing documents of a file with those that the library has, in two trips."""

from collections import defaultdict
from collections.abc import Sequence

from bson import ObjectId

from documents.chunk import ChunkDocument
from documents.document import DocumentDocument, document_id
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.unit_of_work import UnitOfWork
from resolvers.transfer.merging import Merge
from resolvers.transfer.records import DocumentRecord
from resolvers.writing.chunking import chunks_of

Chunks = dict[DocumentId, ChunkDocument]

TOLD = frozenset[str]()
# A chunk of the same place and text stays, and what was said about it.
METADATA_UNTOLD = frozenset({"metadata"})


async def merge_documents(
    unit: UnitOfWork, library: LibraryDocument, records: Sequence[DocumentRecord], merge: Merge
) -> None:
    """Find out what the records change; a document has the chunks of its record, and no others."""
    if not records:
        return
    ids = [document_id(library.id, record.key) for record in records]
    found = await unit.read(DocumentDocument, {"_id": {"$in": ids}})
    documents = {document.id: document for document in found}
    chunks: defaultdict[ObjectId, Chunks] = defaultdict(dict)
    if documents:
        for chunk in await unit.read(ChunkDocument, {"document_id": {"$in": list(documents)}}):
            chunks[chunk.document_id][chunk.id] = chunk
    for record in records:
        document = _desired(library, record)
        _merge_document(merge, document, record, documents.get(document.id), chunks[document.id])


def _desired(library: LibraryDocument, record: DocumentRecord) -> DocumentDocument:
    return DocumentDocument(
        id=document_id(library.id, record.key),
        library_id=library.id,
        key=record.key,
        title=record.title,
        text=record.text,
        language=record.language or library.language,
        source=record.source,
        source_url=record.source_url,
        metadata=dict(record.metadata),
        chunking=record.chunking,
        chunk_count=len(record.chunks),
    )


def _merge_document(
    merge: Merge,
    document: DocumentDocument,
    record: DocumentRecord,
    stored: DocumentDocument | None,
    stored_chunks: Chunks,
) -> None:
    before = merge.count
    merge.documents.put(document, stored, TOLD)
    chunks = chunks_of(document, record.chunks)
    for chunk, draft in zip(chunks, record.chunks, strict=True):
        untold = METADATA_UNTOLD if draft.metadata is None else TOLD
        merge.chunks.put(chunk, stored_chunks.pop(chunk.id, None), untold)
    merge.chunks.removed += stored_chunks.values()
    merge.count_entry(stored, before)
