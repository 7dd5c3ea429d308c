"""Data folders for the real command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine

from infra.entrypoints.sample import sample_file


@pytest.fixture
def lexigraph(tmp_path: Path) -> Iterator[CommandLine]:
    """The command line on an empty data folder."""
    command_line = CommandLine(tmp_path)
    yield command_line
    command_line.end()


@pytest.fixture(scope="module")
def lexigraph_with_sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """The command line where the library `sample` is; shared by tests that leave it as it is."""
    command_line = CommandLine(tmp_path_factory.mktemp("sample"))
    with sample_file() as path:
        command_line.import_(path, "sample").done()
    # Held open, so that the store does not leave and start for each command.
    with command_line.database():
        yield command_line
    command_line.end()
