"""Upserts: made or changed by natural key, told item by item."""

import asyncio
from typing import Any

import pytest
from garden import Ask, Garden

UPSERT_WORDS = """
mutation ($items: [WordUpsertInput!]!) {
  upsertWords(input: {library: "garden", items: $items}) {
    createdCount updatedCount unchangedCount refusedCount
    userErrors { code field }
    results { status id clientRef node { id text tags etymology version } } } }
"""


async def upserted(ask: Ask, *items: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = (await ask(UPSERT_WORDS, items=items))["upsertWords"]
    return payload


async def test_words_are_made_or_changed_by_their_natural_key(ask: Ask, garden: Garden) -> None:
    payload = await upserted(
        ask,
        {"text": "rose", "tags": ["white"]},
        {"text": "rose", "partOfSpeech": ["VERB"]},
        {"text": "rose", "homograph": 2, "clientRef": "second"},
        {"text": "tulip", "etymology": None},
    )
    assert payload["userErrors"] == []
    statuses = [each["status"] for each in payload["results"]]
    assert statuses == ["UPDATED", "CREATED", "CREATED", "UNCHANGED"]
    assert (payload["createdCount"], payload["updatedCount"], payload["unchangedCount"]) == (
        2,
        1,
        1,
    )
    # What is omitted stays.
    rose = payload["results"][0]["node"]
    assert rose == {
        "id": garden.rose, "text": "rose", "tags": ["white"], "etymology": "From Latin.",
        "version": 2,
    }  # fmt: skip
    again = await upserted(ask, {"text": "rose", "homograph": 2})
    assert again["results"][0]["id"] == payload["results"][2]["id"]


async def test_parts_of_speech_are_a_set_in_the_natural_key(ask: Ask, garden: Garden) -> None:
    for parts in (["NOUN", "VERB"], ["VERB", "NOUN"]):
        payload = await upserted(ask, {"text": "bloom", "partOfSpeech": parts})
    assert payload["results"][0]["status"] == "UPDATED"


async def test_one_natural_key_stands_once_in_a_batch(ask: Ask, garden: Garden) -> None:
    payload = await upserted(ask, {"text": "oak"}, {"text": "oak", "tags": ["tree"]})
    assert payload["userErrors"] == [{"code": "DUPLICATE", "field": ["items", "1", "text"]}]


async def test_an_expected_version_is_held(ask: Ask, garden: Garden) -> None:
    old = await upserted(ask, {"text": "rose", "expectedVersion": 7})
    gone = await upserted(ask, {"text": "oak", "expectedVersion": 1})
    for payload in (old, gone):
        assert payload["userErrors"] == [
            {"code": "VERSION_CONFLICT", "field": ["items", "0", "expectedVersion"]}
        ]
    assert old["results"][0]["node"]["version"] == 1


async def test_definitions_and_examples_have_natural_keys(ask: Ask, garden: Garden) -> None:
    query = """mutation ($word: ID!, $flower: ID!) {
      upsertDefinitions(input: {library: "garden", items: [
        {wordId: $word, key: "rose-1", text: "A thorny flower."}
        {wordId: $word, key: "rose-2", text: "A colour."}]}) {
        userErrors { code field } results { status node { key text position source } } }
      upsertExamples(input: {library: "garden", items: [
        {definitionId: $flower, text: "A red rose.", source: "a song"}
        {definitionId: $flower, text: "A white rose."}]}) {
        userErrors { code field } results { status node { text source position } } } }"""
    first = await ask(query, word=garden.rose, flower=garden.flower)
    assert [each["status"] for each in first["upsertDefinitions"]["results"]] == [
        "UPDATED", "CREATED",
    ]  # fmt: skip
    assert first["upsertDefinitions"]["results"][0]["node"] == {
        "key": "rose-1", "text": "A thorny flower.", "position": 0, "source": "A garden book.",
    }  # fmt: skip
    assert [each["node"] for each in first["upsertExamples"]["results"]] == [
        {"text": "A red rose.", "source": "a song", "position": 0},
        {"text": "A white rose.", "source": None, "position": 1},
    ]
    again = await ask(query, word=garden.rose, flower=garden.flower)
    for payload in again.values():
        assert [each["status"] for each in payload["results"]] == ["UNCHANGED"] * 2


async def test_a_definition_does_not_move_to_another_word(ask: Ask, garden: Garden) -> None:
    data = await ask(
        """mutation ($word: ID!) { upsertDefinitions(input: {library: "garden", items: [
          {wordId: $word, key: "rose-1", text: "A flower."}]}) { userErrors { code field } } }""",
        word=garden.tulip,
    )
    assert data["upsertDefinitions"]["userErrors"] == [
        {"code": "DUPLICATE", "field": ["items", "0", "key"]}
    ]


async def test_libraries_are_made_or_changed_by_their_keys(ask: Ask, garden: Garden) -> None:
    data = await ask(
        """mutation { upsertLibraries(input: {items: [
          {key: "garden", name: "The garden", license: "CC0-1.0"}, {key: "meadow", name: "Meadow"}
        ]}) { createdCount updatedCount userErrors { code }
          results { status id node { key name license language } } } }"""
    )
    payload = data["upsertLibraries"]
    assert (payload["createdCount"], payload["updatedCount"]) == (1, 1)
    assert payload["results"][0]["id"] == garden.id
    assert payload["results"][0]["node"] == {
        "key": "garden", "name": "The garden", "license": "CC0-1.0", "language": "en",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("plural", "noun", "item"),
    [
        ("Words", "Word", {"text": "oak"}),
        ("Definitions", "Definition", {"wordId": "rose", "key": "oak", "text": "A tree."}),
        ("Examples", "Example", {"definitionId": "flower", "text": "An oak."}),
        ("Libraries", "Library", {"key": "oak", "name": "Oak"}),
    ],
)
async def test_of_racing_upserts_one_makes_it(
    ask: Ask, garden: Garden, plural: str, noun: str, item: dict[str, str]
) -> None:
    scope = "" if noun == "Library" else 'library: "garden", '
    query = f"""mutation ($item: {noun}UpsertInput!) {{
      upsert{plural}(input: {{{scope}items: [$item]}}) {{
        userErrors {{ code }} results {{ status id }} }} }}"""
    parents = {name: getattr(garden, value) for name, value in item.items() if name.endswith("Id")}
    answers = await asyncio.gather(*(ask(query, item=item | parents) for _ in range(6)))
    results = [answer[f"upsert{plural}"]["results"][0] for answer in answers]
    assert sorted(each["status"] for each in results) == ["CREATED"] + ["UNCHANGED"] * 5
    assert len({each["id"] for each in results}) == 1
