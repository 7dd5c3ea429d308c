"""Packages from PyPI in an environment of their own, installed once for each list."""

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

# Where the Makefile puts it if it is not on the path.
TOOLS = Path(__file__).parents[1] / ".tools" / "uv" / "bin"


def install_packages(environment: Path, requirements: Path) -> Path:
    """Install a list; without uv or the registry the test is skipped.

    Returns:
        The folder of the environment's programs.
    """
    uv = shutil.which("uv") or shutil.which("uv", path=TOOLS)
    if uv is None:
        pytest.skip("needs uv")
    programs = environment / "bin"
    done = environment / f".installed-{sha256(requirements.read_bytes()).hexdigest()}"
    if not done.exists():
        for command in (
            ("venv", "--clear", environment),
            ("pip", "install", "--python", programs / "python", "-r", requirements),
        ):
            ran = subprocess.run(  # noqa: S603 - found above, with arguments of ours
                [uv, *command], check=False, capture_output=True
            )
            if ran.returncode:
                pytest.skip(f"uv could not install the packages: {ran.stderr.decode()[-300:]}")
        done.touch()
    return programs
