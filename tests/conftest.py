"""The store that tests use: the embedded one, or the MongoDB that LEXIGRAPH_MONGODB_URI names."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings
from milvus_server import milvus_server
from pymongo import AsyncMongoClient

from infra.embedded.launch import open_store
from infra.embeddings.minilm.weights import HOW_TO_INSTALL, find_weights

# A busy machine takes its time; what is slow is seen by benchmarks.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def store_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store for the whole session; an embedded one ends by itself when the tests are over."""
    given = os.environ.get("LEXIGRAPH_MONGODB_URI")
    return given or open_store(tmp_path_factory.mktemp("store")).uri


@pytest.fixture(scope="session")
async def mongo_client(store_uri: str) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    """A client as the program makes it."""
    async with AsyncMongoClient[dict[str, Any]](
        store_uri, tz_aware=True, uuidRepresentation="standard"
    ) as client:
        yield client


@pytest.fixture(scope="module")
async def database_name(mongo_client: AsyncMongoClient[dict[str, Any]]) -> AsyncIterator[str]:
    """A database that nobody else uses, gone after the module."""
    name = f"test_{uuid4().hex[:16]}"
    yield name
    await mongo_client.drop_database(name)


@pytest.fixture(scope="session")
def published_folder() -> Path:
    """The intact files of all-MiniLM-L6-v2."""
    folder = find_weights(None)
    if folder is None:
        pytest.skip(f"the weights of all-MiniLM-L6-v2 are not installed: {HOW_TO_INSTALL}")
    return folder


@pytest.fixture(scope="session")
def milvus_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Milvus for the whole session."""
    with milvus_server(tmp_path_factory.mktemp("milvus")) as address:
        yield address
