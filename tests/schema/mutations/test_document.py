"""Documents as clients write, read and search them."""

from typing import Any

import pytest
from garden import Ask, Garden

CREATE = """
mutation ($items: [NewDocumentInput!]!) {
  createDocuments(input: {library: "garden", items: $items}) {
    createdCount userErrors { code field }
    results { id node {
      id key title version chunkCount
      chunking { method size overlap level }
      chunks { nodes {
        id text start end headingPath metadata embedding { vector model { dimension } }
      } }
    } }
  }
}
"""
TEXT = """# Beds
Dig in spring.
## Roses
Prune them hard in March. Feed them in May.
## Tulips
Plant the bulbs in autumn."""
DOCUMENT = {
    "key": "manual",
    "title": "Manual",
    "text": TEXT,
    "metadata": {"shelf": 2},
    "chunking": {"headings": {"level": 2, "maxTokens": 50, "overlap": 0}},
}
SEARCH = """
query ($input: ChunkSearchInput!, $first: Int, $after: String) {
  searchChunks(input: $input, first: $first, after: $after) {
    edges { cursor score rank node { text document { key } } }
    nodes { id }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""


@pytest.fixture
async def manual(ask: Ask, garden: Garden) -> dict[str, Any]:
    """A document of three sections."""
    (result,) = (await ask(CREATE, items=[DOCUMENT]))["createDocuments"]["results"]
    node: dict[str, Any] = result["node"]
    return node


async def test_a_document_comes_back_with_its_chunks_and_their_vectors(manual) -> None:
    assert (manual["key"], manual["version"], manual["chunkCount"]) == ("manual", 1, 3)
    assert manual["chunking"] == {"method": "HEADINGS", "size": 50, "overlap": 0, "level": 2}
    chunks = manual["chunks"]["nodes"]
    assert [TEXT[each["start"] : each["end"]] for each in chunks] == [
        each["text"] for each in chunks
    ]
    assert [each["headingPath"] for each in chunks] == [
        ["Beds"],
        ["Beds", "Roses"],
        ["Beds", "Tulips"],
    ]
    for each in chunks:
        assert each["embedding"]["model"]["dimension"] == len(each["embedding"]["vector"])


async def test_vectors_are_read_only_when_they_are_asked_for(ask: Ask, manual, commands) -> None:
    query = '{ library(by: {key: "garden"}) { chunks { nodes { text %s } } } }'
    for selected, read in (("", []), ("embedding { model { name } }", [False])):
        commands.sent.clear()
        await ask(query % selected)
        vectors = [each for each in commands.sent if each.get("find") == "embeddings"]
        assert ["vector" in each["projection"] for each in vectors] == read


async def test_a_definition_has_a_vector_too(ask: Ask, garden: Garden) -> None:
    query = "query ($id: ID!) { node(id: $id) { ... on Definition { embedding { vector } } } }"
    data = await ask(query, id=garden.flower)
    assert len(data["node"]["embedding"]["vector"]) == 256


async def test_documents_are_patched_in_the_shape_that_clients_write(ask: Ask, manual) -> None:
    query = """mutation ($id: ID!, $patch: [PatchOperationInput!]!) {
      patchDocuments(input: {library: "garden", items: [{id: $id, patch: $patch}]}) {
        updatedCount userErrors { code field }
        results { node { title metadata chunkCount chunks { nodes { id } } } } } }"""

    async def patch(*steps: dict[str, Any]) -> dict[str, Any]:
        payload: dict[str, Any] = (await ask(query, id=manual["id"], patch=list(steps)))[
            "patchDocuments"
        ]
        return payload

    steps = [
        {"op": "test", "path": "/chunking/headings/maxTokens", "value": 50},
        {"op": "replace", "path": "/title", "value": "Handbook"},
        {"op": "add", "path": "/metadata/room", "value": 7},
    ]
    changed = await patch(*steps)
    assert changed["userErrors"] == []
    node = changed["results"][0]["node"]
    assert (node["title"], node["metadata"]) == ("Handbook", {"shelf": 2, "room": 7})
    assert node["chunks"]["nodes"] == [{"id": each["id"]} for each in manual["chunks"]["nodes"]]

    level = await patch({"op": "replace", "path": "/chunking/headings/level", "value": 1})
    assert level["results"][0]["node"]["chunkCount"] == 1
    wrong = await patch({"op": "replace", "path": "/chunking/headings/level", "value": 0})
    assert wrong["userErrors"] == [
        {"code": "INVALID_VALUE", "field": ["items", "0", "patch", "0", "value"]}
    ]
    fixed = await patch({"op": "replace", "path": "/chunkCount", "value": 9})
    assert fixed["userErrors"][0]["code"] == "READ_ONLY"


async def test_documents_are_part_of_mixed_batches(ask: Ask, manual) -> None:
    query = """mutation ($items: [BatchOperationInput!]!) {
      applyBatch(input: {library: "garden", items: $items}) {
        userErrors { code message } results { status } } }"""
    chunk = manual["chunks"]["nodes"][0]["id"]
    items = [
        {"createDocument": {"clientRef": "new", "title": "New", "text": "Weeds grow."}},
        {"updateDocument": {"id": "@new", "text": "Weeds grow back."}},
        {"updateChunk": {"id": chunk, "metadata": {"read": True}}},
        {"upsertDocument": {"key": "manual", "title": "Other"}},
        {"deleteDocument": {"id": manual["id"], "cascade": True}},
    ]
    data = await ask(query, items=items)
    assert data["applyBatch"]["userErrors"] == []
    statuses = [each["status"] for each in data["applyBatch"]["results"]]
    assert statuses == ["CREATED", "UPDATED", "UPDATED", "UPDATED", "DELETED"]
    left = await ask('{ library(by: {key: "garden"}) { chunks { nodes { text } } } }')
    assert left["library"]["chunks"]["nodes"] == [{"text": "Weeds grow back."}]


async def test_chunks_are_found_by_meaning_apart_from_words(ask: Ask, manual) -> None:
    wanted = {"library": "garden", "by": {"text": "plant bulbs of tulips in autumn"}}
    edges = (await ask(SEARCH, input=wanted))["searchChunks"]["edges"]
    assert [each["rank"] for each in edges] == [1, 2, 3]
    assert edges[0]["node"]["text"].startswith("## Tulips")
    assert edges[0]["node"]["document"] == {"key": "manual"}
    words = "query ($input: SearchInput!) { search(input: $input) { nodes { text } } }"
    assert (await ask(words, input=wanted))["search"]["nodes"] == [{"text": "rose"}]


async def test_pages_of_chunks_follow_each_other(ask: Ask, manual) -> None:
    wanted = {"library": "garden", "by": {"text": "roses"}}
    whole = (await ask(SEARCH, input=wanted))["searchChunks"]["edges"]
    pages, after = [], None
    for _ in range(3):
        page = (await ask(SEARCH, input=wanted, first=1, after=after))["searchChunks"]
        pages += page["edges"]
        after = page["pageInfo"]["endCursor"]
    assert pages == whole
    assert page["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True, "endCursor": after}


async def test_chunks_are_grouped_and_narrowed_by_document(ask: Ask, refused, manual) -> None:
    other = {"key": "other", "title": "Other", "text": "Roses are red.", "language": "en-GB"}
    (made,) = (await ask(CREATE, items=[other]))["createDocuments"]["results"]

    async def found(**more: Any) -> list[str]:
        wanted = {"library": "garden", "by": {"text": "roses"}, **more}
        edges = (await ask(SEARCH, input=wanted))["searchChunks"]["edges"]
        return [each["node"]["document"]["key"] for each in edges]

    assert sorted(await found()) == ["manual"] * 3 + ["other"]
    assert sorted(await found(groupBy="DOCUMENT")) == ["manual", "other"]
    assert await found(filter={"document": [made["id"]]}) == ["other"]
    assert await found(filter={"document": []}) == []
    assert await found(filter={"language": ["en-GB"]}) == ["other"]
    assert await found(minScore=0.999) == []
    chunk = manual["chunks"]["nodes"][0]["id"]
    wrong = {"library": "garden", "by": {"text": "a"}, "filter": {"document": [chunk]}}
    assert await refused(SEARCH, input=wrong) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": None}, "text"),
        ({"chunks": [{"text": "no such"}], "chunking": None}, "chunks.0.text"),
        ({"chunks": [{"text": "a"}]}, "chunking"),
        ({"chunking": {"tokens": {"size": 3}}}, "chunking.tokens.size"),
    ],
)
async def test_what_is_wrong_with_a_document_is_told_at_its_place(
    ask: Ask, garden: Garden, fields: dict[str, Any], field: str
) -> None:
    payload = (await ask(CREATE, items=[DOCUMENT | fields]))["createDocuments"]
    assert payload["createdCount"] == 0
    error = payload["userErrors"][0]
    assert (error["code"], ".".join(error["field"])) == ("INVALID_VALUE", f"items.0.{field}")


@pytest.mark.parametrize("way", ["{}", "{sentences: {}, tokens: {}}", "{sentences: null}"])
async def test_exactly_one_way_to_split_is_given(execute, garden: Garden, way: str) -> None:
    query = """mutation { createDocuments(input: {
      library: "garden", items: [{title: "t", text: "t", chunking: %s}]}) { sequence } }"""
    assert (await execute(query % way)).errors
