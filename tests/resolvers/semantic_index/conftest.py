import pytest
from batches import LIBRARY_KEY, call, word

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library
from resolvers.writing.word import create_words


@pytest.fixture
async def library(context: Context) -> LibraryDocument:
    """Three words about weather and one about bread."""
    library = await create_library(context, NewLibrary(key=LIBRARY_KEY, name="Garden"))
    await create_words(
        context,
        call(
            word("drizzle", "light rain in very small drops"),
            word("storm", "strong wind with heavy rain"),
            word("crust", "the hard outside of a loaf of bread"),
            word("pluie", "rain that falls from clouds", language="fr"),
        ),
    )
    return library
