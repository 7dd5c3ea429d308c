"""A corpus table is trained on the texts of libraries and files that are named."""

from pathlib import Path

import pytest
from batches import LIBRARY_KEY, call, word

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.training import train
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library
from resolvers.writing.word import create_words

LINES = """{"lexigraph": {"format": 1, "kind": "library", "name": "Kitchen"}}
{"text": "ladle", "senses": [{"text": "A spoon.", "examples": [{"text": "A ladle of soup."}]}]}
{"document": {"key": "soup", "title": "Soup"}}
{"chunk": {"text": "Stir the soup with a spoon."}}
"""


async def test_a_table_is_trained_on_what_is_named_and_new_libraries_get_it(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    kettle = word("kettle", "A vessel for boiling water.", examples=["The kettle boils."])
    await create_words(context, call(kettle))
    file = tmp_path / "kitchen.jsonl"
    file.write_text(LINES)
    told: list[tuple[str, int, int]] = []
    made = await train(context, [LIBRARY_KEY], [file], lambda *each: told.append(each))
    # A definition and an example of the library; these of the file, and its chunk.
    assert made.texts == 5
    assert made.path == context.services.settings.data_dir / f"models/corpus/{made.name}.npz"
    assert all(0 <= done <= total for _, done, total in told)

    new = NewLibrary(key="kitchen", name="Kitchen", provider="corpus")
    assert (await create_library(context, new)).embedding.name == made.name


@pytest.mark.parametrize(("libraries", "told"), [([], "name a library"), (["nowhere"], "nowhere")])
async def test_where_there_is_nothing_to_train_on_that_is_told(
    context: Context, libraries: list[str], told: str
) -> None:
    with pytest.raises(RequestError, match=told):
        await train(context, libraries, [], lambda *_: None)
