"""A worker that writes to a library, searches it and keeps its indexes, until it is killed.

It seals, merges and rebuilds all the time, so that it is killed in the middle of these as well.
What it sees that must not be ends it with an error.
"""

import asyncio
import random
from pathlib import Path

from batches import LIBRARY_KEY, call, created_id, target, word
from one_process import open_process
from pymongo.errors import PyMongoError

from documents.document import DocumentDocument
from documents.library import LibraryDocument
from documents.word import WordDocument
from infra.embedded.launch import open_store
from resolvers.context import Context
from resolvers.searching.request import SearchMode, SearchRequest
from resolvers.searching.search import search_library
from resolvers.semantic_index import sealing
from resolvers.writing.document import create_documents, delete_documents
from resolvers.writing.items import NewDocument
from resolvers.writing.word import create_words, delete_words
from vectorindex.segments import tiers


def work(data: Path, folder: Path, name: str, seed: int) -> None:
    """Be a worker; words whose texts begin with `name` are this one's alone."""
    sealing.QUIET_SECONDS = 0.0
    tiers.SEAL_ROWS = 4
    asyncio.run(_work(data, folder, name, random.Random(seed)))


async def _work(data: Path, folder: Path, name: str, chance: random.Random) -> None:
    uri = open_store(data).uri
    async with (
        open_process(uri, LIBRARY_KEY, data_dir=folder) as process,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(_keep(process, chance))
        tasks.create_task(_write(process, name, chance))
        tasks.create_task(_write_documents(process, name, chance))


async def _keep(process: Context, chance: random.Random) -> None:
    indexes = process.services.semantic_indexes
    while True:
        try:
            await indexes.tend()
            library = await LibraryDocument.find_one({"key": LIBRARY_KEY})
            if library and chance.random() < 0.05:
                for source in (await indexes.of(library)).sources.values():
                    source.mending.start()
        except PyMongoError:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.01)


async def _write(process: Context, name: str, chance: random.Random) -> None:
    number = chance.randrange(10**9)
    while True:
        number += 1
        try:
            mine = await WordDocument.find({"text": {"$gt": name, "$lt": f"{name}~"}}).to_list()
            if len(mine) > 12 or (mine and chance.random() < 0.4):
                await _delete(process, chance.choice(mine))
            else:
                await _create(process, f"{name} {number}")
        except PyMongoError:
            await asyncio.sleep(0.05)


async def _write_documents(process: Context, name: str, chance: random.Random) -> None:
    context = Context(process.services)
    while True:
        try:
            mine = await DocumentDocument.find(
                {"title": {"$gt": name, "$lt": f"{name}~"}}
            ).to_list()
            if len(mine) > 3 or (mine and chance.random() < 0.4):
                gone = call(target(chance.choice(mine)), cascade=True)
                await delete_documents(context, gone)
            else:
                title = f"{name} {chance.randrange(10**9)}"
                text = f"A passage about {title}. Another one about it."
                await create_documents(context, call(NewDocument(title=title, text=text)))
        except PyMongoError:
            pass
        await asyncio.sleep(0.05)


async def _create(process: Context, text: str) -> None:
    context = Context(process.services)
    result = await create_words(context, call(word(text, f"meaning of {text}")))
    assert await _is_found(context, text, created_id(result), result.sequence) is not False


async def _delete(process: Context, gone: WordDocument) -> None:
    context = Context(process.services)
    result = await delete_words(context, call(target(gone), cascade=True))
    if not result.errors:
        assert await _is_found(context, gone.text, gone.id, result.sequence) is not True


async def _is_found(context: Context, text: str, id: object, sequence: int | None) -> bool | None:
    """Whether a word is found; None if the index is not so far as yet."""
    request = SearchRequest(LIBRARY_KEY, mode=SearchMode.SEMANTIC, text=f"meaning of {text}")
    found = await search_library(context, request, limit=100)
    if found.sequence is None or found.sequence < (sequence or 0):
        return None
    return id in [hit.id for hit in found.hits]
