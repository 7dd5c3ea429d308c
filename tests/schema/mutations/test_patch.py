"""JSON Patch: what the operations do, and where refusals point."""

from typing import Any

import pytest
from garden import Ask, Garden

PATCH_WORDS = """
mutation ($items: [EntityPatchInput!]!) {
  patchWords(input: {library: "garden", items: $items}) {
    updatedCount unchangedCount refusedCount
    userErrors { code field message }
    results { status node { text etymology tags metadata partOfSpeech forms { text tag } version } }
  }
}
"""


async def patched(ask: Ask, word: str, *patch: dict[str, Any], **fields: Any) -> dict[str, Any]:
    items = {"id": word, "patch": patch, **fields}
    payload: dict[str, Any] = (await ask(PATCH_WORDS, items=items))["patchWords"]
    return payload


async def node_after(ask: Ask, word: str, *patch: dict[str, Any]) -> dict[str, Any]:
    payload = await patched(ask, word, *patch)
    assert payload["userErrors"] == []
    node: dict[str, Any] = payload["results"][0]["node"]
    return node


async def refusal(ask: Ask, word: str, *patch: dict[str, Any]) -> tuple[str, str]:
    payload = await patched(ask, word, *patch)
    (error,) = payload["userErrors"]
    assert error["field"][:2] == ["items", "0"]
    assert payload["refusedCount"] == 1
    (result,) = payload["results"]
    assert result["node"] is None or result["node"]["version"] == 1
    return error["code"], ".".join(error["field"][2:])


async def test_all_six_operations_are_applied_in_order(ask: Ask, garden: Garden) -> None:
    node = await node_after(
        ask,
        garden.rose,
        {"op": "test", "path": "/tags", "value": ["red"]},
        {"op": "add", "path": "/tags/-", "value": "thorny"},
        {"op": "replace", "path": "/text", "value": "Rose"},
        {"op": "copy", "from": "/tags/0", "path": "/tags/-"},
        {"op": "move", "from": "/tags/0", "path": "/etymology"},
        {"op": "remove", "path": "/metadata"},
        {"op": "add", "path": "/partOfSpeech", "value": ["NOUN"]},
        {"op": "add", "path": "/forms/-", "value": {"text": "roses", "tag": "plural"}},
    )
    assert node == {
        "text": "Rose",
        "etymology": "red",
        "tags": ["thorny", "red"],
        "metadata": {},
        "partOfSpeech": ["NOUN"],
        "forms": [{"text": "roses", "tag": "plural"}],
        "version": 2,
    }


async def test_metadata_is_patched_within(ask: Ask, garden: Garden) -> None:
    node = await node_after(
        ask,
        garden.rose,
        {"op": "add", "path": "/metadata/colours", "value": ["red", {"name": "white"}]},
        {"op": "replace", "path": "/metadata/colours/1/name", "value": None},
        {"op": "add", "path": "/metadata/a~1b", "value": True},
    )
    assert node["metadata"] == {"bed": 3, "colours": ["red", {"name": None}], "a/b": True}


async def test_removed_and_null_both_clear(ask: Ask, garden: Garden) -> None:
    assert (await node_after(ask, garden.rose, {"op": "remove", "path": "/tags"}))["tags"] == []
    cleared = {"op": "replace", "path": "/etymology", "value": None}
    assert (await node_after(ask, garden.rose, cleared))["etymology"] is None


async def test_what_is_not_set_is_null_to_a_patch(ask: Ask, garden: Garden) -> None:
    node = await node_after(
        ask,
        garden.rose,
        {"op": "test", "path": "/frequencyBand", "value": None},
        {"op": "replace", "path": "/frequencyBand", "value": "COMMON"},
    )
    assert node["version"] == 2


async def test_a_patch_without_effect_keeps_the_version(ask: Ask, garden: Garden) -> None:
    for patch in ([], [{"op": "replace", "path": "/tags/0", "value": "red"}]):
        payload = await patched(ask, garden.rose, *patch)
        assert (payload["updatedCount"], payload["unchangedCount"]) == (0, 1)
        assert payload["results"][0]["node"]["version"] == 1


FIRST = {"op": "test", "path": "/text", "value": "rose"}


