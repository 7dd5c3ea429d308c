"""Node.js with the clients of package.json, installed once under build/."""

import asyncio
import shutil
import subprocess
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent
INSTALLED = SOURCE.parents[1] / "build" / "clients"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


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
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        pytest.skip("needs Node.js with npm")
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for file in (*SOURCE.glob("*.json"), *SOURCE.glob("*.mjs")):
        shutil.copy(file, INSTALLED)
    lock = sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    done = INSTALLED / "node_modules" / f".installed-{lock}"
    if not done.exists():
        result = subprocess.run(  # noqa: S603 - found above, with arguments of ours
            [npm, *INSTALL], check=False, cwd=INSTALLED, capture_output=True
        )
        if result.returncode:
            pytest.skip(f"npm could not install the clients: {result.stderr.decode()[-300:]}")
        done.touch()
    return Node(INSTALLED, program)
