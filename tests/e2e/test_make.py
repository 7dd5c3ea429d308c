"""The Makefile's decisions on machines that lack something, tried with stand-ins for uv and npm."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGETS = [
    "help",
    "setup",
    "serve",
    "test",
    "test-long",
    "lint",
    "types",
    "contracts",
    "sdl",
    "format",
    "bench",
    "clean",
]


class Checkout:
    """A folder with the Makefile and what it looks at, and a PATH of few commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands = folder / "commands"
        self.commands.mkdir()
        for name in ("make", "sh", "awk", "mkdir", "touch", "rm", "dirname"):
            self.commands.joinpath(name).symlink_to(shutil.which(name) or name)
        for name in ("Makefile", "pyproject.toml", "uv.lock"):
            shutil.copy(ROOT / name, folder)
        sources = folder / "infra/entrypoints/graphiql"
        sources.mkdir(parents=True)
        sources.joinpath("package.json").write_text("{}")

    def command(self, path: str, script: str) -> None:
        """Put a command of ours in the checkout."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\necho {file.name} $* >> {self.folder}/calls\n{script}\n")
        file.chmod(0o755)

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own Makefile
            [self.commands / "make", "--no-print-directory", *arguments],
            cwd=self.folder,
            env={"PATH": str(self.commands), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


UV = ".tools/uv/bin/uv"
UV_WORKS = "mkdir -p .venv"
UV_WITHOUT_MINILM = f'{UV_WORKS}; case "$*" in *minilm*) exit 2;; esac'


def test_make_alone_lists_every_target(checkout: Checkout) -> None:
    listed = re.findall(r"^make (\S+) +\S", checkout.make().stdout, re.MULTILINE)
    assert set(TARGETS) <= set(listed)


def test_uv_is_fetched_with_pip_alone_where_there_is_none(checkout: Checkout) -> None:
    recipe = checkout.make("-n", "serve").stdout
    fetched = recipe.index("python3 -m pip install")
    assert "--target .tools/uv" in recipe[fetched : recipe.index("\n", fetched)]
    assert fetched < recipe.index(f"{UV} sync --frozen --group minilm") < recipe.index("serve")


def test_an_installed_uv_is_used(checkout: Checkout) -> None:
    checkout.command("commands/uv", UV_WORKS)
    assert checkout.make("setup").returncode == 0
    assert checkout.calls == ["uv sync --frozen --group minilm"]


def test_an_environment_that_matches_the_lock_is_left_alone(checkout: Checkout) -> None:
    checkout.command(UV, UV_WORKS)
    environment = ".venv/.matches-lock"
    assert checkout.make(environment).returncode == 0
    assert checkout.make(environment).returncode == 0
    assert len(checkout.calls) == 1
    future = checkout.folder.joinpath(environment).stat().st_mtime + 10
    os.utime(checkout.folder / "uv.lock", (future, future))
    checkout.make(environment)
    assert len(checkout.calls) == 2


def test_weights_that_cannot_be_installed_are_done_without_but_not_in_ci(
    checkout: Checkout,
) -> None:
    checkout.command(UV, UV_WITHOUT_MINILM)
    tolerant, strict = checkout.make("setup"), checkout.make("setup", CI="true")
    assert tolerant.returncode == 0
    assert "hashing embedder" in tolerant.stderr
    assert strict.returncode != 0


def test_without_node_a_note_is_given(checkout: Checkout) -> None:
    result = checkout.make("graphiql")
    assert result.returncode == 0
    assert "no Node.js here" in result.stderr


def test_a_graphiql_that_cannot_be_built_stops_nothing_and_is_not_tried_again(
    checkout: Checkout,
) -> None:
    checkout.command("commands/node", "")
    checkout.command("commands/npm", "exit 1")
    attempt = "build/graphiql.attempt"
    first, second = checkout.make(attempt), checkout.make(attempt)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "GraphiQL could not be built" in first.stderr
    assert [call.split()[:2] for call in checkout.calls] == [["npm", "ci"]]
    checkout.make("graphiql")
    assert len(checkout.calls) == 2


def test_graphiql_is_built_again_only_when_its_sources_changed(checkout: Checkout) -> None:
    checkout.command("commands/node", "")
    checkout.command("commands/npm", "")
    attempt = "build/graphiql.attempt"
    for _ in range(2):
        checkout.make(attempt)
    assert [call.split()[1] for call in checkout.calls] == ["ci", "run"]
    source = checkout.folder / "infra/entrypoints/graphiql/package.json"
    future = checkout.folder.joinpath(attempt).stat().st_mtime + 10
    os.utime(source, (future, future))
    checkout.make(attempt)
    assert len(checkout.calls) == 4
