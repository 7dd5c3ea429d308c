"""Idempotency keys: a request that is sent again is not run again."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from garden import Ask, Garden

from resolvers.context import Services

CREATE = """
mutation ($text: String!, $key: String, $policy: ErrorPolicy! = REJECT_ALL) {
  createWords(input: {library: "garden", idempotencyKey: $key, errorPolicy: $policy, items: [
    {text: $text, clientRef: "w", tags: ["new"]}]}) {
    createdCount sequence userErrors { code field message }
    results { index status id clientRef node { text } userErrors { code } } } }
"""
RESULT = "{ userErrors { code field } results { status id } }"


async def test_a_request_that_is_sent_again_is_answered_alike(ask: Ask, garden: Garden) -> None:
    first = await ask(CREATE, text="oak", key="k1")
    assert first["createWords"]["createdCount"] == 1
    assert await ask(CREATE, text="oak", key="k1") == first
    assert (await ask('{ words(library: "garden") { totalCount } }'))["words"]["totalCount"] == 3


async def test_other_keys_are_other_requests(ask: Ask, garden: Garden) -> None:
    await ask(CREATE, text="oak", key="k1")
    for key in ("k2", None):
        data = await ask(CREATE, text="oak", key=key)
        assert [each["code"] for each in data["createWords"]["userErrors"]] == ["DUPLICATE"]


async def test_another_request_with_the_key_is_refused(ask: Ask, garden: Garden) -> None:
    await ask(CREATE, text="oak", key="k1")
    other_items = (await ask(CREATE, text="elm", key="k1"))["createWords"]
    other_policy = (await ask(CREATE, text="oak", key="k1", policy="REJECT_FAILED"))["createWords"]
    other_verb = (
        await ask(
            f"""mutation {{ upsertWords(input: {{library: "garden", idempotencyKey: "k1", items: [
              {{text: "oak", clientRef: "w", tags: ["new"]}}]}}) {RESULT} }}"""
        )
    )["upsertWords"]
    for payload in (other_items, other_policy, other_verb):
        (error,) = payload["userErrors"]
        assert (error["code"], error["field"]) == ("IDEMPOTENCY_MISMATCH", ["idempotencyKey"])
        assert payload["results"] == []


async def test_a_refused_request_may_be_corrected_under_its_key(ask: Ask, garden: Garden) -> None:
    for policy in ("REJECT_ALL", "REJECT_FAILED"):
        refused = await ask(CREATE, text="rose", key="k1", policy=policy)
        assert refused["createWords"]["userErrors"][0]["code"] == "DUPLICATE"
    corrected = await ask(CREATE, text="Rose", key="k1")
    assert corrected["createWords"]["createdCount"] == 1


async def test_refusals_of_a_request_that_was_run_in_part_are_kept(
    ask: Ask, garden: Garden
) -> None:
    query = f"""mutation {{ createWords(input: {{library: "garden", idempotencyKey: "k1",
      errorPolicy: REJECT_FAILED, items: [{{text: "oak"}}, {{text: "rose"}}]}}) {RESULT} }}"""
    first = await ask(query)
    assert [each["status"] for each in first["createWords"]["results"]] == ["CREATED", "REFUSED"]
    assert await ask(query) == first


async def test_a_request_that_changed_nothing_is_not_run_later(ask: Ask, garden: Garden) -> None:
    again = f"""mutation ($id: ID!) {{ updateWords(input: {{library: "garden", idempotencyKey: "k",
      items: [{{id: $id, tags: ["red"]}}]}}) {RESULT} }}"""
    first = await ask(again, id=garden.rose)
    await ask(
        """mutation ($id: ID!) { updateWords(input: {library: "garden", items: [
          {id: $id, tags: ["blue"]}]}) { sequence } }""",
        id=garden.rose,
    )
    assert await ask(again, id=garden.rose) == first
    node = await ask("query ($id: ID!) { node(id: $id) { ... on Word { tags } } }", id=garden.rose)
    assert node["node"]["tags"] == ["blue"]


async def test_of_racing_requests_one_is_run(ask: Ask, garden: Garden) -> None:
    answers = await asyncio.gather(*(ask(CREATE, text="oak", key="k1") for _ in range(6)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["createWords"]["createdCount"] == 1


async def test_racing_requests_about_libraries_make_one(ask: Ask, garden: Garden) -> None:
    query = f"""mutation {{ createLibraries(input: {{idempotencyKey: "k", items: [
      {{key: "meadow", name: "Meadow"}}]}}) {RESULT} }}"""
    answers = await asyncio.gather(*(ask(query) for _ in range(6)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["createLibraries"]["results"][0]["status"] == "CREATED"


async def test_keys_belong_to_their_library(ask: Ask, garden: Garden) -> None:
    await ask('mutation { createLibraries(input: {items: [{key: "b", name: "B"}]}) { sequence } }')
    await ask(CREATE, text="oak", key="k1")
    other = await ask(CREATE.replace('"garden"', '"b"'), text="oak", key="k1")
    assert other["createWords"]["createdCount"] == 1


async def test_patches_and_mixed_batches_take_keys(ask: Ask, garden: Garden) -> None:
    patch = '{id: $id, patch: [{op: "add", path: "/tags/-", value: {a: [1, null]}}]}'
    patch = patch.replace("{a: [1, null]}", '"x"')
    queries = (
        f"""mutation ($id: ID!) {{ patchWords(input: {{library: "garden", idempotencyKey: "p",
          items: [{patch}]}}) {RESULT} }}""",
        f"""mutation ($id: ID!) {{ applyBatch(input: {{library: "garden", idempotencyKey: "m",
          items: [{{patchWord: {patch}}}, {{createWord: {{text: "a"}}}}]}}) {RESULT} }}""",
    )
    for query in queries:
        first = await ask(query, id=garden.rose)
        assert await ask(query, id=garden.rose) == first
        (payload,) = first.values()
        assert payload["userErrors"] == []


@pytest.mark.parametrize(
    ("key", "code"), [("", "INVALID_VALUE"), ("a\0", "INVALID_VALUE"), ("a" * 201, "TOO_LONG")]
)
async def test_a_key_that_cannot_be_kept_is_refused(
    ask: Ask, garden: Garden, key: str, code: str
) -> None:
    payload: dict[str, Any] = (await ask(CREATE, text="oak", key=key))["createWords"]
    assert [(each["code"], each["field"]) for each in payload["userErrors"]] == [
        (code, ["idempotencyKey"])
    ]


async def test_keys_are_forgotten_in_time(ask: Ask, garden: Garden, services: Services) -> None:
    await ask(CREATE, text="oak", key="k1")
    keys = services.database["idempotency_keys"]
    indexes = await keys.index_information()
    assert indexes["expiry"]["expireAfterSeconds"] == 0
    record = await keys.find_one()
    assert record is not None
    assert 23 < (record["expires_at"] - datetime.now(UTC)).total_seconds() / 3600 < 25

    # The store removes them once a minute; until then they count for nothing.
    await keys.update_one({}, {"$set": {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}})
    again = await ask(CREATE, text="elm", key="k1")
    assert again["createWords"]["createdCount"] == 1


async def test_keys_go_with_their_library(ask: Ask, garden: Garden, services: Services) -> None:
    await ask(CREATE, text="oak", key="k1")
    await ask(
        """mutation ($id: ID!) { deleteLibraries(input: {items: [{id: $id}], cascade: true}) {
          deletedCount } }""",
        id=garden.id,
    )
    assert await services.database["idempotency_keys"].count_documents({}) == 0
