"""A library's changes are followed without a gap, and cheaply for many."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import Any

import pytest
import strawberry
from bson import ObjectId
from small_library import make_word, remove_library, write_ring

from documents.database import Client
from documents.library import LibraryDocument, LibraryState
from documents.unit_of_work import UnitOfWork, run_in_transaction
from documents.vocabulary import PartOfSpeech
from documents.word import WordDocument
from resolvers.change_feed import ChangeFeed
from resolvers.context import Context, Services
from resolvers.following import FollowerPlaces

FOLLOW = """
subscription($library: String!, $after: Int) {
  libraryChanges(library: $library, afterSequence: $after) {
    sequence entries { id kind operation version node { id ... on Word { text } } }
  }
}
"""
SEQUENCES = "subscription($library: String!, $after: Int) {" + (
    "libraryChanges(library: $library, afterSequence: $after) { sequence } }"
)

Events = AsyncIterator[Any]
Follow = Callable[..., AbstractAsyncContextManager[Events]]


@pytest.fixture
async def library(mongo_client: Client, ring: LibraryDocument) -> AsyncIterator[LibraryDocument]:
    """A library at sequence 1, for the test alone."""
    library = await write_ring(mongo_client, 4, key="followed")
    yield library
    await mongo_client.get_database(LibraryDocument.get_pymongo_collection().database.name)[
        "changes"
    ].delete_many({"library_id": library.id})
    await remove_library(library)


@pytest.fixture
def follow(schema: strawberry.Schema, services: Services) -> Follow:
    """Follow the library: gives its changes, or the code of the error that ended it."""

    @asynccontextmanager
    async def start(query: str = FOLLOW, **variables: Any) -> AsyncIterator[Events]:
        results = await schema.stream(
            query,
            variable_values={"library": "followed", **variables},
            context_value=Context(services),
        )

        async def events() -> AsyncIterator[Any]:
            async for result in results:
                if result.errors:
                    yield code_of(result.errors[0])
                else:
                    yield result.data["libraryChanges"]

        async with aclosing(results):
            yield events()

    return start


def code_of(error: Any) -> str:
    while getattr(error, "original_error", None) is not None:
        error = error.original_error
    return str(error.code)


async def soon(events: Events) -> Any:
    return await asyncio.wait_for(anext(events), 5)


async def write_words(client: Client, library: LibraryDocument, *texts: str) -> list[WordDocument]:
    """One change; each word is an entry."""
    words = [make_word(library.id, text, PartOfSpeech.NOUN) for text in texts]

    async def write(unit: UnitOfWork) -> None:
        await unit.insert(words)

    await run_in_transaction(client, library.id, write)
    return words


async def test_what_was_missed_comes_first_then_what_is_new(
    follow: Follow, library: LibraryDocument, mongo_client: Client
) -> None:
    for number in range(2, 26):
        await write_words(mongo_client, library, f"missed {number}")
    async with follow(SEQUENCES, after=1) as events:
        missed = [(await soon(events))["sequence"] for _ in range(24)]
        await write_words(mongo_client, library, "new")
        assert (await soon(events))["sequence"] == 26
    assert missed == list(range(2, 26))


async def test_without_a_sequence_only_what_is_new_comes(
    follow: Follow, library: LibraryDocument, mongo_client: Client
) -> None:
    async with follow() as events, asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(soon(events))
        await asyncio.sleep(0.2)
        (word,) = await write_words(mongo_client, library, "new")
        change = await waiting
    (entry,) = change["entries"]
    assert change["sequence"] == 2
    assert (entry["kind"], entry["operation"], entry["version"]) == ("WORD", "CREATED", 1)
    assert entry["node"] == {"id": entry["id"], "text": word.text}


async def test_a_change_tells_what_was_updated_and_deleted(
    follow: Follow, library: LibraryDocument, mongo_client: Client
) -> None:
    kept, gone = await write_words(mongo_client, library, "kept", "gone")

    async def change_both(unit: UnitOfWork) -> None:
        kept.text = "renamed"
        await unit.replace([kept])
        await unit.delete([gone])

    await run_in_transaction(mongo_client, library.id, change_both)
    async with follow(after=2) as events:
        updated, deleted = (await soon(events))["entries"]
    assert (updated["operation"], updated["version"]) == ("UPDATED", 2)
    assert updated["node"]["text"] == "renamed"
    assert (deleted["operation"], deleted["node"]) == ("DELETED", None)


async def test_each_change_reads_its_nodes_anew(
    follow: Follow, library: LibraryDocument, mongo_client: Client
) -> None:
    async with follow(after=1) as events:
        (word,) = await write_words(mongo_client, library, "first")
        first = await soon(events)

        async def rename(unit: UnitOfWork) -> None:
            word.text = "second"
            await unit.replace([word])

        await run_in_transaction(mongo_client, library.id, rename)
        second = await soon(events)
    texts = [change["entries"][0]["node"]["text"] for change in (first, second)]
    assert texts == ["first", "second"]


@pytest.mark.parametrize("words", [1, 50])
async def test_the_nodes_of_a_change_are_read_by_one_command(
    follow: Follow, library: LibraryDocument, mongo_client: Client, commands: Any, words: int
) -> None:
    await write_words(mongo_client, library, *map(str, range(words)))
    async with follow(after=1) as events:
        await soon(events)
        assert commands.names() == ["find", "find", "find"]  # library, changes, words


async def test_many_followers_cost_no_more_commands_than_one(
    follow: Follow, library: LibraryDocument, mongo_client: Client, commands: Any
) -> None:
    async def first_of(events: Events) -> Any:
        return await soon(events)

    async with asyncio.TaskGroup() as tasks:
        followers = [follow(SEQUENCES, after=1) for _ in range(20)]
        streams = [await follower.__aenter__() for follower in followers]
        waiting = [tasks.create_task(first_of(events)) for events in streams]
        await asyncio.sleep(0.5)
        commands.sent.clear()
        await asyncio.sleep(0.5)
        while_quiet = len(commands.sent)
        commands.sent.clear()
        await write_words(mongo_client, library, "new")
        changes = [(await each)["sequence"] for each in waiting]
        reads = commands.names().count("find")
    for follower in followers:
        await follower.__aexit__(None, None, None)
    assert changes == [2] * 20
    assert while_quiet <= 10
    assert reads <= 8


async def test_a_sequence_of_the_future_is_refused(
    follow: Follow, library: LibraryDocument
) -> None:
    for after in (-1, 2):
        async with follow(after=after) as events:
            assert await soon(events) == "BAD_USER_INPUT"


async def test_an_unknown_library_is_refused(follow: Follow, library: LibraryDocument) -> None:
    async with follow(library="unknown") as events:
        assert await soon(events) == "NOT_FOUND"


async def test_changes_that_are_not_kept_any_more_are_told(
    follow: Follow, library: LibraryDocument, mongo_client: Client, services: Services
) -> None:
    for text in ("two", "three"):
        await write_words(mongo_client, library, text)
    old = {"library_id": library.id, "sequence": {"$lte": 2}}
    await services.database["changes"].delete_many(old)
    async with follow(SEQUENCES, after=0) as events:
        assert await soon(events) == "CHANGES_GONE"
    async with follow(SEQUENCES, after=2) as events:
        assert (await soon(events))["sequence"] == 3


@pytest.mark.parametrize("is_caught_up", [True, False])
async def test_a_deletion_ends_the_stream(
    follow: Follow, library: LibraryDocument, services: Services, is_caught_up: bool
) -> None:
    libraries = services.database["libraries"]
    async with follow(SEQUENCES, after=0) as events:
        assert (await soon(events))["sequence"] == 1
        if not is_caught_up:
            # As while it is being erased: some of its log is gone already.
            change = {"library_id": library.id, "sequence": 9, "entries": []}
            await services.database["changes"].insert_one({"_id": ObjectId(), **change})
        await libraries.update_one(
            {"_id": library.id}, {"$set": {"state": LibraryState.DELETING.value}}
        )
        assert await soon(events) == "LIBRARY_DELETED"
        with pytest.raises(StopAsyncIteration):
            await soon(events)


async def test_subscriptions_are_limited_and_places_become_free_again(
    follow: Follow, library: LibraryDocument, services: Services
) -> None:
    feed = ChangeFeed(services.database, FollowerPlaces(1))
    first = feed.follow("followed", 0)
    assert (await anext(first))["sequence"] == 1
    async with aclosing(feed.follow("followed", 0)) as second:
        with pytest.raises(Exception, match="as many subscriptions"):
            await anext(second)
    await first.aclose()
    async with aclosing(feed.follow("followed", 0)) as third:
        assert (await anext(third))["sequence"] == 1
