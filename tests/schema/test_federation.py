"""What a gateway asks of the graph."""

import pytest
from graphql import parse

from infra.operation_limits import OperationLimits
from schema.schema import make_schema

ENTITIES = (
    "query ($these: [_Any!]!) { _entities(representations: $these) { __typename"
    " ... on Library { key } ... on Word { text library { key } } ... on Definition { key }"
    " ... on Example { id } } }"
)


@pytest.fixture
async def ids(ask, ring):
    data = await ask(
        '{ library(by: {key: "ring"}) { id words(first: 50) { nodes { id } }'
        " definitions(first: 20) { nodes { id } } examples(first: 20) { nodes { id } } } }"
    )
    library = data["library"]
    named = {"Word": "words", "Definition": "definitions", "Example": "examples"}
    found = {kind: [n["id"] for n in library[field]["nodes"]] for kind, field in named.items()}
    return found | {"Library": [library["id"]]}


async def test_objects_of_all_types_come_in_their_order_with_one_trip_a_type(ask, commands, ids):
    these = [{"__typename": kind, "id": each} for kind, some in ids.items() for each in some]
    these.append({"__typename": "Library", "key": "ring"})
    these.append({"__typename": "Library", "key": "nowhere"})
    commands.sent.clear()
    found = (await ask(ENTITIES, these=these))["_entities"]
    kinds = [each["__typename"] for each in these[:-1]]
    assert [each and each["__typename"] for each in found] == [*kinds, None]
    # Words, definitions, examples, libraries by id, by key, and those of the words.
    assert len(commands.sent) <= 6, commands.names()
    assert found[-2] == {"__typename": "Library", "key": "ring"}


@pytest.mark.parametrize(
    ("representation", "code"),
    [
        ({"__typename": "Word"}, "BAD_USER_INPUT"),
        ({"__typename": "Word", "id": 1}, "BAD_USER_INPUT"),
        ({"__typename": "Word", "id": {"$gt": ""}}, "BAD_USER_INPUT"),
        ({"__typename": "Word", "key": "ring"}, "BAD_USER_INPUT"),
        ({"__typename": "Query", "id": "x"}, "BAD_USER_INPUT"),
        ({"id": "x"}, "BAD_USER_INPUT"),
        ("Word", "BAD_USER_INPUT"),
    ],
)
async def test_what_names_no_object_is_refused(refused, representation, code):
    these = [{"__typename": "Library", "key": "ring"}, representation]
    assert await refused(ENTITIES, these=these) == code


async def test_an_id_of_another_type_is_refused(refused, ids):
    these = [{"__typename": "Word", "id": ids["Definition"][0]}]
    assert await refused(ENTITIES, these=these) == "BAD_USER_INPUT"


async def test_more_objects_than_a_page_has_are_refused(execute):
    these = [{"__typename": "Library", "key": "ring"}] * 101
    (error,) = (await execute(ENTITIES, these=these)).errors
    assert getattr(error.original_error, "code", None) == "LIMIT_EXCEEDED"


async def test_a_gateway_is_told_the_schema_with_keys_and_without_its_own_fields(ask):
    told = (await ask("{ _service { sdl } }"))["_service"]["sdl"]
    document = parse(told)
    assert 'extend type Library @key(fields: "id") @key(fields: "key")' in told
    names = [getattr(each, "name", None) for each in document.definitions]
    assert not [name.value for name in names if name and name.value.startswith("_")]
    assert "_entities" not in told


async def test_where_introspection_is_off_the_schema_is_not_told_to_gateways_either():
    closed = make_schema(OperationLimits(introspection=False))
    result = await closed.execute("{ _service { sdl } }")
    assert [each.extensions["code"] for each in result.errors] == ["INTROSPECTION_DISABLED"]
