"""Bad input to every mutation of the schema: a coded user error at its place, never a fault."""

from typing import Any

import pytest
import strawberry
from bson import ObjectId
from garden import Ask, Garden, plant
from input_values import Item, Mutation, Place, mutations_of, whole_inputs

from documents.base import EntityKind
from schema.node import encode_node_id, type_name_of

LONG = "x" * 70_000
DEEP: Any = {"a": 1}
for _ in range(15):
    DEEP = {"a": DEEP}

BAD_TEXTS = {"over-long": LONG, "lone surrogate": "a\ud800", "NUL": "a\0b"}
BAD_JSON = {
    "too long": {"a": "x" * 20_000},
    "NUL": {"a": "\0"},
    "surrogate": {"\udfff": 1},
    "deep": DEEP,
}


PLANT_DOCUMENT = """
mutation ($key: String!) { createDocuments(input: {library: $key, items: [
  {key: "roses", title: "On roses", text: "Roses want sun."}]}) {
  results { id node { chunks { nodes { id } } } } } }
"""


@pytest.fixture
async def mutations(ask: Ask, schema: strawberry.Schema, garden: Garden) -> list[Mutation]:
    """All mutations, with items about what is in the garden."""
    ids = {type_name_of(kind): encode_node_id(kind, ObjectId()) for kind in EntityKind}
    ids |= {"Library": garden.id} | await ids_by_type(ask, garden, "garden")
    return mutations_of(schema._schema, ids)


@pytest.fixture
async def abroad(ask: Ask, garden: Garden) -> dict[str, str]:
    """What another library has, by type."""
    other = await plant(ask, "meadow")
    return await ids_by_type(ask, other, "meadow")


async def ids_by_type(ask: Ask, garden: Garden, key: str) -> dict[str, str]:
    """Something of each type; a document is planted for it."""
    data = await ask(PLANT_DOCUMENT, key=key)
    (result,) = data["createDocuments"]["results"]
    return {
        "Word": garden.rose,
        "Definition": garden.flower,
        "Example": garden.example,
        "Document": result["id"],
        "Chunk": result["node"]["chunks"]["nodes"][0]["id"],
    }


@pytest.fixture
def send(ask: Ask, schema: strawberry.Schema) -> Any:
    """Run a mutation; it answers, whatever the input."""

    async def run(mutation: Mutation, items: list[Any], **more: Any) -> dict[str, Any]:
        query = f"""mutation ($input: {mutation.input_type}!) {{ {mutation.name}(input: $input) {{
          refusedCount userErrors {{ code field index message }}
          results {{ index status node {{ id }} }} }} }}"""
        scope = {"library": "garden"} if mutation.in_library else {}
        data = await ask(query, input={**scope, "items": items, **more})
        payload: dict[str, Any] = data[mutation.name]
        return payload

    return run


def every_item(mutations: list[Mutation]) -> list[tuple[Mutation, Item]]:
    return [(mutation, item) for mutation in mutations for item in mutation.items]


def is_whole_text(mutation: Mutation, place: Place) -> bool:
    """Whether it holds the text of a document, of which a million characters are allowed."""
    owner = mutation.name if len(place.path) == 1 else place.path[-2]
    return place.path[-1] == "text" and "Document" in owner


def errors_by_item(payload: dict[str, Any]) -> dict[int, list[tuple[str, ...]]]:
    found: dict[int, list[tuple[str, ...]]] = {}
    for error in payload["userErrors"]:
        found.setdefault(error["index"], []).append(tuple(error["field"]))
    return found


async def refuse_each(send: Any, mutation: Mutation, item: Item, bad: list[Any]) -> None:
    """Each of the bad values, (place, value), is refused exactly where it stands."""
    items = [item.with_value(place.path, value) for place, value in bad]
    payload = await send(mutation, items)
    found = errors_by_item(payload)
    for index, (place, value) in enumerate(bad):
        expected = ("items", str(index), *place.path)
        assert expected in found.get(index, []), (expected, str(value)[:20], found.get(index))


async def test_bad_texts_are_refused_where_they_stand(send: Any, mutations: list[Mutation]) -> None:
    for mutation, item in every_item(mutations):
        for value in BAD_TEXTS.values():
            places = item.places_of("String", "ID")
            bad = [(place, value) for place in places if not is_whole_text(mutation, place)]
            await refuse_each(send, mutation, item, bad)


async def test_bad_texts_of_documents_are_refused(send: Any, mutations: list[Mutation]) -> None:
    for mutation, item in every_item(mutations):
        for place in item.places_of("String"):
            if is_whole_text(mutation, place):
                for value in ("x" * 1_000_001, "a\ud800", "a\0b"):
                    await refuse_each(send, mutation, item, [(place, value)])


async def test_bad_json_is_refused_where_it_stands(send: Any, mutations: list[Mutation]) -> None:
    for mutation, item in every_item(mutations):
        for value in BAD_JSON.values():
            for place in item.places_of("JSON"):
                await refuse_each(send, mutation, item, [(place, value)])


