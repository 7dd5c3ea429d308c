"""Libraries: made, changed, deleted, and deleted again after an interruption."""

import asyncio

import pytest
from batches import call, count, refer, refusals, sequence_of, statuses, stored, target, word

from documents.base import EntityKind
from documents.errors import NotFoundError
from documents.ids import DocumentId
from documents.library import LibraryDocument, LibraryState
from infra.embeddings.errors import EmbeddingError
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.writing import library_erasure
from resolvers.writing.items import LibraryUpdate, NewLibrary, Removal
from resolvers.writing.library import (
    create_libraries,
    create_library,
    delete_libraries,
    delete_library,
    update_libraries,
)
from resolvers.writing.library_erasure import erase_library, finish_deletions
from resolvers.writing.library_model import choose_model
from resolvers.writing.word import create_words

COLLECTIONS = ("libraries", "words", "definitions", "examples", "embeddings", "changes")


async def test_a_library_names_the_model_that_its_vectors_are_made_with(context: Context) -> None:
    await create_libraries(context, call(NewLibrary(key="a", name="A", provider="hashing")))
    (row,) = await stored(context, "libraries")
    assert row["embedding"]["provider"] == "hashing"
    assert (row["language"], row["version"], row["sequence"]) == ("en", 1, 1)


async def test_a_provider_that_cannot_be_had_is_refused(context: Context) -> None:
    result = await create_libraries(context, call(NewLibrary(key="a", name="A", provider="magic")))
    assert refusals(result) == [("INVALID_VALUE", "items.0.provider")]
    with pytest.raises(EmbeddingError):
        await choose_model(context, "magic")


async def test_a_static_library_asks_for_its_table_first(context: Context) -> None:
    result = await create_libraries(context, call(NewLibrary(key="a", name="A", provider="static")))
    assert refusals(result) == [("INVALID_VALUE", "items.0.provider")]
    assert "`lexigraph distill`" in result.errors[0].message


async def test_libraries_are_made_all_or_none(context: Context, library: LibraryDocument) -> None:
    items = [NewLibrary(key=key, name="N") for key in ("a", "b", "a", library.key)]
    result = await create_libraries(context, call(*items))
    assert statuses(result) == ["rolled_back", "rolled_back", "refused", "refused"]
    assert refusals(result) == [("DUPLICATE", "items.2.key"), ("DUPLICATE", "items.3.key")]
    assert await count(context, "libraries") == 1


async def test_a_key_is_given_once_to_callers_at_the_same_moment(context: Context) -> None:
    async def make() -> str:
        item = NewLibrary(key="a", name="A")
        result = await create_libraries(Context(context.services), call(item))
        return result.results[0].status.value

    outcomes = await asyncio.gather(*(make() for _ in range(4)))
    assert sorted(outcomes) == ["created", "refused", "refused", "refused"]


async def test_making_one_library_says_what_is_wrong(
    context: Context, library: LibraryDocument
) -> None:
    with pytest.raises(RequestError, match="key: Expected"):
        await create_library(context, NewLibrary(key="No Key", name="N"))
    with pytest.raises(RequestError, match="key: A library has this key"):
        await create_library(context, NewLibrary(key=library.key, name="N"))


async def test_updates_of_several_libraries_have_one_transaction(context: Context) -> None:
    libraries = [await create_library(context, NewLibrary(key=key, name=key)) for key in ("a", "b")]
    references = [refer(EntityKind.LIBRARY, library.id) for library in libraries]

    bad = [
        LibraryUpdate(id=references[0], name="A"),
        LibraryUpdate(id=references[1], name="B", expected_version=9),
    ]
    result = await update_libraries(context, call(*bad))
    assert statuses(result) == ["rolled_back", "refused"]
    assert refusals(result) == [("VERSION_CONFLICT", "items.1.expectedVersion")]

    good = [LibraryUpdate(id=each, license="CC0", metadata={"a": 1}) for each in references]
    assert statuses(await update_libraries(context, call(*good))) == ["updated", "updated"]
    rows = await stored(context, "libraries")
    assert [(row["license"], row["version"], row["sequence"]) for row in rows] == [
        ("CC0", 2, 2),
        ("CC0", 2, 2),
    ]
    assert statuses(await update_libraries(context, call(*good))) == ["unchanged", "unchanged"]


async def test_a_library_in_use_is_not_deleted_unasked(
    context: Context, library: LibraryDocument
) -> None:
    await create_words(context, call(word("rose", "A flower.")))
    result = await delete_libraries(context, call(target(library)))
    assert refusals(result) == [("IN_USE", "items.0.id")]
    assert await count(context, "words") == 1


async def test_a_deletion_takes_everything_of_its_library_and_nothing_else(
    context: Context, library: LibraryDocument
) -> None:
    meadow = await create_library(context, NewLibrary(key="meadow", name="Meadow"))
    for key in (library.key, meadow.key):
        item = word("rose", "A flower.", examples=["One."])
        await create_words(context, call(item, library=key))

    result = await delete_libraries(context, call(target(library), cascade=True))

    assert statuses(result) == ["deleted"]
    assert [await count(context, name) for name in COLLECTIONS] == [1, 1, 1, 1, 2, 2]
    assert await sequence_of(meadow) == 2


async def test_an_interrupted_deletion_is_finished_later(
    context: Context, library: LibraryDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _interrupt_deletion(context, library, monkeypatch)

    # Nobody writes to what is left, and its key is not free yet.
    assert 0 < await count(context, "definitions") <= 20
    refused = await create_words(context, call(word("x")))
    assert refusals(refused) == [("NOT_FOUND", "library")]
    with pytest.raises(RequestError, match="still being deleted"):
        await create_library(context, NewLibrary(key=library.key, name="N"))

    await delete_library(context, library.key)
    assert [await count(context, name) for name in COLLECTIONS] == [0] * 6
    await create_library(context, NewLibrary(key=library.key, name="N"))


async def test_the_next_start_finishes_deletions(
    context: Context, library: LibraryDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _interrupt_deletion(context, library, monkeypatch)
    assert await finish_deletions(context) == 1
    assert await finish_deletions(context) == 0
    assert [await count(context, name) for name in COLLECTIONS] == [0] * 6


async def test_a_ready_library_is_never_erased(context: Context, library: LibraryDocument) -> None:
    await erase_library(context.services.database, library.id)
    assert await count(context, "libraries") == 1


async def test_deleting_a_library_that_is_not_there_is_refused(context: Context) -> None:
    with pytest.raises(NotFoundError):
        await delete_library(context, "nowhere")
    missing = call(Removal(id=refer(EntityKind.LIBRARY, DocumentId())))
    result = await delete_libraries(context, missing)
    assert refusals(result) == [("NOT_FOUND", "items.0.id")]


async def _interrupt_deletion(
    context: Context, library: LibraryDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fill the library, start to delete it, and be cancelled between two portions."""
    items = [word(f"w{i}", f"d{i}", examples=["e"]) for i in range(20)]
    await create_words(context, call(*items))
    embeddings = context.services.database["embeddings"]
    with monkeypatch.context() as patched:
        patched.setattr(library_erasure, "PORTION", 2)
        async with asyncio.TaskGroup() as group:
            item = target(library)
            task = group.create_task(delete_libraries(context, call(item, cascade=True)))
            # Of definitions and headwords.
            while await embeddings.count_documents({}) == 2 * len(items):  # noqa: ASYNC110 - no event
                await asyncio.sleep(0)
            task.cancel()
    state = await context.services.database["libraries"].find_one({}, {"state": 1})
    assert state is not None
    assert state["state"] == LibraryState.DELETING
