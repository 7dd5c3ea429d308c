"""examples/python: gql and generated types load a glossary and find its terms."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine, Server
from python_packages import install_packages

EXAMPLE = Path(__file__).parents[2] / "examples" / "python"
PYTHON = EXAMPLE / ".venv" / "bin" / "python"
DESCRIPTION = "what keeps a ship in its place"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - commands of ours
        command, cwd=EXAMPLE,
        capture_output=True, check=False, text=True, timeout=300,
    )  # fmt: skip


@pytest.fixture(scope="module")
def generated() -> None:
    """The environment of the example, and the types that are made in it."""
    install_packages(EXAMPLE / ".venv", EXAMPLE / "requirements.txt")
    made = run(PYTHON.with_name("ariadne-codegen"))
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.fixture(scope="module")
def server(lexigraph: CommandLine) -> Iterator[Server]:
    with lexigraph.server() as server:
        yield server


@pytest.mark.usefixtures("generated")
def test_the_script_fits_the_types_made_from_the_schema() -> None:
    checked = run(PYTHON.with_name("mypy"))
    assert checked.returncode == 0, checked.stdout


def load(server: Server, terms: str | Path, description: str) -> subprocess.CompletedProcess[str]:
    script = (PYTHON, "-W", "ignore", "glossary.py")
    return run(*script, terms, description, f"{server.url}graphql")


@pytest.mark.usefixtures("generated")
def test_a_glossary_is_loaded_once_and_its_terms_are_found(server: Server) -> None:
    first, second = (load(server, "terms.tsv", DESCRIPTION) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    loaded, listed, found, *others = first.stdout.splitlines()
    assert loaded == "12 created, 0 updated"
    assert listed == "All terms: anchor, bollard, fathom, hawser, keel, lee"
    assert found == "anchor: A heavy hook on a chain that holds a ship in its place."
    assert second.stdout.splitlines() == ["0 created, 0 updated", listed, found, *others]


@pytest.mark.usefixtures("generated")
def test_what_cannot_be_loaded_is_said(server: Server, tmp_path: Path) -> None:
    terms = tmp_path / "terms.tsv"
    terms.write_text(f"{'long' * 100}\tA term of too many letters.\n")
    refused = load(server, terms, DESCRIPTION)
    assert refused.returncode == 1
    assert "200" in refused.stderr
