"""Search by what is stored: things like a word, definition or chunk, and sums of their meanings."""

from typing import Any

import pytest
from searched_garden import CREATE, GARDEN, SEARCH
from small_library import remove_library

from documents.library import LibraryDocument

WORDS = "query ($texts: [String!]!) { lookupWords(library: %s, texts: $texts) { words { id } } }"
DEFINITIONS = "query ($id: ID!) { node(id: $id) { ... on Word { definitions { nodes { id } } } } }"
CHUNKS = """
query ($input: ChunkSearchInput!) {
  searchChunks(input: $input) { edges { score highlight { text } node { id document { key } } } }
}
"""


def like(by: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"library": "garden", "by": by, **more}


@pytest.fixture
def word_id(ask):
    async def look_up(text: str, library: str = "garden") -> str:
        found = await ask(WORDS % f'"{library}"', texts=[text])
        return found["lookupWords"][0]["words"][0]["id"]

    return look_up


@pytest.fixture
def found(ask):
    async def search(by: dict[str, Any], **more: Any) -> dict[str, float]:
        edges = (await ask(SEARCH, input=like(by, **more)))["search"]["edges"]
        return {edge["node"]["text"]: edge["score"] for edge in edges}

    return search


@pytest.fixture
def no_model(services, monkeypatch):
    """Nothing can be embedded any more."""
    monkeypatch.delattr(services.query_vectors.__class__, "embed")


@pytest.mark.usefixtures("garden", "no_model")
async def test_what_is_like_a_word_is_found_by_stored_vectors_without_the_word(found, word_id):
    words = await found({"similarTo": await word_id("spade")})
    assert set(words) == GARDEN.keys() - {"spade"}
    assert next(iter(words)) == "rake"


@pytest.mark.usefixtures("garden", "no_model")
async def test_what_is_like_a_definition_is_not_its_own_word(ask, found, word_id):
    node = (await ask(DEFINITIONS, id=await word_id("oak")))["node"]
    words = await found({"similarTo": node["definitions"]["nodes"][0]["id"]})
    assert set(words) == GARDEN.keys() - {"oak"}
    assert next(iter(words)) == "prune"


@pytest.mark.usefixtures("garden")
async def test_pages_of_what_is_like_a_word_follow_each_other(ask, word_id):
    wanted = like({"similarTo": await word_id("spade")})
    whole = (await ask(SEARCH, input=wanted))["search"]["edges"]
    after, pages = None, []
    for _ in range(4):
        page = (await ask(SEARCH, input=wanted, first=1, after=after))["search"]
        pages += page["edges"]
        after = page["pageInfo"]["endCursor"]
    assert pages == whole
    assert page["pageInfo"]["hasNextPage"] is False


@pytest.mark.usefixtures("garden")
async def test_a_blend_is_the_weighted_sum_of_its_texts(ask, services, found):
    embedder = services.embedders.newest("hashing")
    tool, branch, tree = embedder.embed(["a tool", "cut branches", "a large tree"])
    total = 2 * tool + branch - 0.5 * tree
    more = [{"text": "a tool", "weight": 2}, {"text": "cut branches"}]
    blend = await found(
        {"blend": {"more": more, "less": [{"text": "a large tree", "weight": 0.5}]}}
    )
    summed = await found({"vector": total.tolist()})
    assert list(blend) == list(summed)
    assert list(blend.values()) == pytest.approx(list(summed.values()), abs=1e-5)


@pytest.mark.usefixtures("garden")
async def test_a_blend_finds_nothing_that_it_is_made_of(found, word_id):
    parts = [{"id": await word_id("spade")}, {"text": " RAKE "}]
    assert set(await found({"blend": {"more": parts}})) == GARDEN.keys() - {"spade", "rake"}
    less = {"more": parts[:1], "less": parts[1:]}
    assert set(await found({"blend": less})) == GARDEN.keys() - {"spade", "rake"}


@pytest.mark.usefixtures("garden")
async def test_homographs_of_other_libraries_go_with_a_word(ask, refused, word_id):
    words = [{"text": "Spade", "definitions": [{"text": "a black suit"}]}]
    await ask(
        CREATE,
        library={"items": [{"key": "cards", "name": "Cards", "provider": "HASHING"}]},
        words={"library": "cards", "items": words},
    )
    wanted = {"libraries": ["garden", "cards"], "by": {"similarTo": await word_id("spade")}}
    try:
        edges = (await ask(SEARCH, input=wanted))["search"]["edges"]
        assert {edge["node"]["text"] for edge in edges} == GARDEN.keys() - {"spade"}
    finally:
        await remove_library(await LibraryDocument.find_one({"key": "cards"}))


