"""A static table is made of the texts of libraries and files, and new libraries get it."""

from pathlib import Path

import pytest
from batches import LIBRARY_KEY, call, word
from models import PIECES

from documents.library import LibraryDocument
from resolvers import distillation
from resolvers.context import Context
from resolvers.distillation import distill
from resolvers.transfer.errors import TransferError
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library
from resolvers.writing.word import create_words

LINES = """{"lexigraph": {"format": 1, "kind": "library", "name": "Kitchen"}}
{"text": "ladle", "senses": [{"text": "A spoon for soup."}, {"text": "A hollow in rock."}]}
{"document": {"key": "soup", "title": "Soup"}}
{"chunk": {"text": "Stir the soup with a spoon."}}
"""


@pytest.fixture
def few_pieces(published_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All pieces that minilm knows stand for themselves in a table: half a minute."""
    assert published_folder.is_dir()
    monkeypatch.setattr(distillation, "read_vocabulary", lambda _: PIECES)


@pytest.mark.usefixtures("few_pieces", "library")
async def test_a_table_is_made_of_all_texts_and_new_libraries_get_it(
    context: Context, tmp_path: Path
) -> None:
    kettle = word("kettle", "A vessel for boiling water.", "A hollow in rock.")
    await create_words(context, call(kettle))
    file = tmp_path / "kitchen.jsonl"
    file.write_text(LINES)
    told = []
    made = await distill(context, [file], lambda *progress: told.append(progress))
    # Two definitions of the library, one more of the file, and its chunk.
    assert made.texts == 4
    assert made.path == context.services.settings.data_dir / f"models/static/{made.name}.npz"
    assert {what for what, _, _ in told} == {"texts embedded", "steps of fitting"}
    assert all(0 <= done <= total for _, done, total in told)

    library = await create_library(context, NewLibrary(key="kitchen", name="K", provider="static"))
    assert library.embedding.name == made.name
    other = await LibraryDocument.find_one({"key": LIBRARY_KEY})
    assert other is not None
    assert other.embedding.provider == "hashing"


@pytest.mark.usefixtures("few_pieces")
async def test_a_file_that_is_no_dictionary_is_refused(context: Context, tmp_path: Path) -> None:
    file = tmp_path / "nothing.jsonl"
    file.write_text("nothing of the kind")
    with pytest.raises(TransferError):
        await distill(context, [file], lambda *_: None)
