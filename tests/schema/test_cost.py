"""Every operation has a price before it runs, declared where the fields are."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    get_introspection_query,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_object_type,
    specified_rules,
)

from infra.operation_limits import OperationLimits
from schema.costs import Cost, ListSize
from schema.preparation import Preparation

DEFINITION = "strawberry-definition"


def fields_of(schema: Any) -> Iterator[tuple[str, str, GraphQLField]]:
    for name, kind in schema._schema.type_map.items():
        if is_object_type(kind) and not name.startswith("__"):
            for field_name, field in kind.fields.items():
                yield name, field_name, field


def declared(field: GraphQLField, kind: type) -> Any:
    directives = getattr(field.extensions.get(DEFINITION), "directives", None) or ()
    return next((each for each in directives if isinstance(each, kind)), None)


def sized_by_parent(schema: Any) -> set[tuple[str, str]]:
    """Lists whose size the field that leads to their object declares."""
    return {
        (get_named_type(field.type).name, listed)
        for _, _, field in fields_of(schema)
        if (size := declared(field, ListSize))
        for listed in size.sized_fields or ()
    }


def test_every_list_of_objects_has_a_size(schema):
    sized = sized_by_parent(schema)
    assert [
        f"{parent}.{name}: say how long it is, as size= of schema.fields"
        for parent, name, field in fields_of(schema)
        if is_list_type(get_nullable_type(field.type))
        and is_composite_type(get_named_type(field.type))
        and not declared(field, ListSize)
        and (parent, name) not in sized
    ] == []


def test_sized_fields_are_lists_of_the_object(schema):
    types = schema._schema.type_map
    for parent, name in sized_by_parent(schema):
        assert is_list_type(get_nullable_type(types[parent].fields[name].type)), (parent, name)


def test_slicing_arguments_are_those_of_the_field(schema):
    for _, _, field in fields_of(schema):
        if size := declared(field, ListSize):
            assert set(size.slicing_arguments or ()) <= set(field.args)
            assert set(size.slicing_arguments or ()) >= {"first", "last"} & set(field.args)
            assert not size.sized_by or size.sized_by[0] in field.args


def test_every_field_that_loads_has_a_cost(schema):
    assert [
        f"{parent}.{name}"
        for parent, name, field in fields_of(schema)
        if (resolver := getattr(field.extensions.get(DEFINITION), "base_resolver", None))
        and inspect.iscoroutinefunction(resolver.wrapped_func)
        and not declared(field, Cost)
    ] == []


@pytest.fixture(scope="module")
def price(schema):
    preparation = Preparation(OperationLimits())

    def compute(query: str, **variables: Any) -> int:
        prepared = preparation.prepare(schema._schema, tuple(specified_rules), query)
        assert prepared.errors == []
        (found,) = prepared.prices.values()
        return found.requested(variables)

    return compute


WORDS = 'words(library: "ring"'


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ __typename }", 0),
        # The page, and a word twenty times.
        (f"{{ {WORDS}) {{ nodes {{ text }} }} }}", 22),
        (f"{{ {WORDS}) {{ edges {{ cursor node {{ text }} }} }} }}", 22),
        (f"{{ {WORDS}, first: 7) {{ nodes {{ text }} pageInfo {{ hasNextPage }} }} }}", 9),
        (f"{{ {WORDS}, last: 7) {{ nodes {{ text }} }} }}", 9),
        # More than a page may have is refused when it runs.
        (f"{{ {WORDS}, first: 1000000) {{ nodes {{ text }} }} }}", 102),
        (f"{{ {WORDS}, first: -5) {{ nodes {{ text }} }} }}", 2),
        # Fields that are merged cost once, aliases each.
        (f"{{ {WORDS}) {{ nodes {{ text }} }} {WORDS}) {{ nodes {{ id }} }} }}", 22),
        (f"{{ a: {WORDS}) {{ nodes {{ text }} }} b: {WORDS}) {{ nodes {{ id }} }} }}", 44),
        (
            f"{{ {WORDS}) {{ ...A ...B }} }} fragment A on WordConnection {{ nodes {{ id }} }}"
            " fragment B on WordConnection { ...A nodes { text } }",
            22,
        ),
        (f"{{ {WORDS}) {{ nodes @skip(if: true) {{ text }} }} }}", 2),
        (
            f"{{ {WORDS}, last: 9) {{ nodes {{ definitions(first: 3) {{ nodes {{ id }} }} }} }} }}",
            56,
        ),
        # The dearest type that an object may have.
        (
            '{ node(id: "x") { ... on Word { definitions { nodes { id } } }'
            " ... on Library { words(first: 50) { nodes { id } } } } }",
            53,
        ),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 3),
    ],
)
def test_prices(price, query, expected):
    assert price(query) == expected


def test_variables_decide_where_they_are_used(price):
    query = (
        f"query($n: Int = 5, $deep: Boolean!) {{ {WORDS}, first: $n) {{"
        " nodes { id library @include(if: $deep) { key } } } }"
    )
    assert price(query, deep=False) == 7
    assert price(query, deep=True) == 12
    assert price(query, deep=False, n=50) == 52
    assert price(query, deep=False, n=None) == 22
    assert price(query, deep=False, n="nonsense") == 22


@pytest.mark.parametrize(
    ("input", "variables"),
    [
        ("$input", {"input": {"items": [{}, {}, {}]}}),
        ('{library: "ring", items: $items}', {"items": [{}, {}, {}]}),
        ('{library: "ring", items: [{id: "a"}, {id: "b"}, {id: "c"}]}', {}),
    ],
)
def test_a_batch_costs_by_its_items(price, input, variables):
    definitions = {"$input": "($input: DeleteWordsInput!)"}.get(input, "")
    if "$items" in input:
        definitions = "($items: [DeletionInput!]!)"
    query = f"mutation{definitions} {{ deleteWords(input: {input}) {{ results {{ status }} }} }}"
    assert price(query, **variables) == 10 + 3


NESTED = (
    '{ words(library: "ring", first: 100) { nodes { definitions(first: 100) { nodes {'
    " examples(first: 100) { nodes { text } } } } } } }"
)


async def test_what_costs_too_much_is_refused_with_its_price_and_its_dearest_path(
    execute, commands
):
    result = await execute(NESTED)
    (error,) = result.errors
    assert result.data is None
    assert error.extensions == {
        "code": "TOO_EXPENSIVE",
        "limit": 150_000,
        "found": 1_030_302,
        "mostExpensive": "words.nodes.definitions.nodes.examples.nodes",
    }
    assert result.extensions["cost"] == {"requested": error.extensions["found"], "actual": 0}
    assert commands.sent == []


FRONT_END = """
query Words($library: String!, $first: Int = 50) {
  libraries(first: 100) { nodes { key name embedding { name } } }
  words(library: $library, first: $first) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { cursor node { id text partOfSpeech pronunciations { value } forms { text tag }
      definitions(first: 5) { nodes { id text synset { key }
        examples(first: 3) { nodes { text } }
        relations(first: 5) { nodes { type target { id word { id text } } } } } } } }
  }
}
"""


async def test_what_front_ends_ask_passes(execute):
    result = await execute(FRONT_END, library="ring")
    assert result.errors is None
    cost = result.extensions["cost"]
    assert 0 < cost["actual"] < cost["requested"] <= 150_000


async def test_introspection_is_free(execute):
    result = await execute(get_introspection_query())
    assert result.extensions["cost"] == {"requested": 0, "actual": 0}


@pytest.mark.parametrize(
    ("query", "requested", "actual"),
    [
        (f"{{ {WORDS}, first: 5) {{ nodes {{ id }} }} }}", 7, 7),
        (f"{{ {WORDS}, first: 5) {{ edges {{ node {{ id }} }} }} }}", 7, 7),
        # Two definitions each, with two examples each.
        (f"{{ {WORDS}, first: 5) {{ nodes {{ definitions {{ nodes {{ id }} }} }} }} }}", 117, 27),
        ('{ word(by: {natural: {library: "ring", text: "nothing"}}) { id } }', 1, 0),
    ],
)
async def test_what_an_answer_did_cost_is_told(execute, query, requested, actual):
    result = await execute(query)
    assert result.errors is None
    assert result.extensions == {"cost": {"requested": requested, "actual": actual}}
