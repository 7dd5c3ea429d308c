"""The chunks of documents within a transaction: cut anew, and put in the place of those before."""

from collections.abc import Mapping, Sequence
from typing import Any

from documents.base import EntityKind
from documents.chunk import ChunkDocument
from documents.document import DocumentDocument
from documents.ids import DocumentId
from resolvers.errors import UserErrorCode
from resolvers.limits import MAX_CHUNKS
from resolvers.semantic_index.threads import in_thread
from resolvers.writing.attempt import Attempt
from resolvers.writing.chunking import ChunkDraft, drafts_of
from resolvers.writing.items import DocumentFields


async def cut(
    attempt: Attempt[Any], items: Sequence[tuple[int, DocumentFields, DocumentDocument]]
) -> dict[int, list[ChunkDraft]]:
    """The chunks that documents are to have; refuses what cannot be cut, or makes too many."""

    def work() -> dict[int, list[ChunkDraft]]:
        return {
            index: drafts_of(attempt.spot(index), item, document.text, document.chunking)
            for index, item, document in items
        }

    # Splitting large texts takes a while: off the event loop.
    drafts = await in_thread(work)
    refuse_too_many(attempt, {index: len(each) for index, each in drafts.items()}, "text")
    return drafts


def refuse_too_many(attempt: Attempt[Any], counts: Mapping[int, int], field: str) -> None:
    """Refuse documents from where the transaction would write more chunks than one may.

    Args:
        attempt: whose transaction it is.
        counts: chunks to write or to delete, by item.
        field: of the item, to point at.
    """
    total = sum(entry.kind is EntityKind.CHUNK for entry in attempt.unit.entries)
    total += sum(isinstance(each, ChunkDocument) for each in attempt.plan.new)
    for index, count in counts.items():
        total += count
        if total > MAX_CHUNKS:
            attempt.spot(index).at(field).refuse(
                UserErrorCode.TOO_LONG,
                f"The documents up to this one come to more than {MAX_CHUNKS:,} chunks: send the"
                " others in another call.",
            )


async def stored_chunks(
    attempt: Attempt[Any], document_ids: Sequence[DocumentId]
) -> dict[DocumentId, dict[DocumentId, ChunkDocument]]:
    """The chunks of documents, by the ids of both."""
    found: dict[DocumentId, dict[DocumentId, ChunkDocument]] = {}
    if document_ids:
        query = {"document_id": {"$in": list(document_ids)}}
        for chunk in await attempt.unit.read(ChunkDocument, query):
            found.setdefault(chunk.document_id, {})[chunk.id] = chunk
    return found


def replace_chunks(
    attempt: Attempt[Any],
    stored: dict[DocumentId, ChunkDocument],
    chunks: Sequence[ChunkDocument],
    drafts: Sequence[ChunkDraft],
) -> bool:
    """Plan that a document has these chunks and no others; tells whether it had others before.

    A chunk of the same place and text stays, and what was said about it.
    """
    plan = attempt.plan
    writes = len(plan.new) + len(plan.changed) + len(plan.removed)
    for chunk, draft in zip(chunks, drafts, strict=True):
        before = stored.get(chunk.id)
        if before is None:
            plan.add(chunk)
            continue
        metadata = before.metadata if draft.metadata is None else draft.metadata
        kept = chunk.model_copy(update={"version": before.version, "metadata": metadata})
        if kept != before:
            plan.changed.append(kept)
    ids = {chunk.id for chunk in chunks}
    plan.removed += [chunk for chunk_id, chunk in stored.items() if chunk_id not in ids]
    return writes < len(plan.new) + len(plan.changed) + len(plan.removed)
