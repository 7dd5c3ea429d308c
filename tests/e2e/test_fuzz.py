"""Whatever is sent: the answer is GraphQL, its errors have documented codes, the server lives."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from command_line import CommandLine, Server
from graphql import GraphQLSchema, build_schema
from random_operations import Operation, OperationMaker

from infra.entrypoints.sample import sample_file
from schema.schema import sdl

AT_ONCE = 4
DOCUMENTED = set(
    re.findall(r"^\| `([A-Z_]+)`", Path("docs/errors.md").read_text(encoding="utf-8"), re.MULTILINE)
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    command_line = CommandLine(tmp_path_factory.mktemp("fuzz"))
    with sample_file() as path:
        command_line.import_(path, "sample").done()
    with command_line.server() as server:
        yield server
    command_line.end()


@pytest.fixture(scope="module")
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(sdl())


@pytest.fixture(scope="module")
async def known(client: httpx.AsyncClient) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Texts and ids that exist before anything is changed."""
    query = """{ libraries { nodes { id } } words(library: "sample", first: 5) { nodes { id text
        definitions { nodes { id key text examples { nodes { id } } } } } } }"""
    data = (await client.post("/graphql", json={"query": query})).json()["data"]
    found = json.dumps(data)
    ids = tuple(re.findall(r'"id": "([^"]+)"', found))
    texts = tuple(re.findall(r'"(?:text|key)": "([^"]+)"', found))
    return ("sample", "en", "new", *texts), ids


async def send(client: httpx.AsyncClient, operation: Operation, random: Random) -> httpx.Response:
    if random.random() < 0.2 and operation.kind == "query" and len(operation.body()) < 4_000:
        variables = json.dumps(operation.variables)
        query = operation.query.encode("utf-8", "replace").decode()
        return await client.get("/graphql", params={"query": query, "variables": variables})
    accept = random.choice(("application/json", "application/graphql-response+json", "*/*"))
    headers = {"content-type": "application/json", "accept": accept}
    return await client.post("/graphql", content=operation.body(), headers=headers)


def check(response: httpx.Response) -> None:
    """A GraphQL response without a fault."""
    assert response.status_code < 500, response.text
    answer = response.json()
    assert answer.keys() <= {"data", "errors", "extensions"}
    assert "data" in answer or answer["errors"]
    for error in answer.get("errors", ()):
        extensions: dict[str, Any] = error["extensions"]
        assert extensions["code"] in DOCUMENTED - {"INTERNAL"}, error
        assert extensions["correlationId"]
        assert error["message"]


def resident_bytes(process_id: int) -> int:
    (pages,) = re.findall(
        r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{process_id}/status").read_text(), re.MULTILINE
    )
    return int(pages) * 1024


@pytest.mark.parametrize(
    "count", [pytest.param(300, id="some"), pytest.param(20_000, id="many", marks=pytest.mark.long)]
)
async def test_no_operation_makes_the_server_fail(count, server, client, schema, known):
    texts, ids = known
    seeds = iter(range(count))
    grown_from = 0

    async def work() -> None:
        nonlocal grown_from
        for seed in seeds:
            random = Random(seed)
            operation = OperationMaker(schema, random, texts, ids).make()
            response = await send(client, operation, random)
            try:
                check(response)
            except (AssertionError, ValueError, KeyError) as error:
                error.add_note(f"seed {seed}: {operation.body()[:3_000]!r}")
                raise
            if seed == count // 4:
                grown_from = resident_bytes(server.process.pid)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(work())
    assert resident_bytes(server.process.pid) - grown_from < 200 * 2**20
    check(await client.post("/graphql", json={"query": "{ __typename }"}))