async def test_bad_numbers_and_wrong_versions_are_refused_where_they_stand(
    send: Any, mutations: list[Mutation]
) -> None:
    for mutation, item in every_item(mutations):
        for value in (-1, 2_147_483_647):
            for place in item.places_of("Int"):
                await refuse_each(send, mutation, item, [(place, value)])


async def test_wrong_ids_are_refused_where_they_stand(
    send: Any, mutations: list[Mutation], abroad: dict[str, str]
) -> None:
    for mutation, item in every_item(mutations):
        for place in item.places_of("ID"):
            kind = EntityKind(place.kind.lower())
            other = EntityKind.EXAMPLE if kind is EntityKind.WORD else EntityKind.WORD
            malformed = ["", "nonsense", "@nothing", encode_node_id(other, ObjectId())]
            bad = [(place, value) for value in malformed]
            await refuse_each(send, mutation, item, bad)
            for unknown in (encode_node_id(kind, ObjectId()), abroad.get(place.kind)):
                # Libraries are in no other library.
                if unknown is not None:
                    await refuse_each(send, mutation, item, [(place, unknown)])


async def test_null_where_omitted_was_meant_is_taken_or_refused_where_it_stands(
    send: Any, mutations: list[Mutation]
) -> None:
    for mutation, item in every_item(mutations):
        items = [item.with_value(path, None) for path in item.nullable]
        payload = await send(mutation, items)
        for error in payload["userErrors"]:
            if "null" in error["message"]:
                expected = ("items", str(error["index"]), *item.nullable[error["index"]])
                assert tuple(error["field"]) == expected


async def test_one_client_reference_stands_once_in_a_batch(
    send: Any, mutations: list[Mutation]
) -> None:
    for mutation, item in every_item(mutations):
        place = item.place("clientRef")
        if place is not None:
            payload = await send(mutation, [item.value, item.value])
            expected = ("items", "1", *place.path)
            assert expected in errors_by_item(payload)[1]


async def test_a_batch_has_some_items_and_not_too_many(
    send: Any, mutations: list[Mutation]
) -> None:
    for mutation in mutations:
        item = smallest(mutation.items[0])
        for items, code in (([], "INVALID_VALUE"), ([item] * 251, "TOO_LONG")):
            payload = await send(mutation, items)
            assert payload["results"] == []
            assert [(e["code"], e["field"]) for e in payload["userErrors"]] == [(code, ["items"])]


@pytest.mark.long
async def test_ten_thousand_items_are_refused(execute: Any, mutations: list[Mutation]) -> None:
    for mutation in mutations:
        query = f"""mutation ($items: [{mutation.item_type}!]!) {{ {mutation.name}(input: {{
          {'library: "garden"' if mutation.in_library else ""} items: $items}}) {{
          results {{ index }} userErrors {{ code message field index }} }} }}"""
        answer = await execute(query, items=[smallest(mutation.items[0])] * 10_000)
        if answer.errors:  # so many values that they are not even read
            assert answer.errors[0].extensions["code"] == "VARIABLES_TOO_LARGE"
            continue
        (error,) = answer.data[mutation.name]["userErrors"]
        assert (error["code"], error["field"], error["index"]) == ("TOO_LONG", ["items"], None)
        assert "at most 250" in error["message"]


async def test_what_is_said_of_the_call_is_checked_too(
    send: Any, mutations: list[Mutation]
) -> None:
    for mutation in mutations:
        items = [smallest(mutation.items[0])]
        for value in ("", *BAD_TEXTS.values()):
            payload = await send(mutation, items, idempotencyKey=value)
            assert [each["field"] for each in payload["userErrors"]] == [["idempotencyKey"]]
            if mutation.in_library:
                payload = await send(mutation, items, library=value)
                refusals = [(each["code"], each["field"]) for each in payload["userErrors"]]
                assert refusals == [("NOT_FOUND", ["library"])]


async def test_bad_texts_of_mutations_without_items_are_refused(
    ask: Ask, schema: strawberry.Schema, garden: Garden
) -> None:
    ids = {"Job": encode_node_id(EntityKind.JOB, ObjectId())}
    for name, (type_name, whole) in whole_inputs(schema._schema, ids).items():
        query = f"""mutation ($input: {type_name}!) {{
          {name}(input: $input) {{ userErrors {{ code field }} }} }}"""
        for place in whole.places_of("String", "ID"):
            for value in ("", *BAD_TEXTS.values()):
                given = whole.with_value(place.path, value)
                (error,) = (await ask(query, input=given))[name]["userErrors"]
                assert error["field"] == list(place.path), (name, value[:10])


def smallest(item: Item) -> dict[str, Any]:
    """The item without what it may leave out."""
    optional = {path[0] for path in item.nullable if len(path) == 1}
    kept = {name: value for name, value in item.value.items() if name not in optional}
    return kept or item.value
