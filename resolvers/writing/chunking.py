"""From a document's text to its chunks: split, or given ready-made and found in the text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from documents.base import Metadata
from documents.chunk import ChunkDocument, chunk_id
from documents.document import Chunking, DocumentDocument
from documents.text import hash_text
from documents.vocabulary import ChunkingMethod
from resolvers.errors import UserErrorCode
from resolvers.limits import MAX_CHUNKS_PER_DOCUMENT, MAX_HEADING_LEVEL
from resolvers.splitting.split import Piece, split_headings, split_sentences, split_tokens
from resolvers.writing.checks import Spot
from resolvers.writing.items import OMITTED, ChunkingItem, DocumentFields, ReadyChunk, items_of

# About 600 characters of English: well within what embedding models read of a text.
DEFAULT_CHUNKING = Chunking(method=ChunkingMethod.SENTENCES, size=5, overlap=1)


@dataclass(frozen=True, slots=True)
class ChunkDraft:
    """A chunk to be; `metadata` is None where nothing is said about it."""

    text: str
    start: int | None = None
    end: int | None = None
    heading_path: tuple[str, ...] = ()
    metadata: Metadata | None = None


def chosen_chunking(
    item: DocumentFields, document: DocumentDocument | None = None
) -> Chunking | None:
    """How a document is split with an item's values; None if its chunks are ready-made."""
    if items_of(item.chunks):
        return None
    if isinstance(item.chunking, ChunkingItem):
        given = item.chunking
        return Chunking(
            method=given.method, size=given.size, overlap=given.overlap, level=given.level
        )
    return document.chunking if document else DEFAULT_CHUNKING


def drafts_of(
    spot: Spot, item: DocumentFields, text: str | None, chunking: Chunking | None
) -> list[ChunkDraft]:
    """The chunks that a document is to have; refuses what cannot be cut, or makes too many.

    Args:
        spot: of the item.
        item: what is said about the chunks.
        text: the document's, with the item's values.
        chunking: the document's, with the item's values.
    """
    ready = items_of(item.chunks)
    if ready and isinstance(item.chunking, ChunkingItem):
        spot.at("chunking").refuse(
            UserErrorCode.INVALID_VALUE, "Give either chunks or how to make them, not both."
        )
    elif ready:
        return _place(spot.at("chunks"), ready, text)
    elif text is None:
        spot.at("text").refuse(
            UserErrorCode.INVALID_VALUE, "Give a text, or chunks that stand without one."
        )
    elif chunking is None:
        spot.at("text").refuse(
            UserErrorCode.INVALID_VALUE,
            "The chunks of this document are ready-made: send those of the new text as well, or"
            " `chunking` to have it split.",
        )
    else:
        drafts = _split(text, chunking)
        if len(drafts) <= MAX_CHUNKS_PER_DOCUMENT:
            return drafts
        spot.at("text").refuse(
            UserErrorCode.TOO_LONG,
            f"This would make more than {MAX_CHUNKS_PER_DOCUMENT:,} chunks: make them larger by"
            " `chunking`, or divide the document.",
        )
    return []


def texts_of_items(items: Sequence[DocumentFields]) -> list[str]:
    """The texts of the chunks that new documents bring."""
    return [
        draft.text
        for item in items
        for draft in drafts_of(
            Spot([], ()),
            item,
            item.text if isinstance(item.text, str) else None,
            chosen_chunking(item),
        )
    ]


def texts_of_updates(items: Sequence[DocumentFields]) -> list[str]:
    """Those of updates that say how; for the others, the stored documents do."""
    return texts_of_items(
        [each for each in items if items_of(each.chunks) or isinstance(each.chunking, ChunkingItem)]
    )


def _split(text: str, chunking: Chunking) -> list[ChunkDraft]:
    """The chunks of a text; one more than a document may have tells that there are too many."""
    return [
        ChunkDraft(text[piece.span.start : piece.span.end], *piece.span, piece.heading_path)
        for piece in islice(_pieces(text, chunking), MAX_CHUNKS_PER_DOCUMENT + 1)
    ]


def _place(spot: Spot, chunks: Sequence[ReadyChunk], text: str | None) -> list[ChunkDraft]:
    """Ready-made chunks, with their places in the text if there is one.

    Each is looked for behind the beginning of the one before; refuses one that is not there.
    """
    drafts: list[ChunkDraft] = []
    behind = 0
    for position, chunk in enumerate(chunks):
        start = None if text is None else _find(chunk, text, behind)
        if start is not None and start < 0:
            spot.at(position, "text").refuse(
                UserErrorCode.INVALID_VALUE,
                "The document's text does not hold this behind the beginning of the chunk before."
                " Chunks follow the order of the text, letter by letter.",
            )
            break
        behind = 0 if start is None else start + 1
        drafts.append(_draft(chunk, start))
    return drafts


def chunks_of(document: DocumentDocument, drafts: Sequence[ChunkDraft]) -> list[ChunkDocument]:
    """The chunks as they are stored if there were none before."""
    return [
        ChunkDocument(
            id=chunk_id(document.id, position, draft.text),
            library_id=document.library_id,
            document_id=document.id,
            position=position,
            text=draft.text,
            text_hash=hash_text(draft.text),
            start=draft.start,
            end=draft.end,
            heading_path=list(draft.heading_path),
            metadata=draft.metadata or {},
        )
        for position, draft in enumerate(drafts)
    ]


def _pieces(text: str, chunking: Chunking) -> Iterator[Piece]:
    match chunking.method:
        case ChunkingMethod.SENTENCES:
            return split_sentences(text, chunking.size, chunking.overlap)
        case ChunkingMethod.TOKENS:
            return split_tokens(text, chunking.size, chunking.overlap)
        case ChunkingMethod.HEADINGS:
            level = chunking.level or MAX_HEADING_LEVEL
            return split_headings(text, level, chunking.size, chunking.overlap)


def _find(chunk: ReadyChunk, text: str, behind: int) -> int:
    if chunk.start is OMITTED or chunk.start is None:
        return text.find(chunk.text, behind)
    there = chunk.start >= behind and text.startswith(chunk.text, chunk.start)
    return chunk.start if there else -1


def _draft(chunk: ReadyChunk, start: int | None) -> ChunkDraft:
    return ChunkDraft(
        text=chunk.text,
        start=start,
        end=None if start is None else start + len(chunk.text),
        heading_path=tuple(items_of(chunk.heading_path)),
        metadata=None if chunk.metadata is OMITTED else chunk.metadata or {},
    )
