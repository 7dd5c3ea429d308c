"""Transactions through an unmodified driver."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError, OperationFailure

Client = AsyncMongoClient[dict[str, Any]]
Words = AsyncCollection[dict[str, Any]]
WRITE_CONFLICT, NO_SUCH_TRANSACTION = 112, 251


async def test_a_transaction_sees_its_own_writes_and_nobody_else_does(
    mongo_client: Client, words: Words
) -> None:
    await words.insert_one({"_id": 1})
    async with mongo_client.start_session() as session, await session.start_transaction():
        await words.insert_one({"_id": 2}, session=session)
        await words.update_one({"_id": 1}, {"$set": {"text": "run"}}, session=session)
        assert await words.count_documents({}, session=session) == 2
        assert await words.find_one({"_id": 1}, session=session) == {"_id": 1, "text": "run"}
        assert await words.find().to_list() == [{"_id": 1}]
    assert await words.count_documents({"text": "run"}) == 1


async def test_an_aborted_transaction_leaves_nothing_in_any_collection(
    mongo_client: Client, words: Words
) -> None:
    other = words.database[f"{words.name}_other"]
    async with mongo_client.start_session() as session:
        await session.start_transaction()
        await words.insert_one({}, session=session)
        await other.insert_one({}, session=session)
        await session.abort_transaction()
    assert await words.count_documents({}) == await other.count_documents({}) == 0
    assert words.name not in await words.database.list_collection_names()


async def test_a_transaction_reads_one_snapshot(mongo_client: Client, words: Words) -> None:
    await words.insert_one({"_id": 1, "n": 1})
    async with mongo_client.start_session() as session, await session.start_transaction():
        assert await words.find_one({"_id": 1}, session=session) == {"_id": 1, "n": 1}
        await words.update_one({"_id": 1}, {"$set": {"n": 2}})
        assert await words.find_one({"_id": 1}, session=session) == {"_id": 1, "n": 1}


async def test_the_second_writer_of_a_document_gets_a_transient_write_conflict(
    mongo_client: Client, words: Words
) -> None:
    await words.insert_one({"_id": 1})
    async with mongo_client.start_session() as first, mongo_client.start_session() as second:
        await first.start_transaction()
        await second.start_transaction()
        await words.update_one({"_id": 1}, {"$set": {"by": 1}}, session=first)
        with pytest.raises(OperationFailure) as caught:
            await words.update_one({"_id": 1}, {"$set": {"by": 2}}, session=second)
        assert caught.value.code == WRITE_CONFLICT
        assert caught.value.has_error_label("TransientTransactionError")
        await first.commit_transaction()
    assert await words.find_one({"_id": 1}) == {"_id": 1, "by": 1}


async def test_a_writer_whose_snapshot_is_too_old_gets_a_write_conflict(
    mongo_client: Client, words: Words
) -> None:
    await words.insert_one({"_id": 1, "n": 0})
    async with mongo_client.start_session() as session:
        await session.start_transaction()
        await words.find_one({"_id": 1}, session=session)
        await words.update_one({"_id": 1}, {"$inc": {"n": 1}})
        with pytest.raises(OperationFailure) as caught:
            await words.update_one({"_id": 1}, {"$inc": {"n": 1}}, session=session)
        assert caught.value.code == WRITE_CONFLICT
    assert await words.find_one({"_id": 1}) == {"_id": 1, "n": 1}


async def test_with_transaction_retries_until_every_increment_counts(
    mongo_client: Client, words: Words
) -> None:
    await words.insert_one({"_id": 1, "n": 0})

    async def increment(session: AsyncClientSession) -> None:
        found = await words.find_one({"_id": 1}, session=session)
        assert found is not None
        await words.update_one({"_id": 1}, {"$set": {"n": found["n"] + 1}}, session=session)

    async def work() -> None:
        async with mongo_client.start_session() as session:
            for _ in range(5):
                await session.with_transaction(increment)

    await asyncio.gather(*(work() for _ in range(4)))
    assert await words.find_one({"_id": 1}) == {"_id": 1, "n": 20}


async def lose_a_conflict(words: Words, session: AsyncClientSession) -> None:
    await session.start_transaction()
    await words.find_one({}, session=session)
    await words.insert_one({})
    with pytest.raises(OperationFailure, match="changed by another writer"):
        await words.insert_one({}, session=session)
    await session.abort_transaction()


async def test_reading_after_a_lost_conflict_holds_writers_up_for_a_moment_only(
    mongo_client: Client, words: Words, embedded_only: None
) -> None:
    async with mongo_client.start_session() as session:
        await lose_a_conflict(words, session)
        await session.start_transaction()
        assert await words.count_documents({}, session=session) == 1
        await asyncio.wait_for(words.insert_one({}), 10)
        assert await words.count_documents({}, session=session) == 1
        with pytest.raises(OperationFailure) as caught:
            await words.insert_one({}, session=session)
        assert caught.value.code == WRITE_CONFLICT


async def test_a_retry_that_reads_first_comes_through_a_stream_of_other_writes(
    mongo_client: Client, words: Words, embedded_only: None
) -> None:
    await words.insert_one({"_id": 1, "n": 0})
    attempts = 0

    async def increment(session: AsyncClientSession) -> None:
        nonlocal attempts
        attempts += 1
        found = await words.find_one({"_id": 1}, session=session)
        await asyncio.sleep(0.1)
        assert found is not None
        await words.update_one({"_id": 1}, {"$set": {"n": found["n"] + 1}}, session=session)

    async def write_on() -> None:
        while True:
            await words.update_one({"_id": 1}, {"$inc": {"n": 1}})

    stream = asyncio.ensure_future(write_on())
    async with mongo_client.start_session() as session:
        await session.with_transaction(increment)
    stream.cancel()
    assert attempts <= 2


async def test_readers_do_not_wait_for_a_writer(mongo_client: Client, words: Words) -> None:
    await words.insert_one({"_id": 1})
    async with mongo_client.start_session() as session, await session.start_transaction():
        await words.insert_one({"_id": 2}, session=session)
        started = time.monotonic()
        assert await words.find().to_list() == [{"_id": 1}]
        assert time.monotonic() - started < 1


async def test_a_failed_statement_ends_the_transaction(mongo_client: Client, words: Words) -> None:
    await words.insert_one({"_id": 1})
    async with mongo_client.start_session() as session:
        await session.start_transaction()
        await words.insert_one({"_id": 2}, session=session)
        with pytest.raises(DuplicateKeyError):
            await words.insert_one({"_id": 1}, session=session)
        with pytest.raises(OperationFailure) as caught:
            await words.find_one({}, session=session)
        assert caught.value.code == NO_SUCH_TRANSACTION
        await session.abort_transaction()
    assert await words.find().to_list() == [{"_id": 1}]


async def test_a_write_outside_waits_for_the_transaction_that_writes(
    mongo_client: Client, words: Words
) -> None:
    async with mongo_client.start_session() as session:
        await session.start_transaction()
        await words.insert_one({"_id": 1}, session=session)
        outside = asyncio.ensure_future(words.insert_one({"_id": 2}))
        await asyncio.sleep(0.1)
        assert not outside.done()
        await session.commit_transaction()
        await outside
    assert await words.count_documents({}) == 2


async def test_a_commit_that_is_sent_again_succeeds_again(
    mongo_client: Client, words: Words
) -> None:
    async with mongo_client.start_session() as session:
        await session.start_transaction()
        await words.insert_one({}, session=session)
        await session.commit_transaction()
        await session.commit_transaction()
    assert await words.count_documents({}) == 1


async def test_what_a_dead_client_left_running_is_aborted(
    store_uri: str, words: Words, embedded_only: None
) -> None:
    await words.insert_one({"_id": 1})
    code = (
        "import sys; from pymongo import MongoClient\n"
        "words = MongoClient(sys.argv[1])[sys.argv[2]][sys.argv[3]]\n"
        "session = words.database.client.start_session(); session.start_transaction()\n"
        "words.insert_one({'_id': 2}, session=session)\n"
        "sys.stdout.write('written'); sys.stdout.flush(); sys.stdin.read()"
    )
    arguments = [store_uri, words.database.name, words.name]
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, *arguments, stdin=PIPE, stdout=PIPE
    )
    assert client.stdout is not None
    assert await client.stdout.readexactly(7) == b"written"
    waiting = asyncio.ensure_future(words.insert_one({"_id": 2, "again": True}))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    client.kill()
    await asyncio.wait_for(waiting, 5)
    await client.wait()
    assert await words.find_one({"_id": 2}) == {"_id": 2, "again": True}


async def test_causal_sessions_hand_the_time_of_their_last_operation_back(words: Words) -> None:
    async with words.database.client.start_session(causal_consistency=True) as session:
        await words.insert_one({"_id": 1}, session=session)
        written = session.operation_time
        assert await words.find_one({}, session=session) == {"_id": 1}
        assert written is not None
        assert session.operation_time is not None
        assert session.operation_time > written


@pytest.mark.parametrize("concern", [{"writeConcern": {"w": 1}}, {"readConcern": {}}])
async def test_a_statement_inside_a_transaction_has_no_concern_of_its_own(
    words: Words, concern: dict[str, Any]
) -> None:
    await words.insert_one({"_id": 1})
    async with words.database.client.start_session() as session:
        await session.start_transaction()
        await words.find_one({}, session=session)
        update = {"update": words.name, "updates": [{"q": {}, "u": {"$set": {"n": 1}}}], **concern}
        with pytest.raises(OperationFailure) as caught:
            await words.database.command(update, session=session)
    assert caught.value.code == 72


async def test_replies_carry_the_time_of_the_cluster(words: Words) -> None:
    async with words.database.client.start_session() as session:
        await words.insert_one({}, session=session)
        assert session.cluster_time is not None
        assert session.cluster_time["clusterTime"] == session.operation_time


async def test_a_transaction_indexes_only_collections_that_it_made(words: Words) -> None:
    await words.database.create_collection(words.name)
    made = words.database[f"{words.name}_made"]
    async with words.database.client.start_session() as session:
        async with await session.start_transaction():
            await made.create_index("text", session=session)
        assert "text_1" in await made.index_information()
        await session.start_transaction()
        with pytest.raises(OperationFailure) as caught:
            await words.create_index("text", session=session)
    assert caught.value.code == 263
    await made.drop()
