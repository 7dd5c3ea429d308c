from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from batches import empty
from garden import Ask, Garden, plant
from pymongo import AsyncMongoClient
from pymongo.monitoring import CommandListener

from documents.database import Client, open_database
from infra.cache import Cache
from infra.embeddings.registry import Embedders
from infra.settings import Settings
from resolvers.change_feed import ChangeFeed
from resolvers.context import Services
from resolvers.following import FollowerPlaces
from resolvers.index_registry import SemanticIndexes
from resolvers.job_feed import JobFeed
from resolvers.semantic_index.query_vectors import QueryVectors


@pytest.fixture
async def services(
    store_uri: str, database_name: str, tmp_path: Path, commands: CommandListener
) -> AsyncIterator[Services]:
    """A process on an empty store, all of whose commands are logged."""
    client: Client = AsyncMongoClient(
        store_uri, tz_aware=True, uuidRepresentation="standard", event_listeners=[commands]
    )
    settings = Settings(data_dir=tmp_path, embedding_provider="hashing")
    embedders = Embedders(settings)
    async with client, Cache(None) as cache:
        database = await open_database(client, database_name)
        await empty(database)
        yield Services(
            settings=settings,
            client=client,
            database=database,
            embedders=embedders,
            semantic_indexes=SemanticIndexes(database, tmp_path / "indexes"),
            query_vectors=QueryVectors(embedders, cache),
            cache=cache,
            change_feed=ChangeFeed(database, FollowerPlaces(100)),
            job_feed=JobFeed(database, FollowerPlaces(100)),
            cursor_key=b"k" * 32,
        )


@pytest.fixture
async def garden(ask: Ask) -> Garden:
    """A small library in an empty store."""
    return await plant(ask)
