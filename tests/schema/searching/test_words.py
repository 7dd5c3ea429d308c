"""Search by meaning through GraphQL: ranks, filters, pages, and what is read for them."""

import math
from base64 import b64encode

import numpy as np
import pytest
from searched_garden import CREATE, GARDEN, SEARCH, described
from small_library import remove_library

from documents.library import LibraryDocument
from resolvers.ranking.candidates import Part
from resolvers.ranking.scoring import WEIGHTS


def packed(numbers: list[float]) -> str:
    return b64encode(np.array(numbers, dtype="<f4").tobytes()).decode()


async def test_the_best_word_comes_first_with_the_definition_that_matches(ask, garden):
    data = await ask(SEARCH, input=described("a tool with a flat blade for digging earth"))
    edges = data["search"]["edges"]
    assert len(edges) == len(GARDEN)
    assert edges[0]["node"] == {"text": "spade"}
    assert edges[0]["definition"] == {"text": GARDEN["spade"][1]}
    assert [edge["rank"] for edge in edges] == [1, 2, 3, 4, 5]
    scores = [edge["score"] for edge in edges]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("mode", ["SEMANTIC", "LEXICAL", "HYBRID"])
async def test_the_shares_that_explain_a_score_add_up_to_it_on_every_page(ask, garden, mode):
    query = """query ($input: SearchInput!, $after: String) {
      search(input: $input, first: 1, after: $after) {
        edges { score explain { part share } } pageInfo { endCursor }
      }
    }"""
    after = None
    for _ in range(2):
        wanted = described("a tool for digging an oak", mode=mode)
        page = (await ask(query, input=wanted, after=after))["search"]
        [edge] = page["edges"]
        shares = {each["part"]: each["share"] for each in edge["explain"]}
        assert sum(shares.values()) == pytest.approx(edge["score"], abs=1e-5)
        assert ("WORDS" in shares) == (mode != "SEMANTIC")
        assert ("DEFINITION" in shares) == (mode != "LEXICAL")
        after = page["pageInfo"]["endCursor"]


async def test_a_word_is_compared_by_its_definition_and_by_its_headword(ask, garden):
    query = """query ($input: SearchInput!) {
      search(input: $input, first: 1) { edges { node { text } explain { part share } } }
    }"""
    for part, text in (
        (Part.DEFINITION, "a tool with a flat blade for digging earth"),
        (Part.HEADWORD, "spade"),
    ):
        [edge] = (await ask(query, input=described(text)))["search"]["edges"]
        shares = {each["part"]: each["share"] for each in edge["explain"]}
        assert edge["node"]["text"] == "spade"
        assert shares[part.name] == pytest.approx(WEIGHTS[part], abs=1e-5)


async def test_an_explanation_tells_what_counts_against_a_word(ask, garden):
    query = """query ($input: SearchInput!) {
      search(input: $input) { edges { node { text } explain { part share } } }
    }"""
    edges = (await ask(query, input=described("an oak")))["search"]["edges"]
    echoes = {
        edge["node"]["text"]: each["share"]
        for edge in edges
        for each in edge["explain"]
        if each["part"] == "ECHO"
    }
    assert echoes.pop("oak") < 0
    assert set(echoes.values()) == {0}


async def test_pages_follow_each_other(ask, garden):
    whole = (await ask(SEARCH, input=described("a tree")))["search"]["edges"]
    pages, after = [], None
    for _ in range(3):
        page = (await ask(SEARCH, input=described("a tree"), first=2, after=after))["search"]
        pages.append(page)
        after = page["pageInfo"]["endCursor"]
    assert [edge for page in pages for edge in page["edges"]] == whole
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, True, False]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]


async def test_filters_and_least_score_leave_words_out(ask, garden):
    verbs = described("a tree", filter={"partOfSpeech": ["VERB"]})
    found = (await ask(SEARCH, input=verbs))["search"]["edges"]
    assert {edge["node"]["text"] for edge in found} == {"water", "prune"}
    assert (await ask(SEARCH, input=described("a tree", minScore=0.999)))["search"]["edges"] == []
    german = described("a tree", filter={"language": ["de"]})
    assert (await ask(SEARCH, input=german))["search"]["edges"] == []


