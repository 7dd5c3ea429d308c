"""Environments of contestants that are no dependencies of the project."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

PYTHON = ["ariadne==1.1.1", "orjson"]
NODE = ["graphql@16.15.0", "graphql-jit@0.8.9"]


def python_environment(folder: Path) -> Path:
    """The Python of those that are written in it; made once."""
    python = (folder / "bin" / "python").absolute()
    if not (folder / ".complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        _run([str(python), "-m", "pip", "install", "--quiet", *PYTHON], folder)
        (folder / ".complete").touch()
    return python


def node_environment(folder: Path) -> Path | None:
    """The folder with the modules of those on Node.js; None where there is no Node.js."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        print("no Node.js here: graphql-js and graphql-jit are left out", file=sys.stderr)
        return None
    if not (folder / ".complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        _run([npm, "install", "--prefix", ".", *options, *NODE], folder)
        (folder / ".complete").touch()
    return folder.absolute()


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603 - our own words