@pytest.mark.parametrize(
    ("step", "code", "field"),
    [
        # What cannot be applied.
        ({"op": "test", "path": "/tags/0", "value": "blue"}, "TEST_FAILED", "value"),
        ({"op": "test", "path": "/nothing", "value": 1}, "TEST_FAILED", "value"),
        ({"op": "test", "path": "/homograph", "value": True}, "TEST_FAILED", "value"),
        ({"op": "remove", "path": "/tags/7"}, "PATCH_FAILED", "path"),
        ({"op": "replace", "path": "/tags/1", "value": "x"}, "PATCH_FAILED", "path"),
        ({"op": "add", "path": "/tags/01", "value": "x"}, "PATCH_FAILED", "path"),
        ({"op": "add", "path": "/etymology/0", "value": "x"}, "PATCH_FAILED", "path"),
        ({"op": "copy", "from": "/tags/7", "path": "/etymology"}, "PATCH_FAILED", "from"),
        ({"op": "move", "from": "/tags", "path": "/tags/0"}, "PATCH_FAILED", "path"),
        # What may not be reached for.
        ({"op": "replace", "path": "/id", "value": "x"}, "READ_ONLY", "path"),
        ({"op": "test", "path": "/version", "value": 1}, "READ_ONLY", "path"),
        ({"op": "replace", "path": "/library/key", "value": "x"}, "READ_ONLY", "path"),
        ({"op": "add", "path": "/definitions/-", "value": {}}, "READ_ONLY", "path"),
        ({"op": "copy", "from": "/version", "path": "/homograph"}, "READ_ONLY", "from"),
        ({"op": "add", "path": "/expectedVersion", "value": 1}, "READ_ONLY", "path"),
        # What breaks the type.
        ({"op": "replace", "path": "/tags/0", "value": 5}, "INVALID_VALUE", "value"),
        ({"op": "replace", "path": "/tags", "value": {"a": 1}}, "INVALID_VALUE", "value"),
        ({"op": "add", "path": "/partOfSpeech/-", "value": "NOWN"}, "INVALID_VALUE", "value"),
        ({"op": "add", "path": "/colour", "value": "red"}, "INVALID_VALUE", "value"),
        ({"op": "remove", "path": "/text"}, "INVALID_VALUE", "path"),
        ({"op": "move", "from": "/text", "path": "/etymology"}, "INVALID_VALUE", "path"),
        ({"op": "add", "path": "/forms/-", "value": {"tag": "x"}}, "INVALID_VALUE", "value"),
        ({"op": "replace", "path": "", "value": 5}, "INVALID_VALUE", "value"),
        (
            {"op": "replace", "path": "", "value": {"text": "a", "id": "b"}},
            "INVALID_VALUE",
            "value",
        ),
        # What breaks a rule.
        ({"op": "replace", "path": "/text", "value": "x" * 201}, "TOO_LONG", "value"),
        ({"op": "replace", "path": "/text", "value": "a\0"}, "INVALID_VALUE", "value"),
        ({"op": "replace", "path": "/text", "value": "tulip"}, "DUPLICATE", "value"),
        ({"op": "add", "path": "/metadata/$where", "value": 1}, "INVALID_VALUE", "value"),
        # What is no operation.
        ({"op": "append", "path": "/text", "value": "x"}, "INVALID_VALUE", "op"),
        ({"op": "add", "path": "text", "value": "x"}, "INVALID_VALUE", "path"),
        ({"op": "add", "path": "/a~2", "value": "x"}, "INVALID_VALUE", "path"),
        ({"op": "add", "path": "/" + "a" * 1_000, "value": 1}, "INVALID_VALUE", "path"),
        ({"op": "add", "path": "/tags"}, "INVALID_VALUE", "value"),
        ({"op": "move", "path": "/tags"}, "INVALID_VALUE", "from"),
        ({"op": "add", "path": "/metadata/a", "value": "a\ud800"}, "INVALID_VALUE", "value"),
    ],
)
async def test_a_refusal_names_the_operation_and_its_part(
    ask: Ask, garden: Garden, step: dict[str, Any], code: str, field: str
) -> None:
    assert await refusal(ask, garden.rose, FIRST, step) == (code, f"patch.1.{field}")


