from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from documents.database import Client, open_database
from infra.cache import Cache
from infra.embeddings.registry import Embedders
from infra.settings import Settings
from resolvers.context import Context, Services
from resolvers.semantic_index.query_vectors import QueryVectors
from resolvers.semantic_index.registry import SemanticIndexes


@pytest.fixture
async def context(
    mongo_client: Client, database_name: str, tmp_path: Path
) -> AsyncIterator[Context]:
    """A process of its own on an empty database."""
    database = await open_database(mongo_client, database_name)
    embedders = Embedders(None)
    async with Cache(None) as cache:
        services = Services(
            settings=Settings(data_dir=tmp_path, embedding_provider="hashing"),
            client=mongo_client,
            database=database,
            embedders=embedders,
            semantic_indexes=SemanticIndexes(database),
            query_vectors=QueryVectors(embedders, cache),
            cursor_key=b"k" * 32,
        )
        yield Context(services)
