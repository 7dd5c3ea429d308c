from collections.abc import AsyncIterator

import pytest
from batches import LIBRARY_KEY, empty

from documents.database import Client, open_database
from documents.library import LibraryDocument
from infra.cache import Cache
from infra.embeddings.registry import Embedders
from infra.settings import Settings
from resolvers.change_feed import ChangeFeed
from resolvers.context import Context, Services
from resolvers.following import FollowerPlaces
from resolvers.index_registry import SemanticIndexes
from resolvers.job_feed import JobFeed
from resolvers.semantic_index.query_vectors import QueryVectors
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library


@pytest.fixture(scope="module")
async def services(
    mongo_client: Client, database_name: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """A process whose libraries are embedded by hashing."""
    database = await open_database(mongo_client, database_name)
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), embedding_provider="hashing")
    embedders = Embedders(settings)
    async with Cache(None) as cache:
        yield Services(
            settings=settings,
            client=mongo_client,
            database=database,
            embedders=embedders,
            semantic_indexes=SemanticIndexes(database, tmp_path_factory.mktemp("indexes")),
            query_vectors=QueryVectors(embedders, cache),
            cache=cache,
            change_feed=ChangeFeed(database, FollowerPlaces(100)),
            job_feed=JobFeed(database, FollowerPlaces(100)),
            cursor_key=b"k" * 32,
        )


@pytest.fixture
async def context(services: Services) -> Context:
    """An operation on an empty store."""
    await empty(services.database)
    return Context(services)


@pytest.fixture
async def library(context: Context) -> LibraryDocument:
    """An empty library."""
    return await create_library(context, NewLibrary(key=LIBRARY_KEY, name="Garden"))
