"""Node.js with the packages of package.json, installed once under build/."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine
from node_packages import install_packages

SOURCE = Path(__file__).parent
INSTALLED = SOURCE.parents[1] / "build" / "contract"


class Node:
    """Runs scripts beside the packages."""

    def __init__(self, program: str) -> None:
        self._program = program

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        # The program is found, the arguments are ours.
        return subprocess.run(  # noqa: S603
            [self._program, script, *arguments],
            cwd=INSTALLED,
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )


@pytest.fixture(scope="session")
def node() -> Node:
    """Node.js, unless it or the registry is not there."""
    sources = (*SOURCE.glob("*.json"), *SOURCE.glob("*.js"), *SOURCE.glob("*.mjs"))
    return Node(install_packages(INSTALLED, sources))


@pytest.fixture
def command_line(tmp_path: Path) -> Iterator[CommandLine]:
    """The command line on an empty data folder."""
    line = CommandLine(tmp_path)
    yield line
    line.end()
