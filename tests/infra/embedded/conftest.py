import os
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection


@pytest.fixture
async def words(
    mongo_client: AsyncMongoClient[dict[str, Any]], database_name: str
) -> AsyncIterator[AsyncCollection[dict[str, Any]]]:
    """A collection that does not exist yet."""
    collection = mongo_client[database_name][f"words_{uuid4().hex[:8]}"]
    yield collection
    await collection.drop()


@pytest.fixture
def embedded_only() -> None:
    """For what only the embedded store promises."""
    if "LEXIGRAPH_MONGODB_URI" in os.environ:
        pytest.skip("a promise of the embedded store alone")
