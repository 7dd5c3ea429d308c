import pytest
from batches import LIBRARY_KEY

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library


@pytest.fixture
async def library(context: Context) -> LibraryDocument:
    """An empty library."""
    return await create_library(context, NewLibrary(key=LIBRARY_KEY, name="Garden"))
