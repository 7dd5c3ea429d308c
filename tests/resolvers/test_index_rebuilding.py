"""New indexes are built beside those in use, by a job, and taken over by every process."""

from pathlib import Path

from batches import call, word
from following import find, other_process
from jobs import ask_for, job, runner

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.index_rebuilding import rebuild_index
from resolvers.writing.word import create_words

WORDS = [word("kettle", "A vessel for boiling water."), word("stool", "A seat without a back.")]


async def builds(context: Context, library: LibraryDocument) -> set[str]:
    follower = await context.services.semantic_indexes.of(library)
    found = [source.folder.current() for source in follower.sources.values()]
    return {build.name for build in found if build}


async def test_every_process_takes_over_the_new_indexes_and_finds_the_same(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    await create_words(context, call(*WORDS))
    first, second = (other_process(context, tmp_path) for _ in range(2))
    answers = [await find(each, "boiling water") for each in (first, second)]
    before = await builds(first, library)

    job_id = await ask_for(context, library)
    assert await runner(first, rebuild_index).run_next()
    assert (await job(context, job_id))["state"] == "done"
    assert [await find(each, "boiling water") for each in (first, second)] == answers
    after = await builds(second, library)
    assert len(after) == 2
    assert not before & after
    for each in (first, second):
        await each.services.semantic_indexes.close()


async def test_a_host_with_files_of_its_own_makes_new_ones_after_the_job(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    await create_words(context, call(*WORDS))
    here, elsewhere = (other_process(context, tmp_path / name) for name in ("here", "elsewhere"))
    for each in (here, elsewhere):
        await find(each, "boiling water")
    before = await builds(elsewhere, library)
    await ask_for(context, library)
    await runner(here, rebuild_index).run_next()

    indexes = elsewhere.services.semantic_indexes
    follower = await indexes.of(library)
    await indexes.tend()
    for source in follower.sources.values():
        await source.mending.start()
    assert not before & await builds(elsewhere, library)
    assert await find(elsewhere, "boiling water") == await find(here, "boiling water")
    for each in (here, elsewhere):
        await each.services.semantic_indexes.close()
