"""A library whose vectors lie in a Milvus is searched as one in files is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batches import LIBRARY_KEY, call, created_id, refer, refer_to, refusals, statuses, word
from following import find
from jobs import runner

from documents.base import EntityKind
from documents.library import LibraryDocument
from documents.vocabulary import IndexKind, PartOfSpeech
from infra.entrypoints.milvus import MilvusEngines
from resolvers.context import Context, Services
from resolvers.index_rebuilding import rebuild_index
from resolvers.index_registry import SemanticIndexes
from resolvers.restrictions.word_columns import WordWish
from resolvers.searching.request import SearchRequest, SearchTarget
from resolvers.searching.search import SearchResult, search_library
from resolvers.semantic_index.engines import EnginePassages
from resolvers.semantic_index.sources import DEFINITIONS
from resolvers.writing.document import create_documents
from resolvers.writing.items import IndexItem, LibraryUpdate, NewDocument, Removal
from resolvers.writing.library import update_libraries
from resolvers.writing.word import create_words, delete_words
from vectorindex.errors import EngineError

REQUESTS: list[dict[str, Any]] = [
    {"text": "rain"},
    {"text": "the hard outside of a loaf", "languages": frozenset({"en"})},
    {"text": "water from clouds", "languages": frozenset({"fr"})},
    {"text": "rain", "languages": frozenset()},
    {"text": "rain", "part_of_speech": frozenset({PartOfSpeech.NOUN})},
    {"text": "rain", "words": WordWish(pattern="*a*")},
    {"text": "rain", "words": WordWish(shortest=100)},
    {"text": "weather", "target": SearchTarget.CHUNKS},
    {"text": "weather", "target": SearchTarget.CHUNKS, "chunk_query": {"position": 0}},
    {"text": "weather", "target": SearchTarget.DOCUMENTS},
]


@pytest.fixture(scope="module")
def engines(services: Services, request: pytest.FixtureRequest) -> Iterator[MilvusEngines]:
    # Not before there is a client of the store, which would leave while a Milvus starts.
    opened = MilvusEngines(request.getfixturevalue("milvus_address"))
    yield opened
    opened.close()


def process_of(context: Context, folder: Path, engines: MilvusEngines | None) -> Context:
    indexes = SemanticIndexes(context.services.database, folder, engines=engines)
    return Context(replace(context.services, semantic_indexes=indexes))


async def choose(context: Context, library: LibraryDocument, kind: IndexKind) -> None:
    """Choose a kind, and have it built."""
    update = LibraryUpdate(id=refer_to(library), index=IndexItem(kind=kind))
    assert statuses(await update_libraries(context, call(update, library=""))) == ["updated"]
    assert await runner(context, rebuild_index).run_next()


async def answers(context: Context) -> list[SearchResult]:
    """What is found, without how far the log was."""
    found = [
        await search_library(context, SearchRequest(LIBRARY_KEY, **request), limit=10)
        for request in REQUESTS
    ]
    return [replace(each, sequence=None) for each in found]


async def test_a_library_moves_into_a_milvus_and_back_and_finds_the_same(
    context: Context, library: LibraryDocument, engines: MilvusEngines, tmp_path: Path
) -> None:
    text = "Clouds bring rain. The sun brings warm weather. Bread is baked."
    await create_documents(context, call(NewDocument(title="Weather", text=text)))
    process = process_of(context, tmp_path, engines)
    before = await answers(process)
    assert any(each.hits for each in before)
    await choose(process, library, IndexKind.MILVUS)
    assert await answers(process) == before
    follower = await process.services.semantic_indexes.of(library)
    assert isinstance(follower.sources[DEFINITIONS].index, EnginePassages)
    await choose(process, library, IndexKind.FLAT)
    assert await answers(process) == before
    assert not isinstance(follower.sources[DEFINITIONS].index, EnginePassages)
    await process.services.semantic_indexes.close()


async def test_processes_that_share_an_engine_see_each_write_and_no_deleted_word(
    context: Context, library: LibraryDocument, engines: MilvusEngines, tmp_path: Path
) -> None:
    first, second = (process_of(context, tmp_path, engines) for _ in range(2))
    await choose(first, library, IndexKind.MILVUS)
    for round_ in range(3):
        made = await create_words(context, call(word(f"hail {round_}", f"balls of ice {round_}")))
        for each in (second, first):
            assert (await find(each, f"balls of ice {round_}", 1)) == [f"hail {round_}"]
        gone = Removal(id=refer(EntityKind.WORD, created_id(made)))
        await delete_words(context, call(gone, cascade=True))
        for each in (first, second):
            assert f"hail {round_}" not in await find(each, f"balls of ice {round_}", 10)
    for each in (first, second):
        await each.services.semantic_indexes.close()


async def test_a_restarted_process_finds_what_the_engine_has(
    context: Context, library: LibraryDocument, engines: MilvusEngines, tmp_path: Path
) -> None:
    process = process_of(context, tmp_path, engines)
    await choose(process, library, IndexKind.MILVUS)
    before = await answers(process)
    await process.services.semantic_indexes.close()
    assert await answers(process_of(context, tmp_path, engines)) == before


async def test_without_an_engine_the_kind_is_refused_and_what_lies_there_is_not_searched(
    context: Context, library: LibraryDocument, engines: MilvusEngines, tmp_path: Path
) -> None:
    update = LibraryUpdate(id=refer_to(library), index=IndexItem(kind=IndexKind.MILVUS))
    refused = await update_libraries(context, call(update, library=""))
    assert refusals(refused) == [("INVALID_VALUE", "items.0.index.kind")]

    await choose(process_of(context, tmp_path, engines), library, IndexKind.MILVUS)
    with pytest.raises(EngineError, match="LEXIGRAPH_MILVUS_URI"):
        await find(process_of(context, tmp_path, None), "rain")
