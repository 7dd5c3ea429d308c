"""Node.js with the packages of package.json, installed once under build/."""

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent
INSTALLED = SOURCE.parents[1] / "build" / "contract"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


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
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        pytest.skip("needs Node.js with npm")
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for file in (*SOURCE.glob("*.json"), *SOURCE.glob("*.js"), *SOURCE.glob("*.mjs")):
        shutil.copy(file, INSTALLED)
    lock = sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    done = INSTALLED / "node_modules" / f".installed-{lock}"
    if not done.exists():
        result = subprocess.run(  # noqa: S603
            [npm, *INSTALL], check=False, cwd=INSTALLED, capture_output=True
        )
        if result.returncode:
            pytest.skip(f"npm could not install the packages: {result.stderr.decode()[-300:]}")
        done.touch()
    return Node(program)
