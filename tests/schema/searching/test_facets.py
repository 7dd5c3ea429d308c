"""Results in other shapes: counted by what they have in common, and in an order that differs."""

from typing import Any

import pytest
from searched_garden import GARDEN, SEARCH, described, opened
from small_library import remove_library

WORDS = """
query ($input: SearchInput!, $first: Int) {
  search(input: $input, first: $first) {
    edges { score matches node { text } }
    facets {
      byPartOfSpeech { value count }
      byLanguage { value count }
      byFrequencyBand { value count }
    }
  }
}
"""
CHUNKS = """
query ($input: ChunkSearchInput!, $first: Int, $path: [String!]!, $of: MetadataOwner!) {
  searchChunks(input: $input, first: $first) {
    edges { matches node { text document { key } } }
    facets {
      byDocument { count document { key } }
      byMetadata(path: $path, of: $of) { value count }
    }
  }
}
"""
MODES = pytest.mark.parametrize("mode", ["SEMANTIC", "LEXICAL", "HYBRID"])


@pytest.fixture
async def shelf(ask, services):
    """Two documents of chunks about rain."""
    documents = [
        {
            "key": "wet",
            "title": "Wet",
            "metadata": {"shelf": 2},
            "chunks": [
                {"text": "Rain fell.", "metadata": {"page": 1, "tags": ["sky", "water"]}},
                {"text": "Rain fell again.", "metadata": {"page": 2, "tags": ["sky"]}},
                {"text": "The rain went on.", "metadata": {"page": "2", "tags": []}},
            ],
        },
        {
            "key": "dry",
            "title": "Dry",
            "metadata": {"shelf": 1},
            "chunks": [{"text": "No rain.", "metadata": {"page": True}}, {"text": "Sun, no rain."}],
        },
    ]
    made = await ask(
        """mutation ($library: CreateLibrariesInput!, $documents: CreateDocumentsInput!) {
          createLibraries(input: $library) { userErrors { message } }
          createDocuments(input: $documents) { userErrors { message } }
        }""",
        library={"items": [{"key": "shelf", "name": "Shelf", "provider": "HASHING"}]},
        documents={"library": "shelf", "items": documents},
    )
    assert made["createDocuments"] == {"userErrors": []}
    library = await opened(services, "shelf")
    yield
    await remove_library(library)


def rain(**more: Any) -> dict[str, Any]:
    return {"library": "shelf", "by": {"text": "rain"}, **more}


def counts(facet: list[dict[str, Any]]) -> list[tuple[Any, int]]:
    return [(each["value"], each["count"]) for each in facet]


@pytest.mark.usefixtures("garden")
@MODES
async def test_words_are_counted_whatever_page_was_asked_for(ask, mode):
    wanted = described("a tree tool plants", mode=mode)
    found = (await ask(WORDS, input=wanted, first=1))["search"]
    assert len(found["edges"]) == 1
    facets = found["facets"]
    assert counts(facets["byPartOfSpeech"]) == [("NOUN", 3), ("VERB", 2)]
    assert counts(facets["byLanguage"]) == [("en", 5)]
    assert facets["byFrequencyBand"] == []


@pytest.mark.usefixtures("garden")
async def test_facets_count_what_is_allowed_alone(ask):
    nouns = described("a tree", filter={"partOfSpeech": ["NOUN"]})
    facets = (await ask(WORDS, input=nouns))["search"]["facets"]
    assert counts(facets["byPartOfSpeech"]) == [("NOUN", 3)]
    edges = (await ask(WORDS, input=described("a tree")))["search"]["edges"]
    best = described("a tree", minScore=edges[1]["score"])
    facets = (await ask(WORDS, input=best))["search"]["facets"]
    assert sum(count for _, count in counts(facets["byLanguage"])) == 2


@pytest.mark.usefixtures("garden")
@MODES
async def test_the_definitions_behind_a_word_are_counted(ask, mode):
    create = """mutation { createWords(input: {library: "garden", items: {
      text: "hoe",
      definitions: [{text: "a weeding tool"}, {text: "a tool for earth"}, {text: "use that tool"}]
    }}) { userErrors { message } } }"""
    await ask(create)
    edges = (await ask(WORDS, input=described("tool", mode=mode)))["search"]["edges"]
    matches = {edge["node"]["text"]: edge["matches"] for edge in edges}
    assert {word: matches[word] for word in ("hoe", "spade")} == {"hoe": 3, "spade": 1}


@pytest.mark.usefixtures("shelf")
@MODES
async def test_the_chunks_behind_a_document_are_counted(ask, mode):
    for grouping, results in (("NONE", 5), ("DOCUMENT", 2)):
        wanted = rain(mode=mode, groupBy=grouping)
        found = await ask(CHUNKS, input=wanted, path=["page"], of="CHUNK")
        edges = found["searchChunks"]["edges"]
        matches = {edge["node"]["document"]["key"]: edge["matches"] for edge in edges}
        assert matches == {"wet": 3, "dry": 2}
        assert len(edges) == results


