"""Documents in JSON Lines: the line of a document, then those of its chunks.

So no line is longer than a text or a chunk may be, however many chunks a document has.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from resolvers.errors import UserError
from resolvers.limits import MAX_CHUNKS_PER_DOCUMENT
from resolvers.transfer.document_codec import decode_chunk, decode_document, encode_document
from resolvers.transfer.errors import RefusedError
from resolvers.transfer.fields import Fields
from resolvers.transfer.records import DocumentRecord
from resolvers.transfer.spool import Spool
from resolvers.writing.checks import Spot
from resolvers.writing.chunking import DEFAULT_CHUNKING, ChunkDraft, drafts_of
from resolvers.writing.items import DocumentFields, ReadyChunk


@dataclass(slots=True)
class DocumentSpooler:
    """Puts documents into a spool, each when its last chunk has come."""

    spool: Spool
    _document: DocumentRecord | None = None
    _chunks: list[ReadyChunk] = field(default_factory=list)
    # Chunks of a document that was refused are passed over with it.
    _refused: bool = False

    def begin(self, line: int, values: Fields) -> None:
        """Take the line of a document.

        Raises:
            RefusedError: it cannot be taken.
        """
        self.end()
        self._refused = True
        document = decode_document(values, line)
        if not self.spool.claim_entry_id(document.key):
            raise RefusedError(f'the document "{document.key}" is there already')
        self._document, self._refused = document, False

    def add(self, values: Fields) -> None:
        """Take the line of a chunk.

        Raises:
            RefusedError: it cannot be taken, or no document stands before it.
        """
        if self._refused:
            return
        if self._document is None:
            raise RefusedError("a chunk stands behind the line of its document")
        if len(self._chunks) == MAX_CHUNKS_PER_DOCUMENT:
            raise RefusedError(f"the document has {MAX_CHUNKS_PER_DOCUMENT:,} chunks already")
        self._chunks.append(decode_chunk(values))

    def end(self) -> None:
        """All chunks of the last document have come."""
        document, chunks = self._document, self._chunks
        self._document, self._chunks, self._refused = None, [], False
        if document is None:
            return
        try:
            draft = _encode(_with_chunks(document, chunks))
            self.spool.add_entry(document.source_line, draft)
        except RefusedError as refused:
            self.spool.add_refusal(document.source_line, str(refused))


def _with_chunks(document: DocumentRecord, ready: list[ReadyChunk]) -> DocumentRecord:
    """The document with the chunks that the file tells, or else with those its text is split into.

    Raises:
        RefusedError: a chunk is not in the text, there is nothing to split, or too much.
    """
    chunking = document.chunking
    if chunking is None and not ready:
        chunking = DEFAULT_CHUNKING
    errors: list[UserError] = []
    told = DocumentFields(chunks=ready)
    drafts = drafts_of(Spot(errors, ()), told, document.text, chunking)
    if errors:
        place = " ".join(errors[0].field)
        raise RefusedError(f"{place}: {errors[0].message}")
    return replace(document, chunking=chunking, chunks=tuple(drafts))


def _encode(document: DocumentRecord) -> bytes:
    return orjson.dumps({"document": encode_document(document), "chunks": document.chunks})


def decode_draft(draft: dict[str, Any], line: int) -> DocumentRecord:
    """A document from the spool."""
    document = decode_document(Fields(draft["document"]), line)
    chunks = [
        ChunkDraft(**chunk | {"heading_path": tuple(chunk["heading_path"])})
        for chunk in draft["chunks"]
    ]
    return replace(document, chunks=tuple(chunks))
