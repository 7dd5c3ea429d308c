"""The job that embeds a library by another model.

    1. The library says which model is to follow. From then on what is written is embedded by both,
       and searches are answered by the old one.
    2. All texts get vectors of that model, portion by portion; those that are there stay.
    3. The library says so, and every process makes indexes of them beside those in use.
    4. One transaction sees that no text lacks such a vector, and switches.

Each step bears to be done again, so that a run that was cut off goes on where it was.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from pymongo.asynchronous.client_session import AsyncClientSession

from documents.database import Database, Row
from documents.errors import NotFoundError
from documents.library import LibraryDocument, LibraryEmbedding
from documents.pending_text import PendingTextDocument
from documents.unit_of_work import Committed, UnitOfWork, run_in_transaction
from resolvers.embedding import have_vectors, make_vectors_of, store_made
from resolvers.index_rebuilding import build_index
from resolvers.jobs.run import JobRun
from resolvers.reembedding.vectors import drop_unused
from resolvers.semantic_index.change_log import Portion, read_changes
from resolvers.semantic_index.folder import BuildPlan
from resolvers.semantic_index.sources import EMBEDDED
from resolvers.transfer.embed import count_passages, texts_of_passages

EMBEDDING: Final = "embedding texts"


async def reembed_library(run: JobRun) -> dict[str, Any]:
    """Embed all texts by the model that the job names, and have it answer searches.

    Raises:
        NotFoundError: the library is gone.
        EmbeddingError: the model cannot be run here, or its provider does not answer.
        WriteFailedError: the disk is full.
    """
    model = model_of(run)
    begun = await _change_library(run, partial(_begin, model))
    if begun.result.embedding != model:
        await _embed_all(run, model)
        embedded = await _change_library(run, _note_embedded)
        await _build(run, embedded, model)
        await _switch(run, model, begun.sequence)
    await drop_unused(run)
    return {"provider": model.provider, "name": model.name}


async def forget_next(run: JobRun) -> None:
    """Leave the library with the model that it has; vectors of the other may serve the next try."""

    async def work(unit: UnitOfWork) -> None:
        await run.confirm(unit.session)
        if unit.library.next_embedding == model_of(run):
            _end(unit.library)
            await unit.save_library()

    try:
        await run_in_transaction(run.context.services.client, run.job.library_id, work)
    except NotFoundError:
        return


def model_of(run: JobRun) -> LibraryEmbedding:
    """The model that a job is about."""
    return LibraryEmbedding.model_validate(run.job.input["model"])


async def _change_library(
    run: JobRun, change: Callable[[LibraryDocument], None]
) -> Committed[LibraryDocument]:
    """Change what the library says of its models; gives it as it is then."""

    async def work(unit: UnitOfWork) -> LibraryDocument:
        await run.confirm(unit.session)
        before = unit.library.model_copy()
        change(unit.library)
        if unit.library != before:
            await unit.save_library()
        return unit.library

    return await run_in_transaction(run.context.services.client, run.job.library_id, work)


def _begin(model: LibraryEmbedding, library: LibraryDocument) -> None:
    if model not in library.models:
        library.next_embedding, library.is_next_embedded = model, None


def _note_embedded(library: LibraryDocument) -> None:
    library.is_next_embedded = True


def _end(library: LibraryDocument) -> None:
    library.next_embedding = library.is_next_embedded = None


async def _embed_all(run: JobRun, model: LibraryEmbedding) -> None:
    """Embed what is there; what is written meanwhile may lack."""
    total, done = await count_passages(run.context, run.job.library_id), 0
    run.report(done, total, EMBEDDING)
    async for texts in texts_of_passages(run.context, run.job.library_id):
        await _embed(run, model, texts)
        done += len(texts)
        run.report(done, max(done, total), EMBEDDING)


async def _embed(run: JobRun, model: LibraryEmbedding, texts: Sequence[str]) -> None:
    vectors = await make_vectors_of(run.context, run.job.library_id, model, texts)

    async def store(unit: UnitOfWork) -> None:
        await run.confirm(unit.session)
        await store_made(unit, list(vectors.made.values()))

    if vectors.made:
        await run_in_transaction(run.context.services.client, run.job.library_id, store)


async def _build(
    run: JobRun, embedded: Committed[LibraryDocument], model: LibraryEmbedding
) -> None:
    """Make the indexes of the new vectors, here and for all who share this process's files."""
    library = embedded.result
    plan = BuildPlan.of(library.index, library.index_builds)
    follower = await run.context.services.semantic_indexes.of(library, model)
    for index in follower.sources.values():
        await build_index(run, index, plan)
    await follower.reach(embedded.sequence)


async def _switch(run: JobRun, model: LibraryEmbedding, sequence: int) -> None:
    """Let the model be the library's own, once it knows all texts.

    Args:
        run: holds the job.
        model: that is to follow.
        sequence: of the transaction up to which all texts have its vectors.
    """
    while True:
        sequence = await _catch_up(run, model, sequence)
        take_over = partial(_take_over, run, model, sequence)
        client = run.context.services.client
        if (await run_in_transaction(client, run.job.library_id, take_over)).result:
            return


async def _catch_up(run: JobRun, model: LibraryEmbedding, after: int) -> int:
    """Embed what was written after a transaction and lacks vectors; gives how far it came."""
    database = run.context.services.database
    while True:
        library = await database["libraries"].find_one({"_id": run.job.library_id})
        until = library["sequence"] if library else after
        portion = await read_changes(database, run.job.library_id, after, until)
        if portion.is_empty:
            return after
        passages = await _changed(database, portion)
        await _embed(run, model, [row["text"] for row in passages])
        after = portion.sequence


async def _take_over(run: JobRun, model: LibraryEmbedding, sequence: int, unit: UnitOfWork) -> bool:
    await run.confirm(unit.session)
    library, before = unit.library, unit.library.sequence - 1
    database = run.context.services.database
    portion = await read_changes(database, library.id, sequence, before, unit.session)
    passages = await _changed(database, portion, unit.session)
    hashes = {bytes(row["text_hash"]) for row in passages}
    if portion.sequence < before or not await have_vectors(unit, model, hashes):
        return False
    library.former_embedding, library.embedding = library.embedding, model
    _end(library)
    await unit.save_library()
    # None waits for a vector of this model.
    await PendingTextDocument.get_pymongo_collection().delete_many(
        {"library_id": library.id}, session=unit.session
    )
    return True


async def _changed(
    database: Database, portion: Portion, session: AsyncClientSession | None = None
) -> list[Row]:
    """The passages that changes are about, as they are now."""
    return [
        row
        for source in EMBEDDED
        for row in await database[source.collection]
        .find(
            {"_id": {"$in": list(portion.changed[source.kind])}},
            {"text": 1, "text_hash": 1},
            session=session,
        )
        .to_list()
    ]
