from collections.abc import Iterator

import pytest
from pymilvus import MilvusClient


@pytest.fixture(scope="session")
def milvus(milvus_address: str) -> Iterator[MilvusClient]:
    """A client of it."""
    client = MilvusClient(milvus_address, timeout=20)
    yield client
    client.close()
