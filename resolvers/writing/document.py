"""Writing documents, and with them the chunks that their texts are split into."""

from documents.base import EntityKind
from documents.document import Chunking, DocumentDocument, document_id
from documents.ids import new_key
from resolvers.context import Context
from resolvers.errors import UserErrorCode
from resolvers.writing.attempt import Attempt
from resolvers.writing.batch import run_batch
from resolvers.writing.chunking import chosen_chunking, chunks_of, texts_of_items, texts_of_updates
from resolvers.writing.document_chunks import (
    cut,
    refuse_too_many,
    replace_chunks,
    stored_chunks,
)
from resolvers.writing.fields import DOCUMENT_CHECKS, target_checks, upsert_checks
from resolvers.writing.items import (
    OMITTED,
    DocumentUpdate,
    DocumentUpsert,
    NewDocument,
    Patch,
    Removal,
    items_of,
)
from resolvers.writing.lookup import find_by_id, find_targets
from resolvers.writing.patch import patching
from resolvers.writing.result import BatchCall, BatchResult
from resolvers.writing.rules import BatchRules
from resolvers.writing.upsert import divide, refuse_repeated
from resolvers.writing.values import change, document_fields, document_values, make


async def create_documents(context: Context, call: BatchCall[NewDocument]) -> BatchResult:
    """Add documents; their texts are split, unless they bring their chunks."""
    return await run_batch(context, call, CREATE)


async def update_documents(context: Context, call: BatchCall[DocumentUpdate]) -> BatchResult:
    """Change documents; another text, or another way to split it, makes other chunks."""
    return await run_batch(context, call, UPDATE)


async def patch_documents(context: Context, call: BatchCall[Patch]) -> BatchResult:
    """Change documents by JSON Patch."""
    return await run_batch(context, call, PATCH)


async def upsert_documents(context: Context, call: BatchCall[DocumentUpsert]) -> BatchResult:
    """Make documents, or change those of the same key."""
    return await run_batch(context, call, UPSERT)


async def delete_documents(context: Context, call: BatchCall[Removal]) -> BatchResult:
    """Remove documents; with `cascade`, also their chunks."""
    return await run_batch(context, call, DELETE)


async def _prepare_creation(attempt: Attempt[NewDocument]) -> None:
    sound = attempt.sound()
    documents = {index: _new_document(attempt, item) for index, item in sound}
    taken = set(
        await find_by_id(attempt.unit, DocumentDocument, [d.id for d in documents.values()])
    )
    for index, document in documents.items():
        if document.id in taken:
            attempt.spot(index).at("key").refuse(
                UserErrorCode.DUPLICATE,
                "A document of this library has this key: update it, or choose another key.",
            )
        taken.add(document.id)
    drafts = await cut(attempt, [(index, item, documents[index]) for index, item in sound])
    for index, _ in attempt.sound():
        chunks = chunks_of(documents[index], drafts[index])
        document = documents[index].model_copy(update={"chunk_count": len(chunks)})
        attempt.plan.create(index, document, *chunks)


async def _prepare_update(attempt: Attempt[DocumentUpdate]) -> None:
    targets = await find_targets(attempt, DocumentDocument)
    changed = {index: _changed(item, document) for index, item, document in targets}
    recut = [
        (index, item, changed[index])
        for index, item, document in targets
        if items_of(item.chunks) or _source(document) != _source(changed[index])
    ]
    drafts = await cut(attempt, recut)
    stored = await stored_chunks(attempt, [document.id for _, _, document in recut])
    for index, _, document in attempt.sound_among(targets):
        if index not in drafts:
            attempt.plan.update(index, document, changed[index])
            continue
        chunks = chunks_of(changed[index], drafts[index])
        updated = changed[index].model_copy(update={"chunk_count": len(chunks)})
        others = replace_chunks(attempt, stored.get(document.id, {}), chunks, drafts[index])
        attempt.plan.update(index, document, updated, with_others=others)


async def _prepare_upsert(attempt: Attempt[DocumentUpsert]) -> None:
    refuse_repeated(attempt, "key")
    ids = [document_id(attempt.library_id, str(item.key)) for _, item in attempt.sound()]
    stored = await find_by_id(attempt.unit, DocumentDocument, ids)
    by_key = {document.key: document for document in stored.values()}
    new, known = divide(attempt, by_key, DocumentUpdate)
    await _prepare_creation(attempt.about(new))
    await _prepare_update(attempt.about(known))


async def _prepare_removal(attempt: Attempt[Removal]) -> None:
    targets = await find_targets(attempt, DocumentDocument)
    chunks = await stored_chunks(attempt, [document.id for _, _, document in targets])
    counts = {index: len(chunks.get(document.id, {})) for index, _, document in targets}
    refuse_too_many(attempt, counts, "id")
    for index, item, document in attempt.sound_among(targets):
        going = chunks.get(document.id, {})
        if going and not item.cascade:
            attempt.spot(index).at("id").refuse(
                UserErrorCode.IN_USE,
                f"This would delete {len(going):,} chunk{'s' if len(going) > 1 else ''} as well."
                " Send cascade: true if that is meant.",
            )
        else:
            attempt.plan.delete(index, document, *going.values())


def _new_document(attempt: Attempt[NewDocument], item: NewDocument) -> DocumentDocument:
    key = item.key if isinstance(item.key, str) else new_key()
    values = document_values(item)
    if item.language is OMITTED:
        values["language"] = attempt.unit.library.language
    return make(
        DocumentDocument,
        values,
        id=document_id(attempt.library_id, key),
        library_id=attempt.library_id,
        key=key,
        chunking=chosen_chunking(item, None),
    )


def _changed(item: DocumentUpdate, document: DocumentDocument) -> DocumentDocument:
    values = document_values(item)
    if items_of(item.chunks) or item.chunking is not OMITTED:
        values["chunking"] = chosen_chunking(item, document)
    return change(document, values)


def _source(document: DocumentDocument) -> tuple[str | None, Chunking | None]:
    """What chunks are made of."""
    return document.text, document.chunking


_KIND = EntityKind.DOCUMENT
_TARGET = target_checks(_KIND)
CREATE = BatchRules("createDocument", _KIND, DOCUMENT_CHECKS, _prepare_creation, texts_of_items)
UPDATE = BatchRules(
    "updateDocument", _KIND, _TARGET | DOCUMENT_CHECKS, _prepare_update, texts_of_updates
)
PATCH = patching("patchDocument", DocumentDocument, document_fields, UPDATE)
UPSERT = BatchRules(
    "upsertDocument", _KIND, upsert_checks(DOCUMENT_CHECKS), _prepare_upsert, texts_of_items
)
DELETE = BatchRules("deleteDocument", _KIND, _TARGET, _prepare_removal)
