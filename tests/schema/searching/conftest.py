import pytest
from searched_garden import CREATE, GARDEN
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
    made = await LibraryDocument.find_one({"key": "garden"})
    for follower in await services.semantic_indexes.all_of(made):
        assert await follower.reach(made.sequence, seconds=60)
    commands.sent.clear()
    yield
    library = await LibraryDocument.find_one({"key": "garden"})
    await remove_library(library)