@pytest.mark.usefixtures("shelf")
async def test_chunks_are_counted_by_document_and_metadata(ask):
    async def facets(path: list[str], of: str = "CHUNK", **more: Any) -> dict[str, Any]:
        found = await ask(CHUNKS, input=rain(**more), first=1, path=path, of=of)
        return found["searchChunks"]["facets"]

    found = await facets(["page"])
    assert [(each["document"]["key"], each["count"]) for each in found["byDocument"]] == [
        ("wet", 3),
        ("dry", 2),
    ]
    # A text, a number and a truth value that look alike are told apart.
    values = [(repr(value), count) for value, count in counts(found["byMetadata"])]
    assert sorted(values) == [("'2'", 1), ("1", 1), ("2", 1), ("True", 1)]
    assert counts((await facets(["tags"]))["byMetadata"]) == [("sky", 2), ("water", 1)]
    assert counts((await facets(["shelf"], "DOCUMENT"))["byMetadata"]) == [(2, 3), (1, 2)]
    assert counts((await facets(["shelf", "row"], "DOCUMENT"))["byMetadata"]) == []
    dry = {"documents": {"key": {"eq": "dry"}}}
    assert counts((await facets(["shelf"], "DOCUMENT", filter=dry))["byMetadata"]) == [(1, 2)]


@pytest.mark.usefixtures("shelf")
async def test_the_documents_of_a_facet_are_read_in_one_trip(ask, commands):
    query = """query ($input: ChunkSearchInput!, $first: Int!) { searchChunks(input: $input) {
      facets { byDocument(first: $first) { document { key library { key } } } } } }"""
    sent = []
    for first in (1, 1, 2):
        commands.sent.clear()
        found = await ask(query, input=rain(), first=first)
        assert len(found["searchChunks"]["facets"]["byDocument"]) == first
        sent.append(commands.names())
    assert sent[1] == sent[2]


@pytest.mark.usefixtures("shelf")
async def test_facets_that_make_no_sense_are_refused(refused):
    for path in ([], ["a"] * 10):
        code = await refused(CHUNKS, input=rain(), path=path, of="CHUNK")
        assert code == "BAD_USER_INPUT"


@pytest.mark.usefixtures("garden")
async def test_nothing_is_counted_that_nobody_asked_for(ask, commands):
    async def sent(selection: str) -> int:
        commands.sent.clear()
        query = "query ($input: SearchInput!) { search(input: $input) { %s } }"
        await ask(query % selection, input=described("a tree"))
        return len(commands.sent)

    await sent("sequence")
    bare = await sent("sequence")
    assert await sent("facets { __typename }") == bare
    assert await sent("facets { byLanguage { count } }") == bare + 1
    assert await sent("facets { byLanguage { count } byPartOfSpeech { count } }") == bare + 2


@pytest.mark.usefixtures("garden")
@MODES
async def test_diversity_changes_the_order_alone_on_every_page(ask, mode):
    plain = described("a tool tree plants", mode=mode)
    usual = (await ask(SEARCH, input=plain))["search"]["edges"]
    diverse = {**plain, "diversity": 0.8}
    whole = (await ask(SEARCH, input=diverse))["search"]["edges"]
    assert whole[0]["node"] == usual[0]["node"]
    assert {edge["node"]["text"]: edge["score"] for edge in whole} == {
        edge["node"]["text"]: edge["score"] for edge in usual
    }
    after, pages = None, []
    for _ in range(3):
        page = (await ask(SEARCH, input=diverse, first=2, after=after))["search"]
        pages += page["edges"]
        after = page["pageInfo"]["endCursor"]
    assert pages == whole
    assert [edge["rank"] for edge in whole] == [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("garden")
async def test_what_differs_comes_before_what_is_like_the_best(ask):
    tool = GARDEN["spade"][1]
    usual = (await ask(SEARCH, input=described(tool)))["search"]["edges"]
    diverse = (await ask(SEARCH, input=described(tool, diversity=1)))["search"]["edges"]
    assert [edge["node"]["text"] for edge in usual][:2] == ["spade", "rake"]
    assert diverse[0]["node"] == {"text": "spade"}
    rake = {"text": "rake"}
    assert [edge["node"] for edge in diverse].index(rake) > 1


@pytest.mark.usefixtures("shelf")
async def test_diverse_chunks_keep_to_the_least_score(ask):
    query = """query ($input: ChunkSearchInput!) {
      searchChunks(input: $input) { edges { score node { text } } } }"""
    usual = (await ask(query, input=rain()))["searchChunks"]["edges"]
    least = usual[2]["score"]
    wanted = rain(diversity=1, minScore=least)
    diverse = (await ask(query, input=wanted))["searchChunks"]["edges"]
    assert diverse[0] == usual[0]
    assert sorted(each["score"] for each in diverse) == sorted(each["score"] for each in usual[:3])


async def test_a_diversity_out_of_range_is_refused(refused):
    for diversity in (-0.1, 1.1):
        wanted = described("a tree", diversity=diversity)
        assert await refused(SEARCH, input=wanted) == "BAD_USER_INPUT"
