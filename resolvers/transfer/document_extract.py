"""Reading the documents of a library out as records, by their keys; the reverse of merging."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from bson import ObjectId

from documents.chunk import ChunkDocument
from documents.database import Row
from documents.document import DocumentDocument
from documents.library import LibraryDocument
from resolvers.transfer.records import DocumentRecord
from resolvers.writing.chunking import ChunkDraft

# A document and its chunks take up to some tens of MiB.
BATCH_DOCUMENTS = 5


async def export_documents(library: LibraryDocument) -> AsyncIterator[list[DocumentRecord]]:
    """Give all documents with their chunks in batches; two trips a batch."""
    after: Row = {}
    while documents := await _next_documents(library.id, after):
        yield await _records(documents)
        after = {"key": {"$gt": documents[-1].key}}


async def _next_documents(library_id: ObjectId, after: Row) -> list[DocumentDocument]:
    query = {"library_id": library_id, **after}
    return await DocumentDocument.find(query).sort("key").limit(BATCH_DOCUMENTS).to_list()


async def _records(documents: Sequence[DocumentDocument]) -> list[DocumentRecord]:
    ids = [document.id for document in documents]
    chunks_of: defaultdict[ObjectId, list[ChunkDocument]] = defaultdict(list)
    async for chunk in ChunkDocument.find({"document_id": {"$in": ids}}):
        chunks_of[chunk.document_id].append(chunk)
    return [_record(document, chunks_of[document.id]) for document in documents]


def _record(document: DocumentDocument, chunks: Sequence[ChunkDocument]) -> DocumentRecord:
    return DocumentRecord(
        key=document.key,
        title=document.title,
        text=document.text,
        language=document.language,
        source=document.source,
        source_url=document.source_url,
        metadata=document.metadata,
        chunking=document.chunking,
        chunks=tuple(_draft(each) for each in sorted(chunks, key=lambda each: each.position)),
    )


def _draft(chunk: ChunkDocument) -> ChunkDraft:
    return ChunkDraft(chunk.text, chunk.start, chunk.end, tuple(chunk.heading_path), chunk.metadata)
