"""Writing libraries.

They do not share a sequence: each that a call touches gets the next number of its own, so the
call's result has none.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from documents.base import EntityKind
from documents.chunk import ChunkDocument
from documents.definition import DefinitionDocument
from documents.document import DocumentDocument
from documents.errors import NotFoundError
from documents.library import LibraryDocument, LibraryEmbedding, LibraryState
from documents.vocabulary import IndexKind
from documents.word import WordDocument
from resolvers.context import Context
from resolvers.errors import RequestError, UserError, UserErrorCode
from resolvers.writing.attempt import Placed
from resolvers.writing.checks import Spot
from resolvers.writing.fields import LIBRARY_CHECKS, target_checks
from resolvers.writing.items import (
    IndexItem,
    LibraryFields,
    LibraryUpdate,
    LibraryUpsert,
    NewLibrary,
    Patch,
    Reference,
    Removal,
    SomeTarget,
)
from resolvers.writing.library_batch import LibraryAttempt, check_libraries, run_library_batch
from resolvers.writing.library_erasure import erase_library
from resolvers.writing.library_model import choose_model, choose_models
from resolvers.writing.lookup import match_targets
from resolvers.writing.patch import as_updates, patch_checks
from resolvers.writing.result import BatchCall, BatchResult, ItemStatus
from resolvers.writing.upsert import divide, refuse_repeated
from resolvers.writing.values import change, library_fields, library_values, make

_TARGET = target_checks(EntityKind.LIBRARY)


async def create_libraries(context: Context, call: BatchCall[NewLibrary]) -> BatchResult:
    """Make libraries; the embedding model of each stays until it is embedded anew."""
    errors = check_libraries(call, LIBRARY_CHECKS)
    models = await choose_models(context, call.items, errors)

    async def work(attempt: LibraryAttempt[NewLibrary]) -> None:
        keys = [item.key for _, item in attempt.sound()]
        taken = {library.key for library in await attempt.read({"key": {"$in": keys}})}
        for index, item in attempt.sound():
            if item.key in taken:
                _refuse_taken(attempt.spot(index))
            taken.add(item.key)
        await _create(attempt, attempt.sound(), models)

    return await run_library_batch(context, call, "createLibrary", errors, work)


async def update_libraries(context: Context, call: BatchCall[LibraryUpdate]) -> BatchResult:
    """Change what libraries say of themselves; key and model stay."""
    errors = check_libraries(call, _TARGET | LIBRARY_CHECKS)

    async def work(attempt: LibraryAttempt[LibraryUpdate]) -> None:
        targets = await _find_targets(attempt, [LibraryState.READY])
        await _update(attempt, targets)

    return await run_library_batch(context, call, "updateLibrary", errors, work)


async def patch_libraries(context: Context, call: BatchCall[Patch]) -> BatchResult:
    """Change what libraries say of themselves by JSON Patch."""
    errors = check_libraries(call, patch_checks(EntityKind.LIBRARY))

    async def work(attempt: LibraryAttempt[Patch]) -> None:
        targets = await _find_targets(attempt, [LibraryState.READY])
        found = [(index, item, library_fields(library)) for index, item, library in targets]
        updates = dict(as_updates(attempt, found, LIBRARY_CHECKS))
        await _update(
            attempt,
            [(index, updates[index], each) for index, _, each in attempt.sound_among(targets)],
        )

    return await run_library_batch(context, call, "patchLibrary", errors, work)


async def upsert_libraries(context: Context, call: BatchCall[LibraryUpsert]) -> BatchResult:
    """Make libraries, or change those of the same keys; the model of these stays."""
    errors = check_libraries(call, LIBRARY_CHECKS)
    models = await choose_models(context, call.items, errors)

    async def work(attempt: LibraryAttempt[LibraryUpsert]) -> None:
        refuse_repeated(attempt, "key")
        found = await attempt.read({"key": {"$in": [item.key for _, item in attempt.sound()]}})
        stored = {library.key: library for library in found}
        for index, item in attempt.sound():
            if item.key in stored and stored[item.key].state is LibraryState.DELETING:
                _refuse_taken(attempt.spot(index))
        new, updates = divide(attempt, stored, LibraryUpdate)
        by_id = {library.id: library for library in found}
        targets = match_targets(attempt.about(updates), by_id, "library")
        await _create(attempt, attempt.sound_among(new), models)
        await _update(attempt, targets)

    return await run_library_batch(context, call, "upsertLibrary", errors, work)


async def delete_libraries(context: Context, call: BatchCall[Removal]) -> BatchResult:
    """Delete libraries; with `cascade`, all that they hold.

    They are marked in one transaction, which decides, and erased afterwards in portions. An
    interrupted erasure goes on when the deletion is asked for again, or by `finish_deletions`.
    """
    errors = check_libraries(call, _TARGET)

    async def work(attempt: LibraryAttempt[Removal]) -> None:
        targets = await _find_targets(attempt, list(LibraryState))
        for index, item, library in targets:
            if not item.cascade:
                await _refuse_in_use(attempt, attempt.spot(index), library)
        for index, _, library in attempt.sound_among(targets) if attempt.may_write else ():
            await attempt.mark_for_erasure(index, library)

    result = await run_library_batch(context, call, "deleteLibrary", errors, work)
    for item in result.results:
        if item.status is ItemStatus.DELETED and item.id is not None:
            context.services.semantic_indexes.forget(item.id)
            await erase_library(context.services.database, item.id)
    return result


async def create_library(context: Context, item: NewLibrary) -> LibraryDocument:
    """Make one library.

    Raises:
        RequestError: a value is refused; the message says which and why.
        EmbeddingError: the model cannot be had.
    """
    await choose_model(context, item.provider)
    _require_done(await create_libraries(context, BatchCall("", [item])))
    return await _find(item.key)


async def delete_library(context: Context, key: str) -> None:
    """Delete one library with all that it holds, or finish deleting it.

    Raises:
        NotFoundError: there is no such library.
    """
    library = await _find(key)
    reference = Reference(str(library.id), EntityKind.LIBRARY, library.id)
    item = Removal(id=reference, cascade=True)
    _require_done(await delete_libraries(context, BatchCall("", [item])))


async def _find(key: str) -> LibraryDocument:
    library: LibraryDocument | None = await LibraryDocument.find_one({"key": key})
    if library is None:
        raise NotFoundError(f"There is no library {key!a}.")
    return library


def _new_library(item: NewLibrary, model: LibraryEmbedding) -> LibraryDocument:
    return make(LibraryDocument, library_values(item), key=item.key, embedding=model)


async def _create(
    attempt: LibraryAttempt[Any],
    items: Placed[NewLibrary],
    models: Mapping[str | None, LibraryEmbedding],
) -> None:
    _refuse_engine(attempt, items)
    for index, item in attempt.sound_among(items) if attempt.may_write else ():
        await attempt.create(index, _new_library(item, models[item.provider]))


async def _update(
    attempt: LibraryAttempt[Any], targets: Sequence[tuple[int, Any, LibraryDocument]]
) -> None:
    _refuse_engine(attempt, [(index, item) for index, item, _ in targets])
    for index, item, library in attempt.sound_among(targets) if attempt.may_write else ():
        await attempt.update(index, library, change(library, library_values(item)))


def _refuse_engine(attempt: LibraryAttempt[Any], items: Placed[LibraryFields]) -> None:
    """Nothing can be kept in an engine that the server does not have."""
    for index, item in () if attempt.has_engines else items:
        if isinstance(item.index, IndexItem) and item.index.kind is IndexKind.MILVUS:
            attempt.spot(index).at("index", "kind").refuse(
                UserErrorCode.INVALID_VALUE,
                "This server has no Milvus: choose another kind, or set LEXIGRAPH_MILVUS_URI.",
            )


def _refuse_taken(spot: Spot) -> None:
    spot.at("key").refuse(
        UserErrorCode.DUPLICATE,
        "A library has this key, or is still being deleted: choose another, or delete that one.",
    )


async def _find_targets(
    attempt: LibraryAttempt[SomeTarget], states: Sequence[LibraryState]
) -> list[tuple[int, SomeTarget, LibraryDocument]]:
    ids = [item.id.id for _, item in attempt.sound()]
    found = await attempt.read({"_id": {"$in": ids}, "state": {"$in": states}})
    return match_targets(attempt, {library.id: library for library in found}, "library")


async def _refuse_in_use(
    attempt: LibraryAttempt[Removal], spot: Spot, library: LibraryDocument
) -> None:
    if library.state is LibraryState.DELETING:
        return
    query = {"library_id": library.id}
    counts = {
        model.get_collection_name(): await model.find(query, session=attempt.session).count()
        for model in (WordDocument, DefinitionDocument, DocumentDocument, ChunkDocument)
    }
    used = [f"{count:,} {name}" for name, count in counts.items() if count]
    if used:
        spot.at("id").refuse(
            UserErrorCode.IN_USE,
            f"This would delete {' and '.join(used)} as well. Send cascade: true if that is meant.",
        )


def _require_done(result: BatchResult) -> None:
    if result.errors:
        raise RequestError(
            "; ".join(f"{_place(error)}: {error.message}" for error in result.errors)
        )


def _place(error: UserError) -> str:
    return error.field[-1]