async def test_only_selected_columns_of_hits_are_read(ask, garden, commands):
    query = "query ($i: SearchInput!) { search(input: $i) { %s } }"
    await ask(query % "nodes { text }", i=described("a tree"))
    commands.sent.clear()
    await ask(query % "edges { score }", i=described("a tree"))
    without_rows = len(commands.sent)
    commands.sent.clear()
    await ask(query % "nodes { text } edges { definition { key } }", i=described("a tree"))
    reads = [
        (each["find"], set(each["projection"]))
        for each in commands.sent
        if each.get("find") in ("words", "definitions") and "projection" in each
    ]
    assert ("words", {"_id", "text"}) in reads
    assert ("definitions", {"_id", "key"}) in reads
    assert len(commands.sent) == without_rows + 2


async def test_a_cursor_of_another_search_is_refused(ask, refused, garden):
    edge = (await ask(SEARCH, input=described("a tree"), first=1))["search"]["edges"][0]
    code = await refused(SEARCH, input=described("a flower"), after=edge["cursor"])
    assert code == "INVALID_CURSOR"


@pytest.mark.parametrize(
    "input",
    [
        described(""),
        described("x" * 2_001),
        {"library": "garden", "by": {"vector": [1.0, 2.0]}},
        {"library": "garden", "by": {"vector": [0.0] * 256}},
        {"library": "garden", "by": {"vector": [1e20] * 256}},
        {"library": "garden", "by": {"packedVector": "no Base64"}},
        {"library": "garden", "by": {"packedVector": "AAAA"}},
        {"library": "garden", "by": {"packedVector": packed([1.0, 2.0])}},
        {"library": "garden", "by": {"packedVector": packed([math.nan] * 256)}},
    ],
)
async def test_a_search_that_cannot_be_made_is_refused(refused, garden, input):
    assert await refused(SEARCH, input=input) == "BAD_USER_INPUT"


async def test_a_packed_vector_finds_what_its_numbers_find(ask, garden):
    numbers = np.random.default_rng(5).standard_normal(256, dtype=np.float32).tolist()
    listed = await ask(SEARCH, input={"library": "garden", "by": {"vector": numbers}})
    short = await ask(SEARCH, input={"library": "garden", "by": {"packedVector": packed(numbers)}})
    assert short == listed


async def test_results_reflect_the_sequence_that_was_asked_for_and_say_which(ask, refused, garden):
    query = """query ($input: SearchInput!) {
      search(input: $input) { sequence } library(by: {key: "garden"}) { sequence }
    }"""
    for wanted in (None, 0, -1, 2):
        data = await ask(query, input=described("a tree", minSequence=wanted))
        assert data["search"] == data["library"] == {"sequence": 2}
    assert await refused(query, input=described("a tree", minSequence=3)) == "INDEX_BEHIND"


async def test_the_next_page_may_ask_for_a_later_sequence(ask, garden):
    first = await ask(SEARCH, input=described("a tree"), first=1)
    after = first["search"]["edges"][0]["cursor"]
    data = await ask(SEARCH, input=described("a tree", minSequence=2), first=1, after=after)
    assert data["search"]["edges"][0]["rank"] == 2


async def test_a_search_in_an_unknown_library_is_refused_as_everywhere(refused):
    wanted = {"library": "nowhere", "by": {"text": "a tree"}}
    assert await refused(SEARCH, input=wanted) == "NOT_FOUND"


async def test_a_vector_or_a_text_is_looked_for(execute):
    for by in ("{}", '{text: "a", vector: [1]}'):
        query = f'{{ search(input: {{library: "ring", by: {by}}}) {{ nodes {{ id }} }} }}'
        assert (await execute(query)).errors


async def test_a_headword_of_several_libraries_is_one_result(ask, refused, garden):
    words = [{"text": "Oak", "partOfSpeech": ["NOUN"], "definitions": [{"text": "a tree"}]}]
    await ask(
        CREATE,
        library={"items": [{"key": "woods", "name": "Woods", "provider": "HASHING"}]},
        words={"library": "woods", "items": words},
    )
    by = {"text": "a tree"}
    both = {"libraries": ["garden", "woods"], "by": by}
    try:
        edges = (await ask(SEARCH, input=both))["search"]["edges"]
        assert [edge["node"]["text"] for edge in edges].count("Oak") == 1
        assert edges[0]["definition"] == {"text": "a tree"}
        assert len(edges) == len(GARDEN)
        assert await refused(SEARCH, input={"by": by}) == "BAD_USER_INPUT"
        assert await refused(SEARCH, input={"library": "garden", **both}) == "BAD_USER_INPUT"
    finally:
        await remove_library(await LibraryDocument.find_one({"key": "woods"}))
