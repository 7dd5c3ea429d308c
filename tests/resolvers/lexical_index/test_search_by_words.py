"""Searches by words: what is found, how it is asked for, and that it follows what is committed."""

from pathlib import Path

import pytest
from batches import LIBRARY_KEY, call, refer_to, target, word
from following import find, other_process
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.definition import DefinitionDocument
from documents.example import ExampleDocument
from documents.library import LibraryDocument
from documents.word import WordDocument
from resolvers.context import Context
from resolvers.errors import LimitError, RequestError
from resolvers.lexical_index.analysis import Analysis
from resolvers.lexical_index.asked import parse, without_syntax
from resolvers.searching.request import SearchMode, SearchRequest
from resolvers.searching.search import respell, search_library
from resolvers.writing.definition import update_definitions
from resolvers.writing.example import create_examples, delete_examples
from resolvers.writing.items import DefinitionUpdate, FormItem, NewExample, NewLibrary, WordUpdate
from resolvers.writing.library import create_library
from resolvers.writing.word import create_words, delete_words, update_words


@pytest.fixture
async def library(context: Context) -> LibraryDocument:
    """Dogs, and words that look or sound like them."""
    library = await create_library(context, NewLibrary(key=LIBRARY_KEY, name="Garden"))
    await create_words(
        context,
        call(
            word("dog", "a tame animal that barks", examples=["He walks his dogs on the beach."]),
            word("hot dog", "a sausage in a soft roll"),
            word("dogma", "a belief that is not to be questioned"),
            word("kennel", "a small hut in which a dog sleeps; the dog is kept hot"),
            word("go", "move from one place to another", forms=[FormItem(text="went")]),
            word("caf\u00e9", "a place that serves coffee"),
        ),
    )
    return library


async def said(context: Context, text: str, limit: int = 10, **request: object) -> list[str]:
    """Headwords found by words alone."""
    return await find(context, text, limit, mode=SearchMode.LEXICAL, **request)


def damage(folder: Path) -> None:
    """Cut something off each file of an index of words."""
    paths = list(folder.glob("**/words-*.lxv"))
    assert paths
    for path in paths:
        path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dog", ["dog", "hot dog", "kennel"]),
        ("dogs", ["dog", "hot dog", "kennel"]),
        ("Hot Dogs", ["hot dog", "kennel", "dog"]),
        ('"hot dog"', ["hot dog"]),
        ('"dog is"', ["kennel"]),
        ('"is dog"', []),
        ("dog*", ["dog", "hot dog", "dogma", "kennel"]),
        ("cafe", ["caf\u00e9"]),
        ("went", ["go"]),
        ("beach", ["dog"]),
        ("saussage", ["hot dog"]),
        ("kenel", ["kennel"]),
        ("qqqqqq", []),
        ("not", ["dogma"]),
    ],
)
async def test_words_are_found_by_what_they_say(
    context: Context, text: str, found: list[str]
) -> None:
    answer = await said(context, text)
    assert answer[:1] == found[:1]
    assert set(answer) == set(found)


@pytest.mark.usefixtures("library")
async def test_what_is_committed_is_found_and_what_is_gone_is_not(
    context: Context, tmp_path: Path
) -> None:
    other = other_process(context, tmp_path)
    assert await said(other, "beach") == ["dog"]
    example = await ExampleDocument.find_one({})
    assert example is not None
    await delete_examples(context, call(target(example)))
    assert await said(other, "beach") == []
    definition = await DefinitionDocument.find_one({"text": "a sausage in a soft roll"})
    assert definition is not None
    new = NewExample(definition_id=refer_to(definition), text="Two to eat at the pier.")
    await create_examples(context, call(new))
    assert await said(other, "pier") == ["hot dog"]
    changed = DefinitionUpdate(id=refer_to(definition), text="a frankfurter in a bun")
    await update_definitions(context, call(changed))
    assert await said(other, "sausage") == []
    assert await said(other, "frankfurter") == ["hot dog"]
    kennel = await WordDocument.find_one({"text": "kennel"})
    assert kennel is not None
    await update_words(context, call(WordUpdate(id=refer_to(kennel), text="doghouse")))
    assert await said(other, "doghouse") == ["doghouse"]
    await delete_words(context, call(target(kennel, 2), cascade=True))
    assert await said(other, "sleeps") == []


