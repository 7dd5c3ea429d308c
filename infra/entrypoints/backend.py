"""The real backend of the web application, and what the store needs before the first one opens."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import strawberry
import structlog

from documents.library import LibraryDocument
from infra.entrypoints.app import Backend
from infra.entrypoints.health import Figures
from infra.entrypoints.sample import SAMPLE_LIBRARY, sample_documents, sample_file
from infra.entrypoints.services import open_services
from infra.entrypoints.transports.application import GraphQLApplication
from infra.entrypoints.transports.operations import Operations
from infra.entrypoints.transports.persisted import PersistedDocuments
from infra.entrypoints.trusted_documents import load_trusted_documents
from infra.settings import Settings
from resolvers.context import Context, Services
from resolvers.job_works import WORKS
from resolvers.jobs.runner import JobRunner
from resolvers.transfer.run import import_file
from resolvers.writing.document import create_documents
from resolvers.writing.library_erasure import finish_deletions
from resolvers.writing.result import BatchCall
from schema.schema import make_schema

logger = structlog.get_logger(__name__)


@asynccontextmanager
async def open_backend(settings: Settings) -> AsyncIterator[Backend]:
    """Open what one worker serves."""
    async with open_services(settings) as services:
        schema = make_schema(settings)
        graphql = _application(services, schema)

        async def store_answers() -> None:
            await services.client.admin.command("ping")

        async def indexes_follow() -> Figures:
            lag = services.semantic_indexes.lag()
            return {
                "transactions_behind": lag.transactions,
                "seconds_behind": round(lag.seconds, 1),
            }

        async def operations_are_compiled() -> Figures:
            return {"compiled": schema.plans.compiled, **schema.plans.fallbacks}

        # What is there now stays: passing over it saves each garbage collection some 80 ms, for
        # which the event loop would stand still.
        gc.collect()
        gc.freeze()
        async with asyncio.TaskGroup() as tasks:
            kept = (services.semantic_indexes.keep(), JobRunner(services, WORKS).keep())
            running = [tasks.create_task(each) for each in kept]
            checks = {
                "store": store_answers,
                "indexes": indexes_follow,
                "execution": operations_are_compiled,
            }
            yield Backend(graphql, checks)
            for each in running:
                each.cancel()


def _application(services: Services, schema: strawberry.Schema) -> GraphQLApplication:
    settings = services.settings
    place = settings.trusted_documents
    documents = PersistedDocuments(
        services.cache,
        load_trusted_documents(place, schema._schema) if place else {},
        only_trusted=settings.only_trusted_documents,
    )
    operations = Operations(schema, lambda: Context(services), documents, settings)
    return GraphQLApplication(operations, settings)


async def prepare_store(settings: Settings) -> None:
    """Open the store once before the workers do.

    Interrupted deletions are finished, and an empty store gets the sample library.

    Raises:
        LexigraphError: the store cannot be used; says why.
    """
    async with open_services(settings) as services:
        await finish_deletions(Context(services))
        if settings.sample_library and await LibraryDocument.find_one() is None:
            logger.info("loading the sample library", library=SAMPLE_LIBRARY)
            with sample_file() as path:
                await import_file(Context(services), path, SAMPLE_LIBRARY)
            batch = BatchCall(SAMPLE_LIBRARY, sample_documents())
            await create_documents(Context(services), batch)
