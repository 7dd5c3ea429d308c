"""Whatever is killed while a library is embedded anew, it is done, and each search finds all."""

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import reembedding_worker
from batches import LIBRARY_KEY, call, word
from jobs import job
from models import lay_table
from one_process import open_process
from pymongo.errors import ConnectionFailure
from store_process import end_store, holder_of

from documents.job import JobState
from documents.library import LibraryDocument
from infra.embedded.launch import STORE_FILE, open_store
from resolvers.context import Context
from resolvers.reembedding.request import ModelWish, request_reembedding
from resolvers.searching.request import SearchRequest
from resolvers.searching.search import search_library
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library
from resolvers.writing.word import create_words

ROUNDS = [2, pytest.param(20, marks=pytest.mark.long)]
WORDS = 40
KILLS = 3


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Context]:
    """A process on a store that can be killed, with a library of two models."""
    uri = open_store(tmp_path).uri
    lay_table(tmp_path)
    async with open_process(uri, LIBRARY_KEY, data_dir=tmp_path) as context:
        await create_library(context, NewLibrary(key=LIBRARY_KEY, name="Garden"))
        words = [word(f"word {n}", f"meaning number {n}") for n in range(WORDS)]
        await create_words(context, call(*words))
        yield context
        await context.services.semantic_indexes.close()
    end_store(tmp_path / STORE_FILE)


class Workers:
    """Two at a time, each forked from a process that has imported everything."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["reembedding_worker"])
        self._running: list[multiprocessing.process.BaseProcess] = []

    def start(self) -> None:
        worker = self._context.Process(target=reembedding_worker.work, args=(self._data,))
        worker.start()
        self._running.append(worker)

    def kill(self) -> None:
        """Kill the one that has run for longest; it must have run until now."""
        worker = self._running.pop(0)
        worker.kill()
        worker.join()
        assert worker.exitcode == -signal.SIGKILL
        worker.close()

    def replace(self) -> None:
        self.start()
        self.kill()

    def replace_store(self) -> None:
        os.kill(holder_of(self._data / STORE_FILE).process_id, signal.SIGKILL)
        open_store(self._data)


@contextmanager
def two_workers(data: Path) -> Iterator[Workers]:
    workers = Workers(data)
    for _ in range(2):
        workers.start()
    yield workers
    for _ in range(2):
        workers.kill()


async def search_on(process: Context) -> None:
    """Search again and again; whoever answers knows all words, by whichever model."""
    request = SearchRequest(LIBRARY_KEY, text="meaning number 7")
    while True:
        try:
            found = await search_library(Context(process.services), request, limit=2 * WORDS)
            assert len(found.hits) == WORDS
        except ConnectionFailure:  # the store was killed
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_a_library_is_embedded_anew_whatever_is_killed(
    process: Context, tmp_path: Path, rounds: int
) -> None:
    chance = random.Random(rounds)
    await search_library(process, SearchRequest(LIBRARY_KEY, text="meaning"), limit=1)
    async with asyncio.TaskGroup() as tasks:
        searching = tasks.create_task(search_on(process))
        with two_workers(tmp_path) as workers:
            for number in range(rounds):
                provider = ("static", "hashing")[number % 2]
                await reembed(process, workers, ModelWish(provider), chance)
        searching.cancel()


async def reembed(
    process: Context, workers: Workers, wish: ModelWish, chance: random.Random
) -> None:
    """Ask for another model, and kill what works at it."""
    asked = await request_reembedding(Context(process.services), LIBRARY_KEY, wish)
    assert asked.job_id is not None, asked.errors
    victims = [workers.replace, workers.replace, workers.replace_store]
    for _ in range(chance.randint(1, KILLS)):
        await asyncio.sleep(chance.uniform(0, 0.6))
        await asyncio.to_thread(chance.choice(victims))
    for _ in range(2400):
        done = await job(process, asked.job_id)
        if JobState(done["state"]).is_over:
            break
        await asyncio.sleep(0.05)
    assert done["state"] == "done", done
    library = await LibraryDocument.find_one({"key": LIBRARY_KEY})
    assert library is not None
    assert (library.embedding.provider, library.next_embedding) == (wish.provider, None)
    vectors = process.services.database["embeddings"]
    of_model = {"model": library.embedding.model_key}
    assert await vectors.count_documents(of_model) == 2 * WORDS
