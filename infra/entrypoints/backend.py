"""The real backend of the web application, and what the store needs before the first one opens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from documents.library import LibraryDocument
from infra.entrypoints.app import Backend
from infra.entrypoints.graphql import GraphQLView
from infra.entrypoints.sample import SAMPLE_LIBRARY, sample_file
from infra.entrypoints.services import open_services
from infra.settings import Settings
from resolvers.context import Context
from resolvers.transfer.run import import_file
from schema.schema import make_schema

logger = structlog.get_logger(__name__)


@asynccontextmanager
async def open_backend(settings: Settings) -> AsyncIterator[Backend]:
    """Open what one worker serves."""
    async with open_services(settings) as services:
        view = GraphQLView(
            make_schema(introspection=settings.introspection),
            lambda _request: Context(services),
            page=settings.graphiql,
        )

        async def store_answers() -> None:
            await services.client.admin.command("ping")

        yield Backend(graphql=view, checks={"store": store_answers})


async def prepare_store(settings: Settings) -> None:
    """Open the store once before the workers do, and load the sample library into an empty one.

    Raises:
        LexigraphError: the store cannot be used; says why.
    """
    async with open_services(settings) as services:
        if settings.sample_library and await LibraryDocument.find_one() is None:
            logger.info("loading the sample library", library=SAMPLE_LIBRARY)
            with sample_file() as path:
                await import_file(Context(services), path, SAMPLE_LIBRARY)
