"""New indexes are built beside those in use, by a job, and taken over by every process."""

from pathlib import Path

import pytest
from batches import call, refer_to, statuses, word
from following import find, other_process
from jobs import ask_for, job, runner

from documents.library import LibraryDocument
from documents.vocabulary import IndexKind
from resolvers.context import Context
from resolvers.index_rebuilding import rebuild_index
from resolvers.semantic_index.by_meaning import MeaningFollower
from resolvers.semantic_index.folder import Build, BuildPlan
from resolvers.writing.items import IndexItem, LibraryUpdate
from resolvers.writing.library import update_libraries
from resolvers.writing.word import create_words

WORDS = [word("kettle", "A vessel for boiling water."), word("stool", "A seat without a back.")]


def current_builds(follower: MeaningFollower) -> list[Build]:
    found = [source.folder.current() for source in follower.sources.values()]
    return [build for build in found if build]


async def builds(context: Context, library: LibraryDocument) -> set[str]:
    follower = await context.services.semantic_indexes.of(library)
    return {build.name for build in current_builds(follower)}


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
    # Of definitions, chunks and headwords.
    assert len(after) == 3
    assert not before & after
    for each in (first, second):
        await each.services.semantic_indexes.close()


async def test_a_library_with_another_kind_is_searched_by_the_old_one_until_a_job_has_built_it(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    await create_words(context, call(*WORDS))
    process = other_process(context, tmp_path)
    answer = await find(process, "boiling water")
    before = await builds(process, library)

    wish = IndexItem(kind=IndexKind.IVF, recall=0.99)
    update = LibraryUpdate(id=refer_to(library), index=wish)
    result = await update_libraries(context, call(update, library=""))
    assert statuses(result) == ["updated"]
    assert await find(process, "boiling water") == answer
    assert await builds(process, library) == before

    assert await runner(process, rebuild_index).run_next()
    assert await find(process, "boiling water") == answer
    follower = await process.services.semantic_indexes.of(library)
    plans = {build.plan for build in current_builds(follower)}
    assert plans == {BuildPlan(1, IndexKind.IVF, 0.99)}
    await process.services.semantic_indexes.close()


async def test_changing_anything_else_of_a_library_builds_nothing(
    context: Context, library: LibraryDocument
) -> None:
    update = LibraryUpdate(id=refer_to(library), name="Other", index=IndexItem())
    await update_libraries(context, call(update, library=""))
    assert await context.services.database["jobs"].count_documents({}) == 0


async def test_what_was_measured_is_measured_again_when_an_index_has_doubled(
    context: Context, library: LibraryDocument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.semantic_index.measuring.FEWEST_MEASURED", 1)
    await create_words(context, call(*WORDS))
    process = other_process(context, tmp_path)
    await find(process, "boiling water")
    follower = await process.services.semantic_indexes.of(library)
    (first,) = (build for build in current_builds(follower) if build.recall is not None)
    assert (first.measured_rows, first.recall) == (2, 1.0)

    more = [word(f"thing {n}", f"The number {n} of many things.") for n in range(3)]
    await create_words(context, call(*more))
    await find(process, "many things")
    await process.services.semantic_indexes.close()
    again = [build for build in current_builds(follower) if build.name == first.name]
    assert [build.measured_rows for build in again] == [5]
    assert await find(other_process(context, tmp_path), "boiling water", 1) == ["kettle"]


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
