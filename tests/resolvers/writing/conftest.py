from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from batches import LIBRARY_KEY

from documents.database import Client, open_database
from documents.library import LibraryDocument
from infra.cache import Cache
from infra.embeddings.registry import Embedders
from infra.settings import Settings
from resolvers.context import Context, Services
from resolvers.semantic_index.query_vectors import QueryVectors
from resolvers.semantic_index.registry import SemanticIndexes
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library


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


@pytest.fixture
async def library(context: Context) -> LibraryDocument:
    """An empty library."""
    return await create_library(context, NewLibrary(key=LIBRARY_KEY, name="Garden"))
