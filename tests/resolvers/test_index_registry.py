"""Indexes are in memory only for libraries that are there."""

from pathlib import Path

import pytest
from batches import LIBRARY_KEY, call, word

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.index_registry import SemanticIndexes
from resolvers.searching.request import SearchRequest
from resolvers.searching.search import search_library
from resolvers.semantic_index.follower import IndexFollower, Lag
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library, delete_library
from resolvers.writing.word import create_words


@pytest.fixture
async def library(context: Context) -> LibraryDocument:
    return await create_library(context, NewLibrary(key=LIBRARY_KEY, name="Garden"))


async def test_the_index_of_a_library_goes_with_it(
    context: Context, library: LibraryDocument
) -> None:
    await search_library(context, SearchRequest(LIBRARY_KEY, text="rain"), limit=1)
    assert library.id in context.services.semantic_indexes
    await delete_library(context, LIBRARY_KEY)
    assert library.id not in context.services.semantic_indexes


async def test_an_index_of_a_library_that_another_process_deleted_makes_room_for_the_next(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    other = SemanticIndexes(context.services.database, tmp_path)
    await other.warm()
    await delete_library(context, LIBRARY_KEY)
    assert library.id in other
    next_one = await create_library(context, NewLibrary(key="next", name="Next"))
    await other.of(next_one)
    assert library.id not in other
    assert next_one.id in other


async def test_a_process_says_how_far_it_is_behind_until_it_has_caught_up(
    context: Context, library: LibraryDocument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = SemanticIndexes(context.services.database, tmp_path)
    await other.warm()
    assert other.lag() == Lag()
    await create_words(context, call(word("rind", "the tough outside of cheese")))

    async def nothing(*_: object) -> bool:
        return False

    with monkeypatch.context() as patched:
        patched.setattr(IndexFollower, "reach", nothing)
        await other.tend()
    assert other.lag().transactions == 1
    assert other.lag().seconds > 0
    await other.tend()
    assert other.lag() == Lag()
