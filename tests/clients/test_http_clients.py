"""Judges from npm: the audits of graphql-http, and Apollo Client."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from toy_backend import open_toy, serve_in_process

from infra.settings import Settings

AUDITS = 61


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with serve_in_process(Settings(data_dir=tmp_path), open_toy) as client:
        yield client


async def test_all_audits_of_graphql_http_are_passed_without_a_warning(
    node: Any, client: httpx.AsyncClient
) -> None:
    results = json.loads(await node.run("audits.mjs", f"{client.base_url}/graphql"))
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS


async def test_apollo_client_names_documents_defers_and_subscribes(
    node: Any, client: httpx.AsyncClient
) -> None:
    found = json.loads(await node.run("apollo.mjs", f"{client.base_url}/graphql"))
    assert found["number"] == 42
    # Asked by hash, sent once with it, and asked by hash alone from then on.
    assert found["sent"] == ["GET", "document", "GET"]
    whole = {"name": "toy", "slowName": "toy", "__typename": "Item"}
    for version in ("2022", "17"):
        assert found[f"deferred in the format of {version}"]["item"] == whole
    assert found["subscriptions"] == {"multipart": [0, 1, 2], "socket": [0, 1, 2]}
