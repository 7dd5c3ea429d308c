"""The examples as their README says to run them, in environments of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def lexigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """The command line on an empty data folder."""
    command_line = CommandLine(tmp_path_factory.mktemp("lexigraph"))
    yield command_line
    command_line.end()
