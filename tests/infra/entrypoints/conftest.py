from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest
from toy_backend import Serving, open_toy, serve_in_process

from infra.entrypoints.app import OpenBackend
from infra.entrypoints.graphiql import BUNDLE
from infra.settings import Settings


@pytest.fixture
def serving(tmp_path: Path) -> Serving:
    """Start a server of its own for a test."""

    def start(
        open_backend: OpenBackend = open_toy, page_bundle: Path = BUNDLE, **settings: object
    ) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        values = {"data_dir": tmp_path} | settings
        return serve_in_process(Settings.model_validate(values), open_backend, page_bundle)

    return start


@pytest.fixture(scope="session")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """One server shared by the tests that change nothing."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    async with serve_in_process(settings, open_toy) as client:
        yield client
