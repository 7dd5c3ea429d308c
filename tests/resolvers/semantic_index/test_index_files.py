"""An index is opened from its files, shared with other processes, and made anew if need be."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from batches import LIBRARY_KEY, call, word
from bson import ObjectId
from following import find, other_process

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.lexical_index.by_words import WordMaker
from resolvers.semantic_index import by_meaning
from resolvers.semantic_index.by_meaning import follow_meaning
from resolvers.semantic_index.columns import SearchFilter
from resolvers.semantic_index.follower import Manner
from resolvers.semantic_index.passage_index import PassageQuery
from resolvers.writing.library import delete_library
from resolvers.writing.word import create_words
from vectorindex.segments.arrays import HEADER_BYTES

pytestmark = pytest.mark.usefixtures("library")

OUTSIDE = "the hard outside of a loaf"


@pytest.fixture
def nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """From here on, an index that is made from the store fails the test."""
    with monkeypatch.context() as patched:
        patched.setattr(by_meaning, "load", None)
        patched.setattr(WordMaker, "load", None)
        yield


async def close(context: Context) -> None:
    await context.services.semantic_indexes.close()


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def test_a_restarted_process_opens_what_it_left(
    context: Context, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before = other_process(context, tmp_path)
    await find(before, OUTSIDE)
    await create_words(context, call(word("rind", "the tough outside of cheese")))
    expected = await find(before, OUTSIDE, 10)
    await close(before)
    request.getfixturevalue("nothing_is_loaded")
    after = other_process(context, tmp_path)
    assert await find(after, OUTSIDE, 10) == expected
    await create_words(context, call(word("shell", "the hard outside of an egg")))
    assert await find(after, "the hard outside of an egg", 1) == ["shell"]


async def test_a_process_uses_what_another_one_made(
    context: Context, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    first = other_process(context, tmp_path)
    expected = await find(first, OUTSIDE, 10)
    request.getfixturevalue("nothing_is_loaded")
    assert await find(other_process(context, tmp_path), OUTSIDE, 10) == expected


@pytest.mark.parametrize("suffix", [".lxv", "manifest.json", "current.json"])
@pytest.mark.parametrize("damage", ["cut", "remove", "overwrite"])
async def test_files_that_cannot_be_used_are_made_anew(
    context: Context, tmp_path: Path, suffix: str, damage: str
) -> None:
    before = other_process(context, tmp_path)
    expected = await find(before, OUTSIDE, 10)
    await close(before)
    for path in files(tmp_path):
        if not path.name.endswith(suffix):
            continue
        if damage == "remove":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:-7] if damage == "cut" else b"x" * 20_000)
    for _ in range(2):
        assert await find(other_process(context, tmp_path), OUTSIDE, 10) == expected


async def test_flipped_bits_are_noticed_and_the_index_is_made_anew(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    before = other_process(context, tmp_path)
    expected = await find(before, OUTSIDE, 10)
    await close(before)
    for path in files(tmp_path):
        if path.suffix == ".lxv":
            data = bytearray(path.read_bytes())
            data[HEADER_BYTES] ^= 1
            path.write_bytes(data)
    process = other_process(context, tmp_path)
    await find(process, OUTSIDE)
    sources = (await process.services.semantic_indexes.of(library)).sources.values()
    damaged = [source.folder.current() for source in sources]
    for source in sources:
        await source.checking.start()
        await source.mending.start()
    assert await find(process, OUTSIDE, 10) == expected
    assert await find(other_process(context, tmp_path), OUTSIDE, 10) == expected
    assert [source.folder.current() for source in sources] != damaged


async def test_a_running_process_survives_the_loss_of_its_files(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    process = other_process(context, tmp_path)
    expected = await find(process, OUTSIDE, 10)
    for path in files(tmp_path):
        path.unlink()
    assert await find(process, OUTSIDE, 10) == expected
    indexes = process.services.semantic_indexes
    await indexes.tend()
    for source in (await indexes.of(library)).sources.values():
        await source.mending.start()
    assert await find(process, OUTSIDE, 10) == expected
    assert any(path.suffix == ".lxv" for path in files(tmp_path))


async def test_without_a_folder_to_write_to_indexes_stay_in_memory(
    context: Context, tmp_path: Path
) -> None:
    folder = tmp_path / "full"
    folder.write_bytes(b"")
    process = other_process(context, folder)
    assert await find(process, OUTSIDE, 1) == ["crust"]
    await create_words(context, call(word("rind", "the tough outside of cheese")))
    await process.services.semantic_indexes.tend()
    assert await find(process, "tough outside of cheese", 1) == ["rind"]
    folder.unlink()
    await close(process)
    assert any(path.suffix == ".lxv" for path in files(folder))


async def test_an_index_whose_log_is_gone_is_made_anew(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    before = other_process(context, tmp_path)
    await find(before, OUTSIDE)
    await close(before)
    await create_words(context, call(word("rind", "the tough outside of cheese")))
    await create_words(context, call(word("shell", "the hard outside of an egg")))
    stored = await LibraryDocument.get(library.id)
    assert stored is not None
    log = context.services.database["changes"]
    await log.delete_many({"library_id": library.id, "sequence": {"$lt": stored.sequence}})
    after = other_process(context, tmp_path)
    assert await find(after, "tough outside of cheese", 1) == ["rind"]


async def test_an_index_that_is_ahead_of_a_store_put_back_is_made_anew(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    stored = await LibraryDocument.get(library.id)
    assert stored is not None
    before = other_process(context, tmp_path)
    await find(before, OUTSIDE)
    await create_words(context, call(word("rind", "the tough outside of cheese")))
    await find(before, OUTSIDE)
    await close(before)
    database = context.services.database
    later = {"library_id": library.id, "sequence": {"$gt": stored.sequence}}
    await database["changes"].delete_many(later)
    await database["definitions"].delete_many({"text": "the tough outside of cheese"})
    await stored.replace()
    assert "rind" not in await find(other_process(context, tmp_path), OUTSIDE, 10)


async def test_files_of_libraries_and_models_that_are_gone_are_removed(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    process = other_process(context, tmp_path)
    indexes = process.services.semantic_indexes
    await find(process, OUTSIDE)
    folder = (await indexes.of(library)).folder
    (folder.parent / "another-model" / "definition").mkdir(parents=True)
    await indexes.sweep()
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    await delete_library(process, LIBRARY_KEY)
    await indexes.sweep()
    assert files(tmp_path) == []


async def test_indexes_of_two_models_lie_beside_each_other(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    database = context.services.database
    other = library.embedding.model_copy(update={"name": "another"})
    await database["embeddings"].insert_many(
        [
            {**row, "_id": ObjectId(), "model": other.model_key}
            async for row in database["embeddings"].find({"library_id": library.id})
        ]
    )
    followers = [
        follow_meaning(database, library, tmp_path, Manner(), model)
        for model in (library.embedding, other)
    ]
    query = PassageQuery(np.ones(other.dimension, np.float32), SearchFilter(), 10)
    found = [await each.search(query, library.sequence) for each in followers]
    first, second = [each.hits(by_owner=True) for each in found]
    assert first == second
    assert followers[0].folder != followers[1].folder
