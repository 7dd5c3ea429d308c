from collections.abc import Iterator

import pytest
from milvus_server import milvus_server
from pymilvus import MilvusClient


@pytest.fixture(scope="session")
def milvus_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Milvus for the whole session."""
    with milvus_server(tmp_path_factory.mktemp("milvus")) as address:
        yield address


@pytest.fixture(scope="session")
def milvus(milvus_address: str) -> Iterator[MilvusClient]:
    """A client of it."""
    client = MilvusClient(milvus_address, timeout=20)
    yield client
    client.close()
