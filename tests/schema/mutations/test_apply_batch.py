"""Mixed batches: order, references between items, all or nothing."""

from typing import Any

import pytest
from garden import Ask, Garden

APPLY = """
mutation ($items: [BatchOperationInput!]!, $policy: ErrorPolicy! = REJECT_ALL) {
  applyBatch(input: {library: "garden", items: $items, errorPolicy: $policy}) {
    createdCount updatedCount unchangedCount deletedCount refusedCount sequence
    userErrors { code field index message }
    results { index status clientRef id node {
      id
      ... on Word { text tags version definitions { nodes { text } } }
      ... on Definition { key text word { id } relations { nodes { target { id } } } }
      ... on Example { text definition { id } } } } } }
"""
COUNTS = """{ words(library: "garden") { totalCount }
  library(by: {key: "garden"}) { definitions { totalCount } examples { totalCount } sequence } }"""


async def applied(ask: Ask, *items: dict[str, Any], **variables: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await ask(APPLY, items=items, **variables))["applyBatch"]
    return payload


def refusals(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["code"], ".".join(each["field"])) for each in payload["userErrors"]]


def statuses(payload: dict[str, Any]) -> list[str]:
    return [each["status"] for each in payload["results"]]


async def test_items_refer_to_what_earlier_ones_make(ask: Ask, garden: Garden) -> None:
    payload = await applied(
        ask,
        {"createWord": {"clientRef": "w1", "text": "hob"}},
        {"createDefinition": {"clientRef": "d1", "wordId": "@w1", "text": "A shelf."}},
        {"createDefinition": {"clientRef": "d2", "wordId": "@w1", "text": "A peg.", "relations": [
            {"type": "ALSO", "targetId": "@d1"}]}},
        {"createExample": {"definitionId": "@d2", "text": "The hob."}},
        {"patchWord": {"id": "@w1", "patch": [{"op": "add", "path": "/tags/-", "value": "new"}]}},
        {"updateWord": {"id": garden.tulip, "text": "Tulip"}},
        {"deleteDefinition": {"id": garden.flower, "cascade": True}},
    )  # fmt: skip
    assert payload["userErrors"] == []
    assert statuses(payload) == ["CREATED"] * 4 + ["UPDATED"] * 2 + ["DELETED"]
    assert [each["clientRef"] for each in payload["results"]][:4] == ["w1", "d1", "d2", None]
    hob, shelf, peg, example = (each["node"] for each in payload["results"][:4])
    assert (hob["tags"], hob["version"]) == (["new"], 2)
    assert hob["definitions"]["nodes"] == [{"text": "A shelf."}, {"text": "A peg."}]
    assert shelf["word"]["id"] == payload["results"][4]["id"] == hob["id"]
    assert peg["relations"]["nodes"] == [{"target": {"id": shelf["id"]}}]
    assert example["definition"]["id"] == peg["id"]
    counts = [payload[f"{name}Count"] for name in ("created", "updated", "deleted", "refused")]
    assert counts == [4, 2, 1, 0]


async def test_items_see_what_those_before_them_did(ask: Ask, garden: Garden) -> None:
    """The same word, again and again, also by the same operation."""
    payload = await applied(
        ask,
        {"updateWord": {"id": garden.rose, "text": "a"}},
        {"updateWord": {"id": garden.rose, "text": "b", "expectedVersion": 2}},
        {"upsertWord": {"clientRef": "x", "text": "new"}},
        {"upsertWord": {"text": "new", "tags": ["y"]}},
        {"updateWord": {"id": "@x", "expectedVersion": 2, "etymology": "z"}},
        {"deleteWord": {"id": "@x"}},
        {"createWord": {"text": "new"}},
    )
    assert payload["userErrors"] == []
    assert statuses(payload) == [
        "UPDATED", "UPDATED", "CREATED", "UPDATED", "UPDATED", "DELETED", "CREATED",
    ]  # fmt: skip
    assert payload["results"][1]["node"]["text"] == "b"