async def test_words_are_found_before_there_is_any_vector(
    context: Context, library: LibraryDocument
) -> None:
    await context.services.database["embeddings"].delete_many({})
    assert (await said(context, "sausage"))[0] == "hot dog"


@pytest.mark.usefixtures("library")
async def test_damaged_files_are_made_anew(context: Context, tmp_path: Path) -> None:
    assert await said(other_process(context, tmp_path), "sausage") == ["hot dog"]
    damage(tmp_path)
    assert await said(other_process(context, tmp_path), "sausage") == ["hot dog"]


@pytest.mark.usefixtures("library")
async def test_both_ways_together_find_what_either_finds(context: Context) -> None:
    found = await find(context, "an animal that barks", 10, mode=SearchMode.HYBRID)
    assert found[0] == "dog"
    assert len(found) == 6
    assert await find(context, 'an animal, "hot dog"', 10, mode=SearchMode.HYBRID) == ["hot dog"]


@pytest.mark.usefixtures("library")
async def test_pages_of_both_together_follow_each_other(context: Context) -> None:
    whole = await find(context, "dog", 10, mode=SearchMode.HYBRID)
    request = SearchRequest(LIBRARY_KEY, text="dog", mode=SearchMode.HYBRID)
    first = await search_library(context, request, limit=2)
    assert first.has_next
    assert await find(context, "dog", 2, mode=SearchMode.HYBRID) == whole[:2]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("saussage in a rol", "sausage in a roll"),
        ("a tame animal", None),
        ("qqqqqq", None),
        ("", None),
    ],
)
async def test_a_misspelt_text_is_given_back_as_it_was_meant(
    context: Context, text: str, spelt: str | None
) -> None:
    assert await respell(context, SearchRequest(LIBRARY_KEY, text=text)) == spelt


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("text", ["", "  ", "?!", "\u2014 ...", "x" * 100_000, "a\x00b", "\ud800"])
async def test_what_says_nothing_is_refused(context: Context, text: str) -> None:
    with pytest.raises(RequestError):
        await said(context, text)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    "text", ["the of and a", "\u2602\ufe0f", "\u6771\u4eac", "\u0e01\u0e33", '"', "**", "a " * 999]
)
@pytest.mark.parametrize("mode", SearchMode)
async def test_any_text_that_says_something_is_answered(
    context: Context, text: str, mode: SearchMode
) -> None:
    await find(context, f"x {text}", mode=mode)


@pytest.mark.usefixtures("library")
async def test_too_many_prefixes_are_refused(context: Context) -> None:
    with pytest.raises(LimitError):
        await said(context, " ".join(f"{letter}*" for letter in "abcdefghijk"))


@pytest.mark.usefixtures("library")
async def test_words_cannot_be_looked_for_by_a_vector(context: Context) -> None:
    for mode in (SearchMode.LEXICAL, SearchMode.HYBRID):
        request = SearchRequest(LIBRARY_KEY, vector=[1.0] * 256, mode=mode)
        with pytest.raises(RequestError, match="by text"):
            await search_library(context, request, limit=1)


@given(st.text(alphabet=st.sampled_from('ab* "\u201c\u201d\u6771\u0301\U0001f33e-'), max_size=30))
@settings(max_examples=200)
def test_any_text_can_be_read_as_a_query(text: str) -> None:
    asked = parse(text, Analysis("en"))
    assert all(len(prefix) for prefix in asked.prefixes)
    assert '"' not in without_syntax(text)
