"""Searches share the reading of their library, and none is told of an older one for it."""

import asyncio

from batches import LIBRARY_KEY, call, word

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.writing.library import delete_library
from resolvers.writing.word import create_words


async def test_a_search_sees_what_was_committed_before_it_began_while_another_one_reads(
    context: Context, library: LibraryDocument
) -> None:
    libraries = context.services.semantic_indexes.libraries
    early = asyncio.ensure_future(libraries.find(LIBRARY_KEY))
    await asyncio.sleep(0)
    result = await create_words(context, call(word("rain")))
    found = await asyncio.gather(*(libraries.find(LIBRARY_KEY) for _ in range(8)))
    assert {each.sequence for each in found if each} == {result.sequence}
    first = await early
    assert first is not None
    assert first.sequence in (library.sequence, result.sequence)


async def test_a_library_that_is_gone_is_found_by_nobody(
    context: Context, library: LibraryDocument
) -> None:
    libraries = context.services.semantic_indexes.libraries
    await delete_library(context, LIBRARY_KEY)
    assert await asyncio.gather(libraries.find(LIBRARY_KEY), libraries.find("other")) == [None] * 2
