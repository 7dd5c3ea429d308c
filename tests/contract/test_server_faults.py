"""Schemathesis over the whole schema: whatever it asks, the fault is never the server's."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from graphql import build_schema
from python_packages import install_packages

from schema.schema import sdl

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parents[1] / "build" / "schemathesis"


@pytest.fixture(scope="module")
def schemathesis() -> Path:
    """Its program, in an environment of its own."""
    return install_packages(ENVIRONMENT, HERE / "schemathesis.txt") / "schemathesis"


def fields() -> list[str]:
    """All that queries and mutations may ask for, but for the fields of federation."""
    schema = build_schema(sdl())
    assert schema.query_type
    assert schema.mutation_type
    names = (*schema.query_type.fields, *schema.mutation_type.fields)
    return [name for name in names if not name.startswith("_")]


@pytest.mark.parametrize("examples", [2, pytest.param(100, marks=pytest.mark.long)])
def test_no_field_of_the_schema_makes_the_server_fail(
    schemathesis, command_line, tmp_path, examples
):
    with command_line.server(sample_library="true") as server:
        told = ("--checks", "no_server_fault", "--phases", "fuzzing", "--max-examples")
        ran = subprocess.run(  # noqa: S603 - our own environment
            [schemathesis, "run", f"{server.url}graphql", *told, str(examples), "--no-color"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(HERE), "SCHEMATHESIS_HOOKS": "server_faults"},
            capture_output=True,
            check=False,
            text=True,
        )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr
    (tested,) = re.findall(r"Tested: (\d+)", ran.stdout)
    assert int(tested) == len(fields())
