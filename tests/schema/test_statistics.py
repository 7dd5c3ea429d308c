"""Statistics of libraries: right, and counted in the store by one command each."""

import pytest

from documents.library import LibraryDocument
from documents.pending_text import PendingTextDocument
from documents.text import hash_text
from resolvers.context import Context
from resolvers.writing.items import NestedDefinition, NewLibrary, NewWord
from resolvers.writing.library import create_library, delete_library
from resolvers.writing.result import BatchCall
from resolvers.writing.word import create_words

STATS = """
  words definitions synsets examples documents chunks
  byPartOfSpeech { value count } byLanguage { value count }
  byFrequencyBand { value count } embeddings { state count }
"""


async def test_everything_is_counted(ask):
    data = await ask(f'{{ libraryStats(library: "ring") {{ {STATS} }} }}')
    assert data["libraryStats"] == {
        "words": 100,
        "definitions": 200,
        "synsets": 50,
        "examples": 400,
        "documents": 50,
        "chunks": 150,
        "byPartOfSpeech": [{"value": "NOUN", "count": 50}, {"value": "VERB", "count": 50}],
        "byLanguage": [{"value": "en", "count": 100}],
        "byFrequencyBand": [],
        "embeddings": [],
    }


async def test_libraries_are_counted_apart(ask, other_ring):
    data = await ask("{ libraries { nodes { key stats { words chunks } } } }")
    assert data["libraries"]["nodes"] == [
        {"key": "other-ring", "stats": {"words": 4, "chunks": 6}},
        {"key": "ring", "stats": {"words": 100, "chunks": 150}},
    ]


@pytest.fixture
async def mixed(services):
    """A library of words in three languages."""
    context = Context(services)
    await create_library(context, NewLibrary(key="mixed", name="Mixed", language="de"))
    words = [
        NewWord(text="Haus", definitions=[NestedDefinition(text="Ein Gebäude.")]),
        NewWord(text="Baum", definitions=[NestedDefinition(text="Eine Pflanze.")]),
        NewWord(text="arbre", language="fr", definitions=[NestedDefinition(text="Une plante.")]),
        NewWord(text="tree", language="en", definitions=[NestedDefinition(text="A plant.")]),
        NewWord(text="oak", language="en"),
    ]
    await create_words(context, BatchCall("mixed", words))
    library = await LibraryDocument.find_one({"key": "mixed"})
    await PendingTextDocument.insert_many(
        [
            PendingTextDocument(library_id=library.id, text_hash=hash_text(text))
            for text in ("It waits.", "So does this.")
        ]
    )
    yield
    await delete_library(context, "mixed")


async def test_languages_and_vectors_are_counted(ask, mixed):
    selected = "byLanguage { value count } embeddings { state count }"
    data = await ask(f'{{ libraryStats(library: "mixed") {{ {selected} }} }}')
    stats = data["libraryStats"]
    assert stats["byLanguage"][0] == {"value": "de", "count": 2}
    assert sorted((each["value"], each["count"]) for each in stats["byLanguage"][1:]) == [
        ("en", 2),
        ("fr", 1),
    ]
    assert stats["embeddings"] == [
        {"state": "PENDING", "count": 2},
        # Of four definitions and five headwords.
        {"state": "CURRENT", "count": 9},
    ]


@pytest.fixture
async def many_libraries(ring):
    libraries = [
        LibraryDocument(key=f"empty-{number:02}", name="Empty", embedding=ring.embedding)
        for number in range(49)
    ]
    await LibraryDocument.insert_many(libraries)
    yield
    await LibraryDocument.find({"name": "Empty"}).delete()


async def test_what_is_selected_is_counted_by_one_command_for_all_libraries(
    ask, commands, many_libraries
):
    for number in (1, 50):
        commands.sent.clear()
        await ask(f"{{ libraries(first: {number}) {{ nodes {{ stats {{ words }} }} }} }}")
        assert commands.names() == ["aggregate", "aggregate"]
        commands.sent.clear()
        await ask(f"{{ libraries(first: {number}) {{ nodes {{ stats {{ {STATS} }} }} }} }}")
        assert commands.names() == ["aggregate"] * 12


async def test_statistics_of_no_library_are_refused(refused):
    assert await refused('{ libraryStats(library: "nowhere") { words } }') == "NOT_FOUND"
