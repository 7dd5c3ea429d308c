"""Whenever workers, compactors and the store are killed, an index equals the store afterwards."""

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import index_worker
import numpy as np
import pytest
from batches import LIBRARY_KEY
from one_process import open_process
from store_process import end_store, holder_of

from documents.database import Database
from documents.embedding import decode_vectors
from documents.library import LibraryDocument
from infra.embedded.launch import STORE_FILE, open_store
from resolvers.context import Context
from resolvers.index_registry import SemanticIndexes
from resolvers.lexical_index.word_index import WordIndex
from resolvers.semantic_index.columns import to_key
from resolvers.semantic_index.passage_index import PassageIndex
from resolvers.semantic_index.sources import EMBEDDED, SOURCES, PassageSource
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library
from vectorindex.ids import to_ids
from vectorindex.kernels import to_unit_length

ROUNDS = [3, pytest.param(200, marks=pytest.mark.long)]
KILLED = -signal.SIGKILL
Vectors = dict[bytes, bytes]


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Context]:
    """A process on a store that can be killed, with an empty library."""
    uri = open_store(tmp_path).uri
    async with open_process(uri, LIBRARY_KEY, data_dir=tmp_path / "indexes") as context:
        await create_library(context, NewLibrary(key=LIBRARY_KEY, name="Garden"))
        yield context
    end_store(tmp_path / STORE_FILE)


class Workers:
    """Two at a time, each forked from a process that has imported everything."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["index_worker"])
        self.running: list[multiprocessing.process.BaseProcess] = []

    def start(self, seed: int) -> None:
        for number in range(2):
            arguments = (self._data, self._data / "indexes", f"w{number}", seed + number)
            worker = self._context.Process(target=index_worker.work, args=arguments)
            worker.start()
            self.running.append(worker)

    async def have_written(self, sequence: int) -> None:
        """Wait until the library is so far."""
        for _ in range(1200):
            assert all(worker.is_alive() for worker in self.running)
            library = await LibraryDocument.find_one({"key": LIBRARY_KEY})
            if library and library.sequence >= sequence:
                return
            await asyncio.sleep(0.05)
        raise TimeoutError

    def kill(self) -> None:
        """Kill one; it must have run until now."""
        worker = self.running.pop()
        worker.kill()
        worker.join()
        assert worker.exitcode == KILLED
        worker.close()


def kill_store(data: Path) -> None:
    os.kill(holder_of(data / STORE_FILE).process_id, signal.SIGKILL)
    open_store(data)


async def stored(database: Database, library: LibraryDocument, source: PassageSource) -> Vectors:
    """The vector of each passage or headword, as an index has it."""
    vector_of = {
        bytes(row["text_hash"]): row["vector"] async for row in database["embeddings"].find()
    }
    rows = await database[source.collection].find({"library_id": library.id}).to_list()
    dimension = library.embedding.dimension
    vectors = decode_vectors((vector_of[bytes(row["text_hash"])] for row in rows), dimension)
    units = to_unit_length(vectors)
    return {to_key(row["_id"]): unit.tobytes() for row, unit in zip(rows, units, strict=True)}


def indexed(index: PassageIndex | None) -> Vectors:
    assert index is not None
    found: Vectors = {}
    for part in index.index.snapshot.parts:
        rows = np.flatnonzero(part.view.alive)
        for key, vector in zip(to_ids(part.view.keys[rows]), part.view.vectors[rows], strict=True):
            assert key not in found
            found[key] = vector.tobytes()
    return found


def texts(index: WordIndex | None) -> dict[bytes, list[int | bytes]]:
    """The terms of each text, and where its fields end."""
    assert index is not None
    found: dict[bytes, list[int | bytes]] = {}
    for part in index.index.snapshot.parts:
        run = part.run
        term_of = dict(enumerate(run.terms.to_list()))
        for row in np.flatnonzero(part.alive).tolist():
            [key] = to_ids(run.keys[row : row + 1])
            assert key not in found
            tokens = run.tokens[run.token_offsets[row] : run.token_offsets[row + 1]].tolist()
            found[key] = [term_of.get(token, token) for token in tokens]
    return found


async def assert_equal(process: Context, folder: Path) -> int:
    """A process that opens the files now has each vector and text of the store and no other."""
    before, pairs = -1, list[tuple[object, object]]()
    # The store may still be at a transaction that a killed worker asked for: then look again.
    while (library := await the_library()).sequence != before:
        before, pairs = library.sequence, await compare(process.services.database, library, folder)
    for found, expected in pairs:
        assert found == expected
    return before


async def the_library() -> LibraryDocument:
    library = await LibraryDocument.find_one({"key": LIBRARY_KEY})
    assert library is not None
    return library


async def compare(
    database: Database, library: LibraryDocument, folder: Path
) -> list[tuple[object, object]]:
    """What a process finds in the files, beside what the store holds."""
    indexes = SemanticIndexes(database, folder)
    anew = SemanticIndexes(database, folder.with_name(f"anew-{library.sequence}"))
    meaning = await indexes.of(library)
    words, words_anew = await indexes.words_of(library), await anew.words_of(library)
    for follower in (meaning, words, words_anew):
        assert await follower.reach(library.sequence, 60)
    pairs: list[tuple[object, object]] = [
        (indexed(meaning.sources[source].index), await stored(database, library, source))
        for source in EMBEDDED
    ]
    pairs += [
        (texts(words.sources[source].index), texts(words_anew.sources[source].index))
        for source in SOURCES
    ]
    await indexes.close()
    await anew.close()
    return pairs


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_an_index_equals_the_store_after_any_crash(
    process: Context, tmp_path: Path, rounds: int
) -> None:
    chance = random.Random(rounds)
    workers = Workers(tmp_path)
    sequence = 1
    for number in range(rounds):
        workers.start(number * 2)
        await workers.have_written(sequence + chance.randint(5, 30))
        await asyncio.sleep(chance.uniform(0, 0.1))
        victim = chance.choice([workers.kill, workers.kill, lambda: kill_store(tmp_path)])
        await asyncio.to_thread(victim)
        await asyncio.sleep(chance.uniform(0, 0.3))
        while workers.running:
            workers.kill()
        sequence = await assert_equal(process, tmp_path / "indexes")
