"""A process of its own on a store that runs, for programs that tests start and kill."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from documents.database import connect, open_database
from infra.cache import Cache
from infra.embeddings.registry import Embedders
from infra.settings import Settings
from resolvers.change_feed import ChangeFeed
from resolvers.context import Context, Services
from resolvers.following import FollowerPlaces
from resolvers.index_registry import SemanticIndexes
from resolvers.job_feed import JobFeed
from resolvers.semantic_index.query_vectors import QueryVectors


@asynccontextmanager
async def open_process(uri: str, name: str, **settings: Any) -> AsyncIterator[Context]:
    """What `open_services` opens, on a store that somebody else looks after."""
    values = Settings(**{"data_dir": Path(), "embedding_provider": "hashing", **settings})
    embedders = Embedders(values)
    async with connect(uri) as client, Cache(None) as cache:
        database = await open_database(client, name)
        places = FollowerPlaces(100)
        yield Context(
            Services(
                settings=values,
                client=client,
                database=database,
                embedders=embedders,
                semantic_indexes=SemanticIndexes(database, values.data_dir),
                query_vectors=QueryVectors(embedders, cache),
                cache=cache,
                change_feed=ChangeFeed(database, places),
                job_feed=JobFeed(database, places),
                cursor_key=b"k" * 32,
            )
        )
