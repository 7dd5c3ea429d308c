"""The sample library: a small dictionary and a few documents of our own, to try everything on."""

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from documents.vocabulary import ChunkingMethod
from resolvers.writing.items import ChunkingItem, NewDocument

# The key of the library in the store.
SAMPLE_LIBRARY: Final = "sample"

_BY_HEADINGS: Final = ChunkingItem(method=ChunkingMethod.HEADINGS, size=180, overlap=0, level=2)
_BY_SENTENCES: Final = ChunkingItem(method=ChunkingMethod.SENTENCES, size=3, overlap=1)


def sample_file() -> AbstractContextManager[Path]:
    """The path of the library file, in our own JSON Lines, valid inside the `with`."""
    return as_file(files(__name__) / "library.jsonl")


def sample_documents() -> list[NewDocument]:
    """The documents of the library, by their keys."""
    folder = files(__name__) / "documents"
    named = sorted((each.name, each.read_text(encoding="utf-8")) for each in folder.iterdir())
    return [
        NewDocument(
            key=name.removesuffix(".md"),
            title=name.removesuffix(".md").replace("-", " ").capitalize(),
            text=text,
            source="Written for Lexigraph",
            chunking=_BY_HEADINGS if text.startswith("#") else _BY_SENTENCES,
        )
        for name, text in named
    ]