async def test_the_step_that_broke_the_entity_is_blamed(ask: Ask, garden: Garden) -> None:
    patch = [
        {"op": "add", "path": "/etymology", "value": "x" * 10_001},
        {"op": "add", "path": "/tags/-", "value": "fine"},
        {"op": "test", "path": "/text", "value": "rose"},
    ]
    assert await refusal(ask, garden.rose, *patch) == ("TOO_LONG", "patch.0.value")


async def test_a_broken_state_in_between_is_allowed(ask: Ask, garden: Garden) -> None:
    node = await node_after(
        ask,
        garden.rose,
        {"op": "remove", "path": "/text"},
        {"op": "add", "path": "/text", "value": "Rosa"},
    )
    assert node["text"] == "Rosa"


async def test_patches_are_bounded(ask: Ask, garden: Garden) -> None:
    payload = await patched(ask, garden.rose, *[FIRST] * 101)
    assert [(each["code"], each["field"][2:]) for each in payload["userErrors"]] == [
        ("TOO_LONG", ["patch"])
    ]
    steps = [{"op": "add", "path": f"/metadata/{n}", "value": "x" * 30_000} for n in range(3)]
    assert await refusal(ask, garden.rose, *steps) == ("TOO_LONG", "patch")


async def test_copies_of_copies_are_stopped(ask: Ask, garden: Garden) -> None:
    doubling = [{"op": "copy", "from": "/metadata", "path": f"/metadata/{n}"} for n in range(60)]
    code, field = await refusal(ask, garden.rose, *doubling)
    assert code == "TOO_LONG"
    assert field.endswith(".path")


async def test_an_old_version_shows_what_is_there_now(ask: Ask, garden: Garden) -> None:
    await node_after(ask, garden.rose, {"op": "add", "path": "/tags/-", "value": "x"})
    payload = await patched(ask, garden.rose, FIRST, expectedVersion=1)
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == (
        "VERSION_CONFLICT",
        ["items", "0", "expectedVersion"],
    )
    assert payload["results"][0]["node"]["version"] == 2


async def test_a_new_text_of_a_definition_is_found_by_meaning(ask: Ask, garden: Garden) -> None:
    """However the text came to be: the store is searched by what it means."""
    data = await ask(
        """mutation ($id: ID!) {
          a: patchDefinitions(input: {library: "garden", items: {id: $id, patch: [
            {op: "copy", from: "/source", path: "/text"}]}}) { userErrors { message } }
          b: patchDefinitions(input: {library: "garden", items: {id: $id, patch: [
            {op: "add", path: "/relations/-", value: {type: "ALSO", targetId: "nonsense"}}]}}) {
            userErrors { code field } } }""",
        id=garden.flower,
    )
    assert data["a"] == {"userErrors": []}
    assert data["b"]["userErrors"] == [
        {"code": "INVALID_VALUE", "field": ["items", "0", "patch", "0", "value"]}
    ]
    found = await ask(
        """{ search(input: {library: "garden", by: {text: "A garden book."}}, first: 1) {
          edges { node { text } } } }"""
    )
    assert found["search"]["edges"] == [{"node": {"text": "rose"}}]


async def test_libraries_and_examples_are_patched(ask: Ask, garden: Garden) -> None:
    data = await ask(
        """mutation ($library: ID!, $example: ID!) {
          patchLibraries(input: {items: {id: $library, patch: [
            {op: "test", path: "/name", value: "Garden"}
            {op: "replace", path: "/license", value: "CC0-1.0"}]}}) {
            updatedCount results { node { name license version } } }
          patchExamples(input: {library: "garden", items: {id: $example, patch: [
            {op: "replace", path: "/position", value: 4}]}}) {
            updatedCount results { node { text position } } }
          key: patchLibraries(input: {items: {id: $library, patch: [
            {op: "replace", path: "/key", value: "x"}]}}) { userErrors { code field } } }""",
        library=garden.id,
        example=garden.example,
    )
    assert data["patchLibraries"]["results"] == [
        {"node": {"name": "Garden", "license": "CC0-1.0", "version": 2}}
    ]
    assert data["patchExamples"]["results"] == [{"node": {"text": "A red rose.", "position": 4}}]
    assert data["key"]["userErrors"] == [
        {"code": "READ_ONLY", "field": ["items", "0", "patch", "0", "path"]}
    ]
