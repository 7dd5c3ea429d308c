"""Documents and chunks as plain JSON, under the rules of codec.py."""

from typing import Final

from pydantic import JsonValue

from documents.document import Chunking
from documents.vocabulary import ChunkingMethod
from resolvers.limits import (
    CHUNK_LIMIT,
    DOCUMENT_LIMIT,
    HEADING_LIMIT,
    MAX_CHUNK_TOKENS,
    MAX_HEADING_LEVEL,
    TITLE_LIMIT,
    URL_LIMIT,
)
from resolvers.transfer.checks import check_chunking
from resolvers.transfer.codec import Plain, language_of, without_empty
from resolvers.transfer.errors import RefusedError
from resolvers.transfer.fields import Fields
from resolvers.transfer.records import DocumentRecord
from resolvers.writing.chunking import ChunkDraft
from resolvers.writing.items import OMITTED, ChunkingItem, ReadyChunk

_DOCUMENT: Final = frozenset(
    {"key", "title", "text", "language", "source", "source_url", "metadata", "chunking"}
)
_CHUNKING: Final = frozenset({"method", "size", "overlap", "level"})
_CHUNK: Final = frozenset({"text", "start", "heading_path", "metadata"})


def encode_document(document: DocumentRecord) -> Plain:
    """A document as plain JSON, without its chunks."""
    return without_empty(
        {
            "key": document.key,
            "title": document.title,
            "language": document.language,
            "source": document.source,
            "source_url": document.source_url,
            "metadata": dict(document.metadata),
            "chunking": None if document.chunking is None else _encode_chunking(document.chunking),
            "text": document.text,
        }
    )


def _encode_chunking(chunking: Chunking) -> Plain:
    return without_empty(
        {
            "method": chunking.method,
            "size": chunking.size,
            "overlap": chunking.overlap,
            "level": chunking.level,
        }
    )


def encode_chunk(chunk: ChunkDraft) -> Plain:
    """A chunk as plain JSON; a `start` of 0 is told, unlike none."""
    start: Plain = {} if chunk.start is None else {"start": chunk.start}
    heading_path: list[JsonValue] = list(chunk.heading_path)
    about = without_empty({"heading_path": heading_path, "metadata": chunk.metadata})
    return {"text": chunk.text, **start, **about}


def decode_document(values: Fields, line: int) -> DocumentRecord:
    """A document from plain JSON, as yet without chunks.

    Raises:
        RefusedError: it cannot be taken.
    """
    values.close(_DOCUMENT)
    chunking = values.child("chunking")
    return DocumentRecord(
        key=values.required_text("key"),
        title=values.required_text("title", TITLE_LIMIT),
        text=values.text("text", DOCUMENT_LIMIT),
        language=language_of(values),
        source=values.text("source"),
        source_url=values.text("source_url", URL_LIMIT),
        metadata=values.mapping("metadata"),
        chunking=None if chunking is None else _chunking(chunking),
        source_line=line,
    )


def _chunking(values: Fields) -> Chunking:
    values.close(_CHUNKING)
    item = ChunkingItem(
        method=values.required_choice("method", ChunkingMethod),
        size=values.number("size", 0, 1, MAX_CHUNK_TOKENS),
        overlap=values.number("overlap", 0, 0, MAX_CHUNK_TOKENS),
        level=values.number("level", 0, 1, MAX_HEADING_LEVEL) or None,
    )
    check_chunking(item, "chunking")
    return Chunking(method=item.method, size=item.size, overlap=item.overlap, level=item.level)


def decode_chunk(values: Fields) -> ReadyChunk:
    """A chunk from plain JSON.

    Raises:
        RefusedError: it cannot be taken.
    """
    values.close(_CHUNK)
    heading_path = list(values.texts("heading_path", HEADING_LIMIT))
    if len(heading_path) > MAX_HEADING_LEVEL:
        raise RefusedError(f"heading_path has more than {MAX_HEADING_LEVEL} headings")
    start = values.number("start", -1, 0, DOCUMENT_LIMIT)
    return ReadyChunk(
        text=values.required_text("text", CHUNK_LIMIT),
        start=OMITTED if start < 0 else start,
        heading_path=heading_path,
        metadata=dict(values.mapping("metadata")),
    )
