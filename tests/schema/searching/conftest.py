import pytest
from searched_garden import CREATE, GARDEN, opened
from small_library import remove_library

from documents.library import LibraryDocument


@pytest.fixture
async def garden(ask, commands, services):
    words = [
        {"text": text, "partOfSpeech": [part], "definitions": [{"text": definition}]}
        for text, (part, definition) in GARDEN.items()
    ]
    library = {"key": "garden", "name": "Garden", "provider": "HASHING"}
    data = await ask(
        CREATE,
        library={"items": [library]},
        words={"library": "garden", "items": words},
    )
    assert data["createWords"] == {"userErrors": [], "createdCount": len(GARDEN)}
    await opened(services, "garden")
    commands.sent.clear()
    yield
    library = await LibraryDocument.find_one({"key": "garden"})
    await remove_library(library)
