"""The sample library: a small dictionary of our own writing, to try everything on."""

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

# The key of the library in the store.
SAMPLE_LIBRARY: Final = "sample"


def sample_file() -> AbstractContextManager[Path]:
    """The path of the library file, in our own JSON Lines, valid inside the `with`."""
    return as_file(files(__name__) / "library.jsonl")
