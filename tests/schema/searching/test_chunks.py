"""Passages of documents by words and by meaning: the sentence that answers, filters, spelling."""

from typing import Any

import pytest
from searched_garden import opened
from small_library import remove_library

CREATE = """
mutation ($library: CreateLibrariesInput!, $documents: CreateDocumentsInput!) {
  createLibraries(input: $library) { userErrors { message } }
  createDocuments(input: $documents) { userErrors { message } createdCount }
}
"""
SEARCH = """
query ($input: ChunkSearchInput!) {
  searchChunks(input: $input) {
    didYouMean
    edges { score highlight { text start end } node { text document { key } } }
  }
}
"""
PRUNING = "Roses are old. Cut them back in late winter. The shears should be sharp."
WATERING = "Water in the morning. Roses like deep watering. Wet leaves fall ill."


@pytest.fixture
async def manual(ask, services):
    documents = [
        {"key": "pruning", "title": "Pruning", "text": PRUNING, "metadata": {"season": "winter"}},
        {
            "key": "watering",
            "title": "Watering",
            "text": WATERING,
            "metadata": {"season": "summer"},
        },
    ]
    size = {"sentences": {"size": 5}}
    library = {"key": "manual", "name": "Manual", "provider": "HASHING"}
    data = await ask(
        CREATE,
        library={"items": [library]},
        documents={
            "library": "manual",
            "items": [{**each, "chunking": size} for each in documents],
        },
    )
    assert data["createDocuments"] == {"userErrors": [], "createdCount": 2}
    library = await opened(services, "manual")
    yield
    await remove_library(library)


def described(text: str, **more: Any) -> dict[str, Any]:
    return {"library": "manual", "by": {"text": text}, **more}


async def found(ask, text: str, **more: Any) -> dict[str, str | None]:
    """The highlighted sentence of each document, the best first."""
    data = await ask(SEARCH, input=described(text, **more))
    edges = data["searchChunks"]["edges"]
    for each in edges:
        if mark := each["highlight"]:
            assert each["node"]["text"][mark["start"] : mark["end"]] == mark["text"]
    return {
        each["node"]["document"]["key"]: each["highlight"] and each["highlight"]["text"]
        for each in edges
    }


async def test_a_chunk_asked_for_by_its_own_text_scores_the_best_possible(ask, manual):
    wanted = described(PRUNING, mode="SEMANTIC", minScore=0.99)
    [edge] = (await ask(SEARCH, input=wanted))["searchChunks"]["edges"]
    assert edge["node"]["text"] == PRUNING
    assert edge["score"] == pytest.approx(1)


async def test_passages_are_found_by_words_with_the_sentence_that_holds_most(ask, manual):
    assert await found(ask, "the shears", mode="LEXICAL") == {
        "pruning": "The shears should be sharp.",
        "watering": "Water in the morning.",
    }
    assert await found(ask, '"deep watering" roses', mode="LEXICAL") == {
        "watering": "Roses like deep watering."
    }


async def test_a_passage_found_by_its_title_alone_has_no_sentence_to_show(ask, manual):
    assert await found(ask, "pruning", mode="LEXICAL") == {"pruning": None}


@pytest.mark.parametrize("mode", ["SEMANTIC", "HYBRID"])
async def test_by_meaning_the_nearest_sentence_is_shown(ask, manual, mode):
    sentences = await found(ask, "sharp shears", mode=mode)
    assert next(iter(sentences)) == "pruning"
    assert sentences["pruning"] == "The shears should be sharp."
    assert sentences["watering"] is not None


@pytest.mark.parametrize("mode", ["SEMANTIC", "LEXICAL", "HYBRID"])
async def test_documents_are_chosen_by_their_metadata_before_ranking(ask, manual, mode):
    summer = {"documents": {"metadata": [{"path": ["season"], "eq": "summer"}]}}
    assert list(await found(ask, "roses", mode=mode, filter=summer)) == ["watering"]
    winter = {"documents": {"not": summer["documents"]}}
    assert list(await found(ask, "roses", mode=mode, filter=winter)) == ["pruning"]
    never = {"documents": {"key": {"eq": "pruning"}, **summer["documents"]}}
    assert await found(ask, "roses", mode=mode, filter=never) == {}


@pytest.mark.parametrize("mode", ["SEMANTIC", "LEXICAL", "HYBRID"])
async def test_chunks_are_chosen_by_their_own_metadata_before_ranking(ask, manual, mode):
    chunks = [
        {"text": "Roses climb.", "metadata": {"page": 1}},
        {"text": "Roses grow well.", "metadata": {"page": 2, "draft": True}},
    ]
    await ask(
        """mutation ($item: NewDocumentInput!) {
          createDocuments(input: {library: "manual", items: [$item]}) { userErrors { message } }
        }""",
        item={"key": "pages", "title": "Pages", "chunks": chunks},
    )

    async def pages(**filter: Any) -> list[str]:
        wanted = described("roses", mode=mode, filter=filter)
        edges = (await ask(SEARCH, input=wanted))["searchChunks"]["edges"]
        return [edge["node"]["text"] for edge in edges]

    second = {"chunks": {"metadata": [{"path": ["page"], "gte": 2}]}}
    assert await pages(**second) == ["Roses grow well."]
    final = {"chunks": {"not": {"metadata": [{"path": ["draft"], "eq": True}]}}}
    assert set(await pages(**final, documents={"key": {"eq": "pages"}})) == {"Roses climb."}
    assert await pages(**second, documents={"key": {"eq": "pruning"}}) == []


async def test_a_misspelt_search_is_answered_and_put_right(ask, manual):
    data = await ask(SEARCH, input=described("shaers", mode="LEXICAL"))
    assert data["searchChunks"]["didYouMean"] == "shears"
    assert [each["node"]["document"]["key"] for each in data["searchChunks"]["edges"]] == [
        "pruning"
    ]


async def test_sentences_are_looked_for_only_when_they_are_asked_for(ask, manual, commands):
    query = "query ($input: ChunkSearchInput!) { searchChunks(input: $input) { edges { rank } } }"
    await ask(query, input=described("roses", mode="LEXICAL"))
    commands.sent.clear()
    await ask(query, input=described("roses", mode="LEXICAL"))
    assert not [each for each in commands.sent if each.get("find") == "chunks"]
