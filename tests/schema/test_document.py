"""Documents and chunks as they are read."""

import pytest

from documents.base import EntityKind
from documents.ids import DocumentId
from schema.node import encode_node_id

DOCUMENT = """
query ($by: DocumentBy!) {
  document(by: $by) {
    id key title text language source sourceUrl metadata chunkCount version
    chunking { method size overlap level }
    library { key }
    chunks { totalCount nodes { id position text start end headingPath metadata version } }
  }
}
"""


async def test_a_document_is_found_by_its_key_with_its_chunks(ask):
    data = await ask(DOCUMENT, by={"natural": {"library": "ring", "key": "d007"}})
    document = data["document"]
    text = document.pop("text")
    chunks = document.pop("chunks")
    assert document.pop("id")
    assert document == {
        "key": "d007",
        "title": "Document 7",
        "language": "en",
        "source": None,
        "sourceUrl": "https://example.org",
        "metadata": {"number": 7},
        "chunkCount": 3,
        "version": 1,
        "chunking": {"method": "SENTENCES", "size": 1, "overlap": 0, "level": None},
        "library": {"key": "ring"},
    }
    assert chunks["totalCount"] == 3
    assert [chunk["position"] for chunk in chunks["nodes"]] == [0, 1, 2]
    assert all(text[each["start"] : each["end"]] == each["text"] for each in chunks["nodes"])
    assert [chunk["headingPath"] for chunk in chunks["nodes"]] == [[], [], []]


async def test_a_document_is_found_by_its_id_and_so_are_its_chunks(ask):
    data = await ask(DOCUMENT, by={"natural": {"library": "ring", "key": "d007"}})
    ids = [data["document"]["id"], *(each["id"] for each in data["document"]["chunks"]["nodes"])]
    assert (await ask(DOCUMENT, by={"id": ids[0]})) == data
    query = """query ($ids: [ID!]!) { nodes(ids: $ids) {
      __typename ... on Document { title } ... on Chunk { text document { key } }
    } }"""
    found = (await ask(query, ids=ids))["nodes"]
    assert found[0] == {"__typename": "Document", "title": "Document 7"}
    assert found[2] == {
        "__typename": "Chunk",
        "text": "Line 1 of d007.",
        "document": {"key": "d007"},
    }


@pytest.mark.parametrize("key", ["nothing", "", "d\x00"])
async def test_a_document_that_is_not_there_is_null(ask, key):
    assert await ask(DOCUMENT, by={"natural": {"library": "ring", "key": key}}) == {
        "document": None
    }


async def test_a_document_of_another_library_is_not_there(ask, other_ring):
    found = await ask(DOCUMENT, by={"natural": {"library": "other-ring", "key": "d007"}})
    assert found == {"document": None}


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ({"natural": {"library": "nowhere", "key": "d007"}}, "NOT_FOUND"),
        ({"id": "nonsense"}, "BAD_USER_INPUT"),
        ({"id": encode_node_id(EntityKind.WORD, DocumentId())}, "BAD_USER_INPUT"),
    ],
)
async def test_documents_asked_for_wrongly_are_refused_as_words_are(refused, by, code):
    assert await refused(DOCUMENT, by=by) == code


async def test_chunks_lead_to_those_before_and_behind_them(ask):
    query = """query ($by: DocumentBy!) { document(by: $by) { chunks { nodes {
      position previous { position } next { position text }
    } } } }"""
    data = await ask(query, by={"natural": {"library": "ring", "key": "d007"}})
    first, middle, last = data["document"]["chunks"]["nodes"]
    assert first["previous"] is None
    assert middle["previous"] == {"position": 0}
    assert middle["next"] == {"position": 2, "text": "Line 2 of d007."}
    assert last["next"] is None


async def test_documents_are_paged_by_their_keys(ask):
    query = """query ($after: String) { library(by: {key: "ring"}) {
      documents(first: 20, after: $after) { nodes { key } pageInfo { hasNextPage endCursor } }
    } }"""
    keys, after = [], None
    for _ in range(3):
        page = (await ask(query, after=after))["library"]["documents"]
        keys += [each["key"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert keys == [f"d{number:03}" for number in range(50)]
    assert not page["pageInfo"]["hasNextPage"]


async def test_texts_of_documents_are_read_only_when_they_are_asked_for(ask, commands):
    await ask(
        '{ library(by: {key: "ring"}) { chunks(first: 3) { nodes { document { title } } } } }'
    )
    reads = [each["projection"] for each in commands.sent if each.get("find") == "documents"]
    assert reads == [{"_id": 1, "title": 1}]
