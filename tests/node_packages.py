"""Packages from npm, installed once for each lock."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def install_packages(folder: Path, sources: Iterable[Path] = ()) -> str:
    """Install what the lock of a folder names; without npm or its registry the test is skipped.

    Args:
        folder: where the packages go.
        sources: copied there first. Tests run in several processes: one at a time does this.

    Returns:
        The path of Node.js.
    """
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        pytest.skip("needs Node.js with npm")
    folder.mkdir(parents=True, exist_ok=True)
    with _turn(folder):
        for file in sources:
            shutil.copy(file, folder)
        lock = sha256((folder / "package-lock.json").read_bytes()).hexdigest()
        done = folder / "node_modules" / f".installed-{lock}"
        if not done.exists():
            result = subprocess.run(  # noqa: S603 - found above, with arguments of ours
                [npm, *INSTALL], check=False, cwd=folder, capture_output=True
            )
            if result.returncode:
                pytest.skip(f"npm could not install the packages: {result.stderr.decode()[-300:]}")
            done.touch()
    return program


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
