"""Node.js with the clients of package.json, installed once under build/."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from node_packages import install_packages

SOURCE = Path(__file__).parent
INSTALLED = SOURCE.parents[1] / "build" / "clients"


class Node:
    """Runs the scripts of this folder."""

    def __init__(self, folder: Path, program: str) -> None:
        self._folder = folder
        self._program = program

    @asynccontextmanager
    async def start(self, script: str, *arguments: str) -> AsyncIterator[Process]:
        """A running script; killed at the end if it still runs."""
        process = await asyncio.create_subprocess_exec(
            self._program,
            str(self._folder / script),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def run(self, script: str, *arguments: str) -> str:
        """What a script prints."""
        async with self.start(script, *arguments) as process:
            output, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0
        return output.decode()


@pytest.fixture(scope="session")
def node() -> Node:
    """Node.js, unless it or the registry is not there."""
    sources = (*SOURCE.glob("*.json"), *SOURCE.glob("*.mjs"))
    return Node(INSTALLED, install_packages(INSTALLED, sources))
