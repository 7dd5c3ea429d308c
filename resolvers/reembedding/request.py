"""Asking for another embedding model, and for the room that the former one takes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bson import ObjectId

from documents.errors import NotFoundError
from documents.job import JobDocument, JobKind
from documents.library import LibraryDocument, LibraryEmbedding
from documents.unit_of_work import UnitOfWork, run_in_transaction
from infra.embeddings.errors import EmbeddingError
from resolvers.context import Context
from resolvers.errors import UserError, UserErrorCode
from resolvers.job_requests import JobRequest, no_library
from resolvers.jobs.queue import enqueue, open_job
from resolvers.writing.library_model import choose_model
from resolvers.writing.lookup import find_library

Asked = ObjectId | UserError


@dataclass(frozen=True, slots=True)
class ModelWish:
    """By which model a library is to be embedded: that of a name, or the provider's newest."""

    provider: str
    name: str | None = None


async def request_reembedding(context: Context, library_key: str, wish: ModelWish) -> JobRequest:
    """Ask for the job that embeds a library by another model; asking again gives the same job."""
    library = await find_library(library_key)
    if library is None:
        return no_library(library_key)
    try:
        model = await _model(context, library, wish)
    except EmbeddingError as error:
        field = "provider" if wish.name is None else "name"
        refusal = UserError(UserErrorCode.INVALID_VALUE, error.message, (field,))
        return JobRequest(errors=(refusal,))

    async def work(unit: UnitOfWork) -> Asked:
        if unit.library.embedding == model:
            message = f"The library is embedded by {model.provider}/{model.name} already."
            return UserError(UserErrorCode.INVALID_VALUE, message, ("provider",))
        if under_way := await open_job(unit.session, JobKind.REEMBED_LIBRARY, unit.library.id):
            return _same(under_way, model)
        unit.noted = True
        told = {"model": model.model_dump()}
        return await enqueue(unit.session, JobKind.REEMBED_LIBRARY, unit.library.id, told)

    return await _ask(context, library, work)


async def request_dropping(context: Context, library_key: str) -> JobRequest:
    """Give up the way back to the former model; a job removes all vectors that are not needed."""
    library = await find_library(library_key)
    if library is None:
        return no_library(library_key)

    async def work(unit: UnitOfWork) -> Asked:
        unit.noted = True
        if unit.library.former_embedding is not None:
            unit.library.former_embedding = None
            await unit.save_library()
        return await enqueue(unit.session, JobKind.DROP_VECTORS, unit.library.id)

    return await _ask(context, library, work)


async def _ask(
    context: Context, library: LibraryDocument, work: Callable[[UnitOfWork], Awaitable[Asked]]
) -> JobRequest:
    try:
        asked = (await run_in_transaction(context.services.client, library.id, work)).result
    except NotFoundError:
        return no_library(library.key)
    context.loaders.clear()
    return JobRequest(errors=(asked,)) if isinstance(asked, UserError) else JobRequest(asked)


async def _model(context: Context, library: LibraryDocument, wish: ModelWish) -> LibraryEmbedding:
    # The former one as it was, whatever the settings say now.
    former = library.former_embedding
    if former and (former.provider, former.name) == (wish.provider, wish.name):
        return former
    return await choose_model(context, wish.provider, wish.name)


def _same(job: JobDocument, model: LibraryEmbedding) -> Asked:
    under_way = LibraryEmbedding.model_validate(job.input["model"])
    if under_way == model and not job.is_cancel_requested:
        return job.id
    message = (
        f"The library is being embedded by {under_way.provider}/{under_way.name}: wait until that"
        " is over, or cancel that job."
    )
    return UserError(UserErrorCode.UNDER_WAY, message, ("provider",))
