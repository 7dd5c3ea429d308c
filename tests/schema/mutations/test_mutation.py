"""Mutations as clients send them: inputs, payloads, and the places of refusals."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from bson import ObjectId

from documents.base import EntityKind
from schema.node import encode_node_id

Ask = Callable[..., Awaitable[dict[str, Any]]]

CREATE_WORDS = """
mutation ($items: [NewWordInput!]!, $policy: ErrorPolicy! = REJECT_ALL) {
  createWords(input: {library: "garden", items: $items, errorPolicy: $policy}) {
    createdCount refusedCount sequence
    userErrors { code field index message }
    results {
      index status id userErrors { code field }
      node { id text version definitions { nodes { id text examples { nodes { id text } } } } }
    }
  }
}
"""
UPDATE_WORDS = """
mutation ($items: [WordUpdateInput!]!) {
  updateWords(input: {library: "garden", items: $items}) {
    updatedCount unchangedCount refusedCount
    userErrors { code field index }
    results { status id node { id text etymology tags frequencyBand version } }
  }
}
"""
NOUNS = ("Library", "Word", "Definition", "Example")


@pytest.fixture
async def garden(ask: Ask) -> str:
    """The id of an empty library."""
    data = await ask(
        """mutation { createLibraries(input: {items: {key: "garden", name: "Garden"}}) {
          createdCount results { node { id key embedding { provider } } } userErrors { code } } }"""
    )
    (result,) = data["createLibraries"]["results"]
    assert result["node"]["embedding"] == {"provider": "hashing"}
    return str(result["node"]["id"])


@pytest.fixture
async def rose(ask: Ask, garden: str) -> dict[str, Any]:
    """A word with one definition that has one example."""
    item = {
        "text": "rose",
        "etymology": "From Latin.",
        "tags": ["red"],
        "definitions": [{"text": "A flower.", "examples": [{"text": "A red rose."}]}],
    }
    data = await ask(CREATE_WORDS, items=item)
    node: dict[str, Any] = data["createWords"]["results"][0]["node"]
    return node


async def test_a_word_is_created_with_all_that_hangs_on_it(ask: Ask, rose: dict[str, Any]) -> None:
    (definition,) = rose["definitions"]["nodes"]
    assert (rose["text"], rose["version"], definition["text"]) == ("rose", 1, "A flower.")
    assert [each["text"] for each in definition["examples"]["nodes"]] == ["A red rose."]

    found = await ask("query ($id: ID!) { node(id: $id) { id } }", id=rose["id"])
    assert found["node"]["id"] == rose["id"]


async def test_many_words_are_created_at_once(ask: Ask, garden: str) -> None:
    items = [{"text": f"word {number}"} for number in range(250)]
    payload = (await ask(CREATE_WORDS, items=items))["createWords"]
    assert (payload["createdCount"], payload["refusedCount"]) == (250, 0)
    assert [each["node"]["text"] for each in payload["results"]] == [i["text"] for i in items]
    assert payload["userErrors"] == []


async def test_the_errors_of_a_batch_lead_to_the_values_at_fault(ask: Ask, garden: str) -> None:
    items = [
        {"text": "rose"},
        {"text": "tulip", "definitions": [{"text": "ok"}, {"text": "", "domain": "\0"}]},
    ]
    payload = (await ask(CREATE_WORDS, items=items))["createWords"]

    assert [each["status"] for each in payload["results"]] == ["ROLLED_BACK", "REFUSED"]
    assert payload["results"][0] == {
        "index": 0, "status": "ROLLED_BACK", "id": None, "userErrors": [], "node": None,
    }  # fmt: skip
    assert [(each["code"], each["index"], each["field"]) for each in payload["userErrors"]] == [
        ("INVALID_VALUE", 1, ["items", "1", "definitions", "1", "text"]),
        ("INVALID_VALUE", 1, ["items", "1", "definitions", "1", "domain"]),
    ]
    assert payload["sequence"] == 1
    kept = (await ask(CREATE_WORDS, items=items, policy="REJECT_FAILED"))["createWords"]
    assert (kept["createdCount"], kept["refusedCount"], kept["sequence"]) == (1, 1, 2)


async def test_omitted_and_null_differ(ask: Ask, rose: dict[str, Any]) -> None:
    omitted = await ask(UPDATE_WORDS, items={"id": rose["id"], "frequencyBand": "COMMON"})
    node = omitted["updateWords"]["results"][0]["node"]
    assert (node["etymology"], node["tags"]) == ("From Latin.", ["red"])

    cleared = await ask(UPDATE_WORDS, items={"id": rose["id"], "etymology": None, "tags": None})
    assert cleared["updateWords"]["results"][0]["node"] == {
        "id": rose["id"],
        "text": "rose",
        "etymology": None,
        "tags": [],
        "frequencyBand": "COMMON",
        "version": 3,
    }
    refused = await ask(UPDATE_WORDS, items={"id": rose["id"], "text": None})
    assert refused["updateWords"]["userErrors"] == [
        {"code": "INVALID_VALUE", "field": ["items", "0", "text"], "index": 0}
    ]


async def test_values_that_are_there_already_change_nothing(ask: Ask, rose: dict[str, Any]) -> None:
    payload = (await ask(UPDATE_WORDS, items={"id": rose["id"], "tags": ["red"]}))["updateWords"]
    assert (payload["updatedCount"], payload["unchangedCount"]) == (0, 1)
    assert payload["results"][0]["node"]["version"] == 1


async def test_a_conflict_shows_what_is_in_the_way(ask: Ask, rose: dict[str, Any]) -> None:
    await ask(UPDATE_WORDS, items={"id": rose["id"], "text": "Rose"})
    item = {"id": rose["id"], "text": "ROSE", "expectedVersion": 1}
    payload = (await ask(UPDATE_WORDS, items=item))["updateWords"]

    assert payload["userErrors"] == [
        {"code": "VERSION_CONFLICT", "field": ["items", "0", "expectedVersion"], "index": 0}
    ]
    (result,) = payload["results"]
    assert (result["status"], result["node"]["text"], result["node"]["version"]) == (
        "REFUSED",
        "Rose",
        2,
    )


async def test_deleting_states_what_would_go_and_cascades_on_request(
    ask: Ask, rose: dict[str, Any]
) -> None:
    query = """mutation ($id: ID!, $cascade: Boolean!) {
      deleteWords(input: {library: "garden", items: {id: $id}, cascade: $cascade}) {
        deletedCount userErrors { code message field } results { status id node { id } } } }"""
    refused = (await ask(query, id=rose["id"], cascade=False))["deleteWords"]
    (error,) = refused["userErrors"]
    assert (error["code"], error["field"]) == ("IN_USE", ["items", "0", "id"])
    assert "1 definition, 1 example" in error["message"]
    assert refused["results"][0]["node"] == {"id": rose["id"]}

    deleted = (await ask(query, id=rose["id"], cascade=True))["deleteWords"]
    assert deleted["results"] == [{"status": "DELETED", "id": rose["id"], "node": None}]
    assert (await ask("query ($id: ID!) { node(id: $id) { id } }", id=rose["id"]))["node"] is None


async def test_definitions_and_examples_have_mutations_of_their_own(
    ask: Ask, rose: dict[str, Any]
) -> None:
    (flower,) = rose["definitions"]["nodes"]
    made = await ask(
        """mutation ($word: ID!, $target: ID!) {
          createDefinitions(input: {library: "garden", items: {
            wordId: $word, text: "A colour.", key: "rose-2", register: LITERARY,
            relations: [{type: DERIVATION, targetId: $target}], examples: [{text: "Rose walls."}]
          }}) { createdCount userErrors { message field } results { node {
            id key register position relations { nodes { type level target { id } } }
          } } } }""",
        word=rose["id"],
        target=flower["id"],
    )
    node = made["createDefinitions"]["results"][0]["node"]
    assert (node["key"], node["register"], node["position"]) == ("rose-2", "LITERARY", 1)
    assert node["relations"]["nodes"] == [
        {"type": "DERIVATION", "level": "SENSE", "target": {"id": flower["id"]}}
    ]

    written = await ask(
        """mutation ($definition: ID!, $example: ID!) {
          createExamples(input: {library: "garden", items: {
            definitionId: $definition, text: "Rose lips.", source: "a poem" }}) {
            createdCount results { node { text source position } } }
          updateDefinitions(input: {library: "garden", items: {
            id: $definition, text: "A pale red.", relations: null, register: null }}) {
            updatedCount results { node { text register relations { totalCount } } } }
          updateExamples(input: {library: "garden", items: {id: $example, text: "New."}}) {
            updatedCount results { node { text } } }
          deleteExamples(input: {library: "garden", items: {id: $example}}) { deletedCount }
          deleteDefinitions(input: {
            library: "garden", items: {id: $definition}, cascade: true }) { deletedCount }
        }""",
        definition=node["id"],
        example=flower["examples"]["nodes"][0]["id"],
    )
    assert written["createExamples"]["results"][0]["node"] == {
        "text": "Rose lips.", "source": "a poem", "position": 1,
    }  # fmt: skip
    assert written["updateDefinitions"]["results"][0]["node"] == {
        "text": "A pale red.", "register": None, "relations": {"totalCount": 0},
    }  # fmt: skip
    assert written["updateExamples"]["results"][0]["node"] == {"text": "New."}
    assert written["deleteExamples"] == written["deleteDefinitions"] == {"deletedCount": 1}


async def test_libraries_are_updated_and_deleted(
    ask: Ask, rose: dict[str, Any], garden: str
) -> None:
    updated = await ask(
        """mutation ($id: ID!) { updateLibraries(input: {items: {
          id: $id, license: "CC0-1.0", metadata: {team: "green"}, expectedVersion: 1 }}) {
          updatedCount sequence results { node { license metadata version } } } }""",
        id=garden,
    )
    assert updated["updateLibraries"] == {
        "updatedCount": 1,
        "sequence": None,
        "results": [{"node": {"license": "CC0-1.0", "metadata": {"team": "green"}, "version": 2}}],
    }
    delete = """mutation ($id: ID!, $cascade: Boolean!) {
      deleteLibraries(input: {items: {id: $id}, cascade: $cascade}) {
        deletedCount userErrors { code field } } }"""
    assert await ask(delete, id=garden, cascade=False) == {
        "deleteLibraries": {
            "deletedCount": 0,
            "userErrors": [{"code": "IN_USE", "field": ["items", "0", "id"]}],
        }
    }
    assert await ask(delete, id=garden, cascade=True) == {
        "deleteLibraries": {"deletedCount": 1, "userErrors": []}
    }
    assert (await ask('{ library(by: {key: "garden"}) { id } }'))["library"] is None


def item_errors(plural: str, verb: str, item: str, library: str = 'library: "garden", ') -> str:
    return f"""mutation {{ {verb}{plural}(input: {{{library}items: {item}}}) {{
      userErrors {{ code field }} results {{ node {{ id }} }} }} }}"""


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("verb", ["update", "delete"])
async def test_wrong_ids_are_refused_in_every_mutation(
    ask: Ask, rose: dict[str, Any], noun: str, verb: str
) -> None:
    plural = "Libraries" if noun == "Library" else f"{noun}s"
    scope = "" if noun == "Library" else 'library: "garden", '
    kind = EntityKind(noun.lower())
    other = EntityKind.EXAMPLE if kind is EntityKind.WORD else EntityKind.WORD
    wrong = {
        "": "INVALID_VALUE",
        "nonsense": "INVALID_VALUE",
        "V29yZDp4": "INVALID_VALUE",
        encode_node_id(EntityKind.EMBEDDING, ObjectId()): "INVALID_VALUE",
        encode_node_id(other, ObjectId()): "WRONG_TYPE",
        encode_node_id(kind, ObjectId()): "NOT_FOUND",
    }
    for wrong_id, code in wrong.items():
        data = await ask(item_errors(plural, verb, f'{{id: "{wrong_id}"}}', scope))
        payload = data[f"{verb}{plural}"]
        assert payload["userErrors"] == [{"code": code, "field": ["items", "0", "id"]}], wrong_id
        assert payload["results"] == [{"node": None}]


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
@pytest.mark.parametrize("plural", ["Words", "Definitions", "Examples", "Libraries"])
async def test_empty_batches_and_unknown_libraries_are_refused_in_every_mutation(
    ask: Ask, garden: str, verb: str, plural: str
) -> None:
    scope = "" if plural == "Libraries" else 'library: "garden", '
    empty = (await ask(item_errors(plural, verb, "[]", scope)))[f"{verb}{plural}"]
    assert empty == {"userErrors": [{"code": "INVALID_VALUE", "field": ["items"]}], "results": []}

    if scope and verb == "delete":
        item = f'{{id: "{encode_node_id(EntityKind.WORD, ObjectId())}"}}'
        data = await ask(item_errors(plural, verb, item, 'library: "nowhere", '))
        assert data[f"{verb}{plural}"]["userErrors"] == [
            {"code": "NOT_FOUND", "field": ["library"]}
        ]


@pytest.mark.parametrize(
    ("item", "code", "field"),
    [
        ({"text": "x" * 201}, "TOO_LONG", "text"),
        ({"text": "a\ud800"}, "INVALID_VALUE", "text"),
        ({"text": "a\0"}, "INVALID_VALUE", "text"),
        ({"text": "a", "language": "no tag"}, "INVALID_VALUE", "language"),
        ({"text": "a", "metadata": [1]}, "INVALID_VALUE", "metadata"),
        ({"text": "a", "metadata": {"$where": 1}}, "INVALID_VALUE", "metadata"),
        ({"text": "a", "homograph": 0}, "INVALID_VALUE", "homograph"),
        ({"text": "a", "tags": ["\0"]}, "INVALID_VALUE", "tags.0"),
        ({"text": "rose"}, "DUPLICATE", "text"),
        (
            {"text": "a", "definitions": [{"text": "b", "relations": [
                {"type": "ALSO", "targetId": encode_node_id(EntityKind.WORD, ObjectId())}]}]},
            "WRONG_TYPE",
            "definitions.0.relations.0.targetId",
        ),
    ],
)  # fmt: skip
async def test_bad_values_are_refused_where_they_stand(
    ask: Ask, rose: dict[str, Any], item: dict[str, Any], code: str, field: str
) -> None:
    (error,) = (await ask(CREATE_WORDS, items=item))["createWords"]["userErrors"]
    assert (error["code"], error["field"]) == (code, ["items", "0", *field.split(".")])


async def test_too_many_items_are_refused(ask: Ask, garden: str) -> None:
    payload = (await ask(CREATE_WORDS, items=[{"text": "a"}] * 10_000))["createWords"]
    assert payload["results"] == []
    assert [(each["code"], each["field"]) for each in payload["userErrors"]] == [
        ("TOO_LONG", ["items"])
    ]


@pytest.mark.parametrize(
    "item",
    ['{text: "a", unknown: 1}', "{}", '{text: "a", frequencyBand: OFTEN}', "{text: 1}", "null"],
)
async def test_what_the_type_forbids_never_reaches_the_rules(
    execute: Callable[..., Awaitable[Any]], garden: str, item: str
) -> None:
    query = (
        f'mutation {{ createWords(input: {{library: "garden", items: {item}}}) {{ sequence }} }}'
    )
    assert (await execute(query)).errors


async def test_the_nodes_of_a_payload_are_read_in_one_trip_a_level(
    ask: Ask, garden: str, commands: Any
) -> None:
    async def trips(count: int) -> list[str]:
        items = [
            {
                "text": f"{count}-{i}",
                "definitions": [{"text": f"d{count}", "examples": [{"text": "e"}]}],
            }
            for i in range(count)
        ]
        commands.sent.clear()
        await ask(CREATE_WORDS, items=items)
        return list(commands.names())

    assert await trips(1) == await trips(100)


async def test_only_selected_columns_of_a_payload_are_read(
    ask: Ask, garden: str, commands: Any
) -> None:
    commands.sent.clear()
    query = """mutation { createWords(input: {library: "garden", items: {text: "rose"}}) {
      results { node { text } } } }"""
    await ask(query)
    assert commands.sent[-1]["find"] == "words"
    assert commands.sent[-1]["projection"] == {"_id": 1, "text": 1}


async def test_a_payload_that_asks_for_no_node_reads_none(
    ask: Ask, garden: str, commands: Any
) -> None:
    commands.sent.clear()
    query = """mutation { createWords(input: {library: "garden", items: {text: "rose"}}) {
      createdCount results { id status } } }"""
    await ask(query)
    assert commands.names()[-1] == "commitTransaction"
