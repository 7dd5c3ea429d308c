"""A library gets another embedding model while it is searched and written by the one it has."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batches import LIBRARY_KEY, call, count, word
from following import find, other_process
from jobs import job, make_due
from models import DIMENSION, lay_table

from documents.job import JobState
from documents.library import LibraryDocument
from infra.embeddings.registry import Embedders
from resolvers import embedding
from resolvers.context import Context, Services
from resolvers.errors import UserErrorCode
from resolvers.job_requests import JobRequest
from resolvers.job_works import WORKS
from resolvers.jobs import runner
from resolvers.jobs.queue import cancel
from resolvers.jobs.runner import JobRunner
from resolvers.reembedding import work
from resolvers.reembedding.request import ModelWish, request_dropping, request_reembedding
from resolvers.transfer.embed import embed_missing
from resolvers.writing.word import create_words

WORDS = [word("kettle", "A vessel for boiling water."), word("stool", "A seat without a back.")]
STATIC = ModelWish("static")
HASHING = ModelWish("hashing")


@pytest.fixture
async def filled(context: Context, library: LibraryDocument) -> LibraryDocument:
    """Two words embedded by hashing, and a table that waits to embed them."""
    lay_table(context.services.settings.data_dir)
    await create_words(context, call(*WORDS))
    return library


async def ask(context: Context, wish: ModelWish = STATIC) -> JobRequest:
    return await request_reembedding(context, LIBRARY_KEY, wish)


async def do_jobs(context: Context) -> None:
    assert await JobRunner(context.services, WORKS).run_next()


async def state_of(context: Context, asked: JobRequest) -> dict[str, Any]:
    assert asked.job_id is not None, asked.errors
    return await job(context, asked.job_id)


async def reembed(context: Context, wish: ModelWish = STATIC) -> None:
    asked = await ask(context, wish)
    await do_jobs(context)
    done = await state_of(context, asked)
    assert done["state"] == JobState.DONE, done


async def die(*_: Any) -> Any:
    """End as a worker does."""
    raise asyncio.CancelledError


def without_loaded_models(context: Context) -> Services:
    return replace(context.services, embedders=Embedders(context.services.settings))


async def now() -> LibraryDocument:
    library = await LibraryDocument.find_one({"key": LIBRARY_KEY})
    assert library is not None
    return library


async def vectors_of(context: Context, provider: str) -> int:
    stored = await context.services.database["embeddings"].find().to_list()
    return sum(row["model"].startswith(provider) for row in stored)


@pytest.mark.usefixtures("filled")
async def test_every_process_answers_by_the_new_model_after_the_job_and_by_the_old_one_before(
    context: Context, tmp_path: Path
) -> None:
    first, second = (other_process(context, tmp_path) for _ in range(2))
    asked = await ask(first)
    for each in (first, second):
        assert await find(each, "boiling water", 1) == ["kettle"]
    assert (await now()).embedding.provider == "hashing"

    await do_jobs(first)
    done = await state_of(context, asked)
    assert (done["state"], done["result"]["provider"]) == ("done", "static")
    assert done["progress"]["message"] == "indexing words"
    library = await now()
    assert library.embedding.dimension == DIMENSION
    assert library.former_embedding is not None
    assert library.former_embedding.provider == "hashing"
    assert library.next_embedding is None
    for each in (first, second):
        assert await find(each, "A seat without a back.", 1) == ["stool"]
        follower = await each.services.semantic_indexes.of(library)
        assert [len(source.index.index) for source in follower.sources.values()] == [2, 0, 2]
        await each.services.semantic_indexes.close()


@pytest.mark.usefixtures("filled")
async def test_the_way_back_embeds_only_what_was_written_since(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reembed(context)
    await create_words(context, call(word("ladle", "A spoon for soup.")))
    embedded: list[str] = []
    embed = embedding._embed

    def noted(context: Context, library_id: Any, model: Any, texts: dict[bytes, str]) -> Any:
        embedded.extend(texts.values())
        return embed(context, library_id, model, texts)

    monkeypatch.setattr(embedding, "_embed", noted)
    await reembed(context, HASHING)
    assert set(embedded) == {"ladle", "A spoon for soup."}
    assert await find(context, "a spoon", 1) == ["ladle"]


@pytest.mark.usefixtures("filled")
async def test_vectors_of_the_model_before_the_former_one_are_removed(context: Context) -> None:
    await reembed(context)
    assert [await vectors_of(context, each) for each in ("hashing", "static")] == [4, 4]
    lay_table(context.services.settings.data_dir, seed=1)
    await reembed(context)
    assert [await vectors_of(context, each) for each in ("hashing", "static")] == [0, 8]


@pytest.mark.usefixtures("filled")
async def test_the_former_vectors_are_removed_when_that_is_asked_for(context: Context) -> None:
    await reembed(context)
    asked = await request_dropping(context, LIBRARY_KEY)
    await do_jobs(context)
    assert (await state_of(context, asked))["result"] == {"dropped": 4}
    assert (await now()).former_embedding is None
    assert await count(context, "embeddings") == 4
    assert await find(context, "A seat without a back.", 1) == ["stool"]


Change = Callable[[], Awaitable[object]]


async def reembed_while(
    context: Context, monkeypatch: pytest.MonkeyPatch, step: str, change: Change
) -> None:
    """Let something happen as soon as a step of the job has been done for the first time."""
    real = getattr(work, step)

    async def then_change(*arguments: Any) -> Any:
        monkeypatch.setattr(work, step, real)
        result = await real(*arguments)
        await change()
        return result

    monkeypatch.setattr(work, step, then_change)
    await reembed(context)


@pytest.mark.parametrize("step", ["_change_library", "_embed_all", "_build", "_catch_up"])
@pytest.mark.usefixtures("filled")
async def test_what_is_written_meanwhile_is_embedded_by_both_models(
    context: Context, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    async def write() -> None:
        await create_words(Context(context.services), call(word("ladle", "A spoon for soup.")))
        for provider in ("hashing", "static"):
            assert await vectors_of(context, provider) >= 1
        assert await find(context, "a spoon", 1) == ["ladle"]

    await reembed_while(context, monkeypatch, step, write)
    assert [await vectors_of(context, each) for each in ("hashing", "static")] == [6, 6]
    assert await find(context, "A spoon for soup.", 1) == ["ladle"]


@pytest.mark.parametrize("step", ["_embed_all", "_build", "_catch_up"])
@pytest.mark.usefixtures("filled")
async def test_texts_that_come_without_vectors_have_them_before_the_switch(
    context: Context, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    async def bring() -> None:
        # As an import does, and as writers do that the provider has failed.
        await create_words(Context(context.services), call(word("ladle", "A spoon for soup.")))
        await context.services.database["embeddings"].delete_many(
            {"model": {"$gt": "static"}, "text_hash": embedding.hash_text("A spoon for soup.")}
        )

    await reembed_while(context, monkeypatch, step, bring)
    assert await vectors_of(context, "static") == 6
    assert await find(context, "A spoon for soup.", 1) == ["ladle"]


@pytest.mark.usefixtures("filled")
async def test_a_writer_is_not_held_up_by_a_provider_that_fails(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def write() -> None:
        table = next(context.services.settings.data_dir.glob("models/static/*.npz"))
        hidden = table.rename(table.with_suffix(".away"))
        services = replace(
            context.services, embedders=type(context.services.embedders)(context.services.settings)
        )
        result = await create_words(Context(services), call(word("ladle", "A spoon for soup.")))
        assert result.errors == ()
        hidden.rename(table)

    await reembed_while(context, monkeypatch, "_build", write)
    assert await vectors_of(context, "static") == 6


@pytest.mark.usefixtures("filled")
async def test_texts_that_wait_for_a_vector_have_one_of_the_new_model(context: Context) -> None:
    database = context.services.database
    rows = await database["embeddings"].find().to_list()
    await database["embeddings"].delete_many({})
    keys = ("library_id", "text_hash")
    await database["pending_texts"].insert_many([{key: row[key] for key in keys} for row in rows])
    await reembed(context)
    assert await count(context, "pending_texts") == 0
    assert await vectors_of(context, "static") == 4


@pytest.mark.usefixtures("filled")
async def test_a_run_that_was_cut_off_goes_on_where_it_was(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded: list[str] = []
    make = work.make_vectors_of

    async def noted(*arguments: Any) -> Any:
        vectors = await make(*arguments)
        embedded.extend(key.text_hash.hex() for key in vectors.made)
        return vectors

    monkeypatch.setattr(work, "make_vectors_of", noted)
    asked = await ask(context)
    for step in ("_build", "_switch", "drop_unused"):
        with monkeypatch.context() as patched:
            patched.setattr(work, step, die)
            with pytest.raises(asyncio.CancelledError):
                await do_jobs(context)
        assert (await state_of(context, asked))["state"] == "waiting"
        provider = "static" if step == "drop_unused" else "hashing"
        assert (await now()).embedding.provider == provider
    await do_jobs(context)
    assert (await state_of(context, asked))["state"] == "done"
    assert len(embedded) == 4
    former = (await now()).former_embedding
    assert former is not None
    assert former.provider == "hashing"


@pytest.mark.parametrize("is_begun", [False, True])
@pytest.mark.usefixtures("filled")
async def test_a_job_that_is_called_off_leaves_the_library_with_its_model(
    context: Context, monkeypatch: pytest.MonkeyPatch, is_begun: bool
) -> None:
    asked = await ask(context)
    if is_begun:
        with monkeypatch.context() as patched:
            patched.setattr(work, "_build", die)
            with pytest.raises(asyncio.CancelledError):
                await do_jobs(context)
        assert (await now()).next_embedding is not None
    assert asked.job_id is not None
    await cancel(context.services.database, asked.job_id)
    await JobRunner(context.services, WORKS).run_next()
    assert (await state_of(context, asked))["state"] == "cancelled"
    library = await now()
    assert (library.embedding.provider, library.next_embedding) == ("hashing", None)
    assert await find(context, "boiling water", 1) == ["kettle"]
    await create_words(context, call(word("ladle", "A spoon for soup.")))
    assert await vectors_of(context, "hashing") == 6


@pytest.mark.usefixtures("filled")
async def test_a_job_whose_model_fails_ends_with_its_code_and_is_taken_back(
    context: Context,
) -> None:
    asked = await ask(context)
    data_dir = context.services.settings.data_dir
    for path in data_dir.glob("models/static/*.npz"):
        path.unlink()
    await do_jobs(Context(without_loaded_models(context)))
    failed = await state_of(context, asked)
    assert (failed["state"], failed["error"]["code"]) == ("failed", "EMBEDDING_WEIGHTS_MISSING")
    library = await now()
    assert (library.embedding.provider, library.next_embedding) == ("hashing", None)


@pytest.mark.usefixtures("filled")
async def test_a_job_at_which_all_workers_died_is_taken_back(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await ask(context)
    monkeypatch.setattr(work, "_build", die)
    with pytest.raises(asyncio.CancelledError):
        await do_jobs(context)
    assert (await now()).next_embedding is not None
    dead = {"attempts": runner.MAX_ATTEMPTS}
    await context.services.database["jobs"].update_one({}, {"$set": dead})
    await make_due(context)
    await do_jobs(context)
    assert (await state_of(context, asked))["error"]["code"] == "JOB_ABANDONED"
    assert (await now()).next_embedding is None


@pytest.mark.usefixtures("filled")
async def test_one_model_at_a_time_may_follow(context: Context) -> None:
    asked = await ask(context)
    assert (await ask(context)).job_id == asked.job_id
    lay_table(context.services.settings.data_dir, seed=2)
    refused = await ask(context)
    assert [error.code for error in refused.errors] == [UserErrorCode.UNDER_WAY]
    assert asked.job_id is not None
    await cancel(context.services.database, asked.job_id)
    assert (await ask(context)).job_id not in (None, asked.job_id)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("wish", "field", "told"),
    [
        (HASHING, "provider", "already"),
        (ModelWish("astrology"), "provider", "no embedding provider"),
        (ModelWish("hashing", "tea-leaves"), "name", "It has: character-ngrams-1."),
        (ModelWish("static", "minilm-0000000000000000"), "name", "It has: minilm-"),
    ],
)
async def test_a_model_that_cannot_be_had_is_refused(
    context: Context, wish: ModelWish, field: str, told: str
) -> None:
    lay_table(context.services.settings.data_dir)
    (error,) = (await ask(context, wish)).errors
    assert (error.code, error.field) == (UserErrorCode.INVALID_VALUE, (field,))
    assert told in error.message
    assert await count(context, "jobs") == 0


async def test_a_library_that_is_not_there_is_told(context: Context) -> None:
    for asked in (await ask(context, HASHING), await request_dropping(context, LIBRARY_KEY)):
        assert [error.code for error in asked.errors] == [UserErrorCode.NOT_FOUND]


async def test_texts_of_an_import_that_ends_after_the_switch_are_embedded_by_the_new_model(
    context: Context, filled: LibraryDocument
) -> None:
    await reembed(context)
    text = embedding.hash_text("A seat without a back.")
    await context.services.database["embeddings"].delete_many({"text_hash": text})
    # The import read the library when it still had the old model.
    async for progress in embed_missing(context, filled):
        assert progress.texts_embedded == 1
    assert await find(context, "A seat without a back.", 1) == ["stool"]
