"""A process that is killed in the middle of a batch leaves all of the batch or nothing."""

import asyncio
import sys
from pathlib import Path

import endless_writer
import pytest
from batches import call, everything, statuses, word

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.writing.word import create_words

TESTS = Path(endless_writer.__file__).parent


@pytest.mark.parametrize("delay_seconds", [0.0, 0.007, 0.019])
async def test_a_killed_writer_leaves_whole_batches(
    context: Context, library: LibraryDocument, store_uri: str, delay_seconds: float
) -> None:
    name = context.services.database.name
    writer = await asyncio.create_subprocess_exec(
        sys.executable,
        endless_writer.__file__,
        store_uri,
        name,
        cwd=TESTS.parent,
        env={"PYTHONPATH": f"{TESTS.parent}:{TESTS}"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert writer.stdout is not None
    acknowledged = [int(await writer.stdout.readline()) for _ in range(3)]
    await asyncio.sleep(delay_seconds)
    writer.kill()
    acknowledged += [int(line) for line in (await writer.stdout.read()).split(b"\n")[:-1]]
    await writer.wait()

    # The next batch waits for nobody: the dead writer's transaction is gone.
    result = await create_words(context, call(word("afterwards", "A sense.", examples=["e"])))
    assert statuses(result) == ["created"]

    store = await everything(context)
    sequences = sorted(row["sequence"] for row in store["changes"])
    assert sequences == list(range(1, sequences[-1] + 1))
    assert set(acknowledged) <= set(sequences)
    batches = len(sequences) - 2  # without the library's making and the batch above
    for kind in ("words", "definitions", "examples"):
        assert len(store[kind]) == batches * endless_writer.BATCH + 1