async def test_one_refused_item_leaves_everything_as_it_was(ask: Ask, garden: Garden) -> None:
    before = await ask(COUNTS)
    payload = await applied(
        ask,
        {"createWord": {"clientRef": "w1", "text": "hob"}},
        {"createDefinition": {"wordId": "@w1", "text": "A shelf."}},
        {"deleteWord": {"id": garden.rose}},
        {"createWord": {"text": "tulip"}},
        {"createExample": {"definitionId": garden.flower, "text": ""}},
    )
    assert statuses(payload) == ["ROLLED_BACK", "ROLLED_BACK", "REFUSED", "REFUSED", "REFUSED"]
    # Every mistake is told at once, those of the values first.
    assert refusals(payload) == [
        ("IN_USE", "items.2.deleteWord.id"),
        ("DUPLICATE", "items.3.createWord.text"),
        ("INVALID_VALUE", "items.4.createExample.text"),
    ]
    assert await ask(COUNTS) == before
    assert payload["sequence"] == before["library"]["sequence"]


async def test_what_depends_on_a_refused_item_is_refused_with_it(ask: Ask, garden: Garden) -> None:
    payload = await applied(
        ask,
        {"createWord": {"clientRef": "w1", "text": "tulip"}},
        {"createDefinition": {"clientRef": "d1", "wordId": "@w1", "text": "A shelf."}},
        {"createExample": {"definitionId": "@d1", "text": "A hob."}},
        {"createWord": {"text": "hob"}},
        policy="REJECT_FAILED",
    )
    assert statuses(payload) == ["REFUSED", "REFUSED", "REFUSED", "CREATED"]
    assert refusals(payload) == [
        ("DUPLICATE", "items.0.createWord.text"),
        ("REFERENCE_REFUSED", "items.1.createDefinition.wordId"),
        ("REFERENCE_REFUSED", "items.2.createExample.definitionId"),
    ]


@pytest.mark.parametrize(
    ("items", "code", "field"),
    [
        # Forwards, to itself, to nothing.
        ([{"createDefinition": {"wordId": "@w", "text": "a"}},
          {"createWord": {"clientRef": "w", "text": "a"}}],
         "UNKNOWN_REFERENCE", "0.createDefinition.wordId"),
        ([{"createDefinition": {"clientRef": "d", "wordId": "@d", "text": "a"}}],
         "UNKNOWN_REFERENCE", "0.createDefinition.wordId"),
        ([{"updateWord": {"id": "@"}}], "UNKNOWN_REFERENCE", "0.updateWord.id"),
        # Of another type.
        ([{"createWord": {"clientRef": "w", "text": "a"}}, {"deleteExample": {"id": "@w"}}],
         "WRONG_TYPE", "1.deleteExample.id"),
        # Twice, too long, unstorable.
        ([{"createWord": {"clientRef": "w", "text": "a"}},
          {"upsertWord": {"clientRef": "w", "text": "b"}}],
         "DUPLICATE", "1.upsertWord.clientRef"),
        ([{"createWord": {"clientRef": "w" * 101, "text": "a"}}],
         "TOO_LONG", "0.createWord.clientRef"),
        ([{"createWord": {"clientRef": "a\ud800", "text": "a"}}],
         "INVALID_VALUE", "0.createWord.clientRef"),
        # Patches are read in place.
        ([{"patchWord": {"id": "nonsense", "patch": []}}], "INVALID_VALUE", "0.patchWord.id"),
    ],
)  # fmt: skip
async def test_wrong_references_are_refused_where_they_stand(
    ask: Ask, garden: Garden, items: list[dict[str, Any]], code: str, field: str
) -> None:
    payload = await applied(ask, *items)
    assert refusals(payload) == [(code, f"items.{field}")]


async def test_references_work_in_mixed_batches_only(ask: Ask, garden: Garden) -> None:
    data = await ask(
        """mutation { createDefinitions(input: {library: "garden", items: [
          {wordId: "@w1", text: "a"}]}) { userErrors { code field } } }"""
    )
    assert data["createDefinitions"]["userErrors"] == [
        {"code": "UNKNOWN_REFERENCE", "field": ["items", "0", "wordId"]}
    ]


@pytest.mark.parametrize("item", ["{}", '{createWord: {text: "a"}, deleteWord: {id: "a"}}'])
async def test_an_item_is_exactly_one_operation(execute: Any, garden: Garden, item: str) -> None:
    query = (
        f'mutation {{ applyBatch(input: {{library: "garden", items: [{item}]}}) {{ sequence }} }}'
    )
    assert (await execute(query)).errors


async def test_alike_operations_are_written_together(
    ask: Ask, garden: Garden, commands: Any
) -> None:
    async def trips(count: int) -> int:
        items = [{"createWord": {"text": f"{count}-{n}"}} for n in range(count)]
        commands.sent.clear()
        assert (await applied(ask, *items))["createdCount"] == count
        return len(commands.sent)

    assert await trips(2) == await trips(200)
