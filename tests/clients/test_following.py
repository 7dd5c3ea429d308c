"""graphql-ws and graphql-sse follow a library while its store and its server are killed."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from command_line import CommandLine, Server, kill_store

LIBRARY = "followed"
CREATE_LIBRARY = """
mutation($input: CreateLibrariesInput!) {
  createLibraries(input: $input) { results { node { id } } }
}
"""
CREATE_WORD = "mutation($input: CreateWordsInput!) { createWords(input: $input) { sequence } }"
DELETE_LIBRARY = """
mutation($input: DeleteLibrariesInput!) { deleteLibraries(input: $input) { deletedCount } }
"""


@pytest.fixture
def lexigraph(tmp_path: Path) -> Iterator[CommandLine]:
    command_line = CommandLine(tmp_path)
    yield command_line
    command_line.end()


class Follower:
    """A client in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.heard: list[str] = []

    async def hear(self, last: str) -> list[str]:
        """All that it has printed, once it prints `last`."""
        assert self._process.stdout is not None
        while last not in self.heard:
            line = await asyncio.wait_for(self._process.stdout.readline(), 30)
            assert line, self.heard
            self.heard.append(line.decode().strip())
        return self.heard


async def write(server: Server, count: int) -> int:
    """Make one word in each of so many changes; gives the last sequence."""
    sequence = 0
    for _ in range(count):
        items = [{"text": f"word {next(NUMBERS)}"}]
        variables = {"input": {"library": LIBRARY, "items": items}}
        answer = await asyncio.to_thread(server.ask, CREATE_WORD, **variables)
        sequence = answer["createWords"]["sequence"]
    return sequence


NUMBERS = iter(range(1_000_000))


async def hear_all(followers: list[Follower], last: int) -> None:
    """Each has every sequence up to the last, once and in order."""
    for follower in followers:
        assert await follower.hear(str(last)) == [str(each) for each in range(1, last + 1)]


async def make_library(server: Server) -> str:
    """Its id."""
    items = [{"key": LIBRARY, "name": "Followed"}]
    answer = await asyncio.to_thread(server.ask, CREATE_LIBRARY, input={"items": items})
    return str(answer["createLibraries"]["results"][0]["node"]["id"])


async def test_nothing_is_missed_and_nothing_comes_twice(node: Any, lexigraph: CommandLine) -> None:
    async with AsyncExitStack() as stack:
        with lexigraph.server() as server:
            url = await asyncio.to_thread(lambda: server.url)
            port = urlsplit(url).port
            library_id = await make_library(server)
            await write(server, 3)
            clients = [
                await stack.enter_async_context(
                    node.start("follow.mjs", transport, f"{url}graphql", LIBRARY)
                )
                for transport in ("ws", "sse")
            ]
            followers = [Follower(client) for client in clients]
            await hear_all(followers, await write(server, 3))
            kill_store(lexigraph)
            await hear_all(followers, await write(server, 2))
            await write(server, 2)
            server.process.kill()
        with lexigraph.server(port=port, workers=2) as server:
            await asyncio.to_thread(lambda: server.url)
            # Written through either worker, followed through either.
            await hear_all(followers, await write(server, 6))
            deletion = {"items": [{"id": library_id}], "cascade": True}
            answer = await asyncio.to_thread(server.ask, DELETE_LIBRARY, input=deletion)
            assert answer["deleteLibraries"]["deletedCount"] == 1
            for follower in followers:
                await follower.hear("LIBRARY_DELETED")
