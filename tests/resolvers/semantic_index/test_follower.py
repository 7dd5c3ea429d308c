"""The index of a process follows what any process commits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from batches import LIBRARY_KEY, call, target, word
from bson import ObjectId
from following import find, other_process
from pymongo.errors import AutoReconnect

from documents.base import EntityKind
from documents.definition import DefinitionDocument
from documents.library import LibraryDocument
from documents.word import WordDocument
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.searching import search
from resolvers.searching.page import SearchPosition
from resolvers.searching.request import SearchRequest
from resolvers.searching.search import search_library
from resolvers.semantic_index import change_log, reading
from resolvers.semantic_index.columns import SearchFilter
from resolvers.semantic_index.id_set import to_object_ids
from resolvers.semantic_index.passage_index import PassageQuery
from resolvers.transfer.embed import embed_missing
from resolvers.writing.definition import update_definitions
from resolvers.writing.items import DefinitionUpdate, Reference, WordUpdate
from resolvers.writing.word import create_words, delete_words, update_words


@pytest.mark.usefixtures("library")
async def test_a_search_finds_what_another_process_committed_just_before(
    context: Context, tmp_path: Path
) -> None:
    other = other_process(context, tmp_path)
    assert await find(other, "outside of bread", 1) == ["crust"]
    await create_words(context, call(word("rind", "the tough outside of cheese")))
    assert await find(other, "tough outside of cheese", 1) == ["rind"]


@pytest.mark.usefixtures("library")
async def test_a_deleted_word_is_not_found_any_more(context: Context, tmp_path: Path) -> None:
    other = other_process(context, tmp_path)
    assert await find(other, "hard outside of a loaf", 1) == ["crust"]
    crust = await WordDocument.find_one({"text": "crust"})
    assert crust is not None
    await delete_words(context, call(target(crust), cascade=True))
    assert "crust" not in await find(other, "hard outside of a loaf", 10)


@pytest.mark.usefixtures("library")
async def test_a_word_that_is_renamed_is_found_by_its_new_headword(
    context: Context, tmp_path: Path
) -> None:
    other = other_process(context, tmp_path)
    assert await find(other, "hurricane", 1) != ["hurricane"]
    storm = await WordDocument.find_one({"text": "storm"})
    assert storm is not None
    await update_words(context, call(WordUpdate(id=target(storm).id, text="hurricanes")))
    assert await find(other, "hurricane", 1) == ["hurricanes"]


@pytest.mark.usefixtures("library")
async def test_a_word_that_changes_its_language_changes_its_filter(context: Context) -> None:
    french = frozenset({"fr"})
    assert await find(context, "rain", 10, languages=french) == ["pluie"]
    storm = await WordDocument.find_one({"text": "storm"})
    assert storm is not None
    reference = target(storm).id
    await update_words(context, call(WordUpdate(id=reference, language="fr")))
    assert set(await find(context, "rain", 10, languages=french)) == {"pluie", "storm"}


@pytest.mark.usefixtures("library")
async def test_an_index_far_behind_follows_in_portions(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await find(context, "hard outside of a loaf", 1) == ["crust"]
    monkeypatch.setattr(change_log, "CHANGES_AT_ONCE", 2)
    await create_words(context, call(word("rind", "the tough outside of cheese")))
    await create_words(context, call(word("shell", "the hard outside of an egg")))
    assert await find(context, "hard outside of an egg", 1) == ["shell"]
    assert await find(context, "tough outside of cheese", 1) == ["rind"]


async def test_a_transaction_that_changed_nothing_is_followed_like_any_other(
    context: Context, library: LibraryDocument
) -> None:
    await find(context, "rain")
    storm = await WordDocument.find_one({"text": "storm"})
    assert storm is not None
    same = call(WordUpdate(id=target(storm).id, text="storm"))
    # Its key is remembered, so it is a transaction although everything is there already.
    await update_words(context, replace(same, idempotency_key="once"))
    noted = await LibraryDocument.get(library.id)
    assert noted is not None
    follower = await context.services.semantic_indexes.of(noted)
    assert await follower.reach(noted.sequence)


async def test_a_failure_while_following_leaves_the_index_as_it_was(
    context: Context, library: LibraryDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await LibraryDocument.get(library.id)
    assert before is not None
    assert await find(context, "hard outside of a loaf", 1) == ["crust"]
    crust = await DefinitionDocument.find_one({"text": "the hard outside of a loaf of bread"})
    assert crust is not None
    reference = Reference(str(crust.id), EntityKind.DEFINITION, crust.id)
    await update_definitions(context, call(DefinitionUpdate(id=reference, domain="food")))

    async def fail(*_: object) -> dict[ObjectId, str]:
        raise AutoReconnect("the store is away")

    with monkeypatch.context() as patched:
        patched.setattr(reading, "foreign_languages", fail)
        with pytest.raises(AutoReconnect):
            await find(context, "hard outside of a loaf", 1)
    # A search that began before the change may come now.
    index = await context.services.semantic_indexes.of(before)
    anything = PassageQuery(np.ones(256, dtype=np.float32), SearchFilter(), 10)
    found = await index.search(anything, before.sequence)
    assert crust.id in to_object_ids(found.passages)


async def test_a_definition_is_found_once_its_vector_is_there(
    context: Context, library: LibraryDocument, tmp_path: Path
) -> None:
    await find(context, "rain")
    embeddings = context.services.database["embeddings"]
    definition = await DefinitionDocument.find_one({"text": "strong wind with heavy rain"})
    assert definition is not None
    await embeddings.delete_one({"library_id": library.id, "text_hash": definition.text_hash})
    other = other_process(context, tmp_path)
    assert "storm" not in await find(other, "strong wind", 10)
    async for progress in embed_missing(context, library):
        assert progress.texts_embedded == 1
    assert await find(other, "strong wind", 1) == ["storm"]


@pytest.mark.usefixtures("library")
async def test_pages_of_results_follow_each_other_without_gap_or_overlap(context: Context) -> None:
    whole = await search_library(context, SearchRequest(LIBRARY_KEY, text="rain"), limit=10)
    assert [hit.rank for hit in whole.hits] == [1, 2, 3, 4]
    assert not whole.has_next
    paged, after = [], None
    for _ in range(4):
        page = await search_library(
            context, SearchRequest(LIBRARY_KEY, text="rain"), limit=1, after=after
        )
        hit = page.hits[0]
        paged.append(hit)
        after = SearchPosition(hit.score, hit.id, hit.rank)
    assert paged == whole.hits


@pytest.mark.usefixtures("library")
async def test_no_filter_allows_everything_and_an_empty_one_nothing(context: Context) -> None:
    assert len(await find(context, "rain", 10, languages=None)) == 4
    assert await find(context, "rain", 10, languages=frozenset()) == []
    assert await find(context, "rain", 10, part_of_speech=frozenset()) == []


@pytest.mark.usefixtures("library")
async def test_results_end_at_the_greatest_depth(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_DEPTH", 3)
    request = SearchRequest(LIBRARY_KEY, text="rain")
    first = await search_library(context, request, limit=2)
    assert first.has_next
    hit = first.hits[-1]
    after = SearchPosition(hit.score, hit.id, hit.rank)
    last = await search_library(context, request, limit=2, after=after)
    assert [hit.rank for hit in last.hits] == [3]
    assert not last.has_next
    hit = last.hits[-1]
    after = SearchPosition(hit.score, hit.id, hit.rank)
    assert (await search_library(context, request, limit=2, after=after)).hits == []


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (SearchRequest(LIBRARY_KEY, text="  \n "), "in a few words"),
        (SearchRequest(LIBRARY_KEY, text="x" * 2001), "2,001 characters"),
        (SearchRequest(LIBRARY_KEY, text="rain\ud800"), "U\\+D800"),
        (SearchRequest(LIBRARY_KEY, text="\x00"), "U\\+0000"),
        (SearchRequest(LIBRARY_KEY, vector=[1.0, 2.0]), "2 numbers"),
        (SearchRequest(LIBRARY_KEY, vector=[0.0] * 256), "all be zero"),
        (SearchRequest(LIBRARY_KEY, vector=[float("nan")] * 256), "within"),
        (SearchRequest(LIBRARY_KEY, vector=[1e300] * 256), "within"),
        (SearchRequest(LIBRARY_KEY, vector=[1e16] * 256), "within"),
    ],
)
async def test_a_question_that_cannot_be_asked_is_refused(
    context: Context, request_: SearchRequest, message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        await search_library(context, request_, limit=3)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("text", ["🌧️", "雨が降る", "the of and"])
async def test_any_text_gets_an_answer(context: Context, text: str) -> None:
    assert len(await find(context, text, 10)) == 4