@pytest.mark.usefixtures("garden")
async def test_a_word_that_has_no_vector_yet_is_told_from_one_of_another_model(
    refused, ring, services, word_id
):
    wanted = like({"similarTo": await word_id("Word 007", "ring")})
    assert await refused(SEARCH, input=wanted) == "NOT_EMBEDDED"
    libraries = services.database["libraries"]
    await libraries.update_one({"_id": ring.id}, {"$set": {"embedding.name": "other"}})
    try:
        assert await refused(SEARCH, input=wanted) == "BAD_USER_INPUT"
    finally:
        name = {"embedding.name": ring.embedding.name}
        await libraries.update_one({"_id": ring.id}, {"$set": name})


@pytest.mark.usefixtures("garden")
async def test_many_parts_are_read_at_once(ask, commands, word_id):
    parts = [{"id": await word_id(text)} for text in GARDEN]
    counts = []
    for some in (parts[:1], parts[:1], parts[:4]):
        commands.sent.clear()
        await ask(SEARCH, input=like({"blend": {"more": some}}))
        counts.append(len(commands.sent))
    # The first one reads the headwords for all that follow.
    assert counts[1] == counts[2]


@pytest.mark.usefixtures("garden")
async def test_what_cannot_be_added_is_refused(refused):
    text, too_many = {"text": "a"}, {"more": [{"text": "a"}] * 21}
    parts = [{}, {"text": ""}, {"text": "a", "id": "b"}]
    parts += [{**text, "weight": weight} for weight in (0, -1, 101)]
    bad = [{"more": [each]} for each in parts] + [{"more": []}, {"more": [text], "less": [text]}]
    for blend in bad:
        assert await refused(SEARCH, input=like({"blend": blend})) == "BAD_USER_INPUT", blend
    assert await refused(SEARCH, input=like({"blend": too_many})) == "LIMIT_EXCEEDED"


@pytest.mark.usefixtures("garden")
async def test_what_has_no_meaning_is_like_nothing(refused, word_id):
    codes = {
        "V29yZDo2NTAwMDAwMDAwMDAwMDAwMDAwMDAwMDA": "NOT_FOUND",
        "TGlicmFyeTo2NTAwMDAwMDAwMDAwMDAwMDAwMDAwMDA": "BAD_USER_INPUT",
        "no id": "BAD_USER_INPUT",
    }
    for node, code in codes.items():
        assert await refused(SEARCH, input=like({"similarTo": node})) == code
    spade = {"similarTo": await word_id("spade")}
    for mode in ("LEXICAL", "HYBRID"):
        assert await refused(SEARCH, input=like(spade, mode=mode)) == "BAD_USER_INPUT"


async def test_what_is_like_a_chunk_is_another_chunk_or_document(ask, services):
    texts = {"one": "Rain fell. Rain fell again.", "two": "Rain will fall. The sun shone."}
    documents = [
        {
            "key": key,
            "title": key,
            "text": text,
            "chunking": {"sentences": {"size": 1, "overlap": 0}},
        }
        for key, text in texts.items()
    ]
    made = await ask(
        """mutation ($library: CreateLibrariesInput!, $documents: CreateDocumentsInput!) {
          createLibraries(input: $library) { userErrors { message } }
          createDocuments(input: $documents) { userErrors { message } }
        }""",
        library={"items": [{"key": "weather", "name": "Weather", "provider": "HASHING"}]},
        documents={"library": "weather", "items": documents},
    )
    assert made["createDocuments"] == {"userErrors": []}
    try:
        asked = {"library": "weather", "by": {"text": "Rain fell."}}
        best = (await ask(CHUNKS, input=asked))["searchChunks"]["edges"][0]["node"]
        wanted = {"library": "weather", "by": {"similarTo": best["id"]}}
        chunks = (await ask(CHUNKS, input=wanted))["searchChunks"]["edges"]
        assert [edge["node"]["document"]["key"] for edge in chunks] == ["one", "two", "two"]
        assert best["id"] not in [edge["node"]["id"] for edge in chunks]
        wanted["groupBy"] = "DOCUMENT"
        [other] = (await ask(CHUNKS, input=wanted))["searchChunks"]["edges"]
        assert other["node"]["document"]["key"] == "two"
    finally:
        await remove_library(await LibraryDocument.find_one({"key": "weather"}))
