"""What an operation may ask at most, and that finding it out costs little."""

import time
from typing import Any

import pytest
from graphql import get_introspection_query, parse

from infra.operation_limits import OperationLimits
from schema.limits import check_size, check_text
from schema.repeats import check_repeats
from schema.schema import make_schema

LIMITS = OperationLimits()
MAX_NESTING = LIMITS.max_nesting


def codes(result: Any) -> list[str]:
    """The codes of errors, each of which says the limit, what was found and the setting."""
    for error in result.errors:
        if "limit" in error.extensions and "found" in error.extensions:
            assert error.extensions["found"] > error.extensions["limit"]
            assert "LEXIGRAPH_MAX_" in error.message
    return [error.extensions["code"] for error in result.errors]


@pytest.mark.parametrize(
    ("depth", "code"), [(LIMITS.max_depth // 3 + 1, "TOO_DEEP"), (60, "NESTED_TOO_DEEP")]
)
async def test_fields_that_lie_too_deep_are_refused(execute, depth, code):
    query = '{ words(library: "ring") ' + "{ nodes { library { words(first: 1) " * depth
    query += "{ totalCount }" + " } } }" * depth + " }"
    result = await execute(query)
    assert codes(result) == [code]


async def test_depth_hidden_in_a_chain_of_fragments_is_found_at_once(execute):
    links = "".join(
        f" fragment F{link} on Word {{ library {{ words {{ nodes {{"
        f" ...F{link + 1} ...F{link + 1} }} }} }} }}"
        for link in range(20)
    )
    query = '{ words(library: "ring") { nodes { ...F0 } } }' + links
    result = await execute(query + " fragment F20 on Word { id }")
    assert codes(result) == ["TOO_DEEP"]


async def test_a_document_of_too_many_words_is_refused(execute):
    most = LIMITS.max_tokens
    fits = await execute("{" + " libraries" * (most - 2) + "}")
    assert codes(fits) != ["TOO_MANY_TOKENS"]
    result = await execute("# a, b\n{" + " libraries" * (most - 1) + "}")
    assert codes(result) == ["TOO_MANY_TOKENS"]


@pytest.mark.parametrize("depth", [MAX_NESTING + 1, 400, 2_000, 100_000])
@pytest.mark.parametrize(
    ("before", "opening", "closing", "after"),
    [
        ("", "{a", "}", ""),
        ("{a(b: ", "[", "]", ")}"),
        ("{a(b: ", "{c:", "}", ")}"),
        ("query($a: ", "[", "]", "){a}"),
        ("", "{...", "}", ""),
        ("", "{", "", ""),
    ],
)
async def test_brackets_that_lie_too_deep_are_refused_before_they_are_parsed(
    execute, before, opening, closing, after, depth
):
    query = before + opening * depth + "x" + closing * depth + after
    assert codes(await execute(query)) == ["NESTED_TOO_DEEP"]


@pytest.mark.parametrize(
    "query",
    [
        '{ library(by: {key: "' + "{" * 200 + '"}) { key } }',
        '{ library(by: {key: "\\"' + "{" * 200 + '"}) { key } }',
        '{ library(by: {key: """ " \\""" ' + "[" * 200 + '"""}) { key } }',
        "# " + "(" * 200 + "\n{ libraries { totalCount } }",
    ],
)
async def test_brackets_in_strings_and_comments_do_not_count(ask, query):
    await ask(query)


async def test_a_number_too_long_to_be_read_is_refused(execute):
    query = '{ words(library: "ring", first: %s) { totalCount } }' % ("9" * 5_000)
    assert codes(await execute(query)) == ["NUMBER_TOO_LONG"]


EASY = OperationLimits(max_tokens=10**9)


@pytest.mark.parametrize(
    "text", ['"""', '"', '\\"""', '"""\\"""', '"\n', '"\\', "#", "9.", "{}", "a"]
)
def test_looking_at_a_text_takes_linear_time(text):
    started = time.thread_time()
    check_text(text * (100_000 // len(text)), EASY)
    assert time.thread_time() - started < 2


async def test_many_fields_are_refused(execute):
    query = "{" + " __typename" * (LIMITS.max_fields + 1) + "}"
    assert codes(await execute(query)) == ["TOO_MANY_FIELDS"]


async def test_fields_that_fragments_multiply_are_counted_without_writing_them_out(execute):
    aliases = "abcdefgh"
    links = "".join(
        f" fragment F{link} on Word {{"
        + "".join(f" {name}: library {{ ...L{link} }}" for name in aliases)
        + f" }} fragment L{link} on Library {{ words {{ nodes {{ ...F{link + 1} }} }} }}"
        for link in range(6)
    )
    query = '{ words(library: "ring") { nodes { ...F0 } } }' + links + " fragment F6 on Word { id }"
    started = time.thread_time()
    assert codes(await execute(query)) == ["TOO_MANY_FIELDS"]
    assert time.thread_time() - started < 1


async def test_a_long_chain_of_fragments_is_refused(execute):
    links = "".join(f" fragment F{link} on Query {{ ...F{link + 1} }}" for link in range(99))
    query = "{ ...F0 }" + links + " fragment F99 on Query { libraries { totalCount } }"
    assert codes(await execute(query)) == ["NESTED_TOO_DEEP"]
    assert codes(await execute(query + " fragment F100 on Query { __typename }")) == [
        "TOO_MANY_FRAGMENTS"
    ]


async def test_fragments_that_spread_each_other_are_refused(execute):
    query = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"
    assert "itself" in (await execute(query)).errors[0].message


async def test_the_limits_leave_room_for_introspection(ask):
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True)
    assert check_size(parse(query), LIMITS) == check_repeats(parse(query), LIMITS) == []
    assert "__schema" in await ask(query)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{" + " ".join(f"a{n}: __typename" for n in range(201)) + "}", "TOO_MANY_ALIASES"),
        ("{ __typename " + "@skip(if: false) " * 201 + "}", "TOO_MANY_DIRECTIVES"),
        ("query(" + "$a: Int @x " * 201 + ") { __typename }", "TOO_MANY_DIRECTIVES"),
        (" ".join(f"query Q{n} {{ __typename }}" for n in range(26)), "TOO_MANY_OPERATIONS"),
        ("{" + "libraries { totalCount } " * 51 + "}", "TOO_MANY_REPEATS"),
        (
            "{ libraries { ...A ...B } }"
            f" fragment A on LibraryConnection {{ {'nodes { key } ' * 26} }}"
            f" fragment B on LibraryConnection {{ {'nodes { key } ' * 26} }}",
            "TOO_MANY_REPEATS",
        ),
    ],
)
async def test_too_much_of_anything_is_refused(execute, query, code):
    assert codes(await execute(query)) == [code]


async def test_aliases_in_fragments_are_counted_where_they_are_spread(execute):
    aliases = " ".join(f"a{number}: id" for number in range(30))
    spread = " ".join(f"l{number}: libraries {{ nodes {{ ...A }} }}" for number in range(7))
    query = f"{{ {spread} }} fragment A on Library {{ {aliases} }}"
    assert codes(await execute(query)) == ["TOO_MANY_ALIASES"]


async def test_fragments_that_nothing_spreads_are_counted_too(execute):
    links = "".join(
        f" fragment F{link} on Library {{ a: words {{ nodes {{ library {{ ...F{link + 1} }} }} }}"
        f" b: words {{ nodes {{ library {{ ...F{link + 1} }} }} }} }}"
        for link in range(8)
    )
    started = time.thread_time()
    query = "{ libraries { totalCount } }" + links + " fragment F8 on Library { id name key }"
    assert codes(await execute(query)) == ["TOO_MANY_FIELDS"]
    assert time.thread_time() - started < 1


async def test_typename_may_be_named_as_often_as_clients_add_it(ask):
    await ask("{" + "libraries { __typename }" * 50 + " __typename" * 100 + "}")


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"ids": ["x"] * 10_001}, "LIST_TOO_LONG"),
        ({"ids": [["x"] * 10_000] * 11}, "VARIABLES_TOO_LARGE"),
        ({"ids": {str(number): 0 for number in range(100_001)}}, "VARIABLES_TOO_LARGE"),
    ],
)
async def test_too_many_variables_are_refused(execute, variables, code):
    assert codes(await execute("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", **variables)) == [
        code
    ]


@pytest.mark.parametrize(
    "around", [lambda value: [value], lambda value: {"a": value}], ids=["lists", "objects"]
)
@pytest.mark.parametrize("depth", [31, 1_000, 100_000])
async def test_variables_that_lie_too_deep_are_refused(execute, around, depth):
    value: Any = 1
    for _ in range(depth):
        value = around(value)
    result = await execute("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=value)
    assert codes(result) == ["VARIABLES_TOO_DEEP"]


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { name } } }",
        '{ ...A } fragment A on Query { __type(name: "Word") { name } }',
    ],
)
async def test_the_schema_cannot_be_read_where_that_is_switched_off(query):
    closed = make_schema(OperationLimits(introspection=False))
    assert codes(await closed.execute(query)) == ["INTROSPECTION_DISABLED"]
    assert (await closed.execute("{ __typename }")).errors is None
    (error,) = (await closed.execute("{ librarys { totalCount } }")).errors or ()
    assert "libraries" not in error.message


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("max_depth", "{ libraries { nodes { key } } }"),
        ("max_fields", "{ libraries { totalCount } __typename }"),
        ("max_tokens", "{ libraries { totalCount } }"),
        ("max_nesting", "{ libraries { nodes { key } } }"),
        ("max_cost", "{ libraries { nodes { key } } }"),
    ],
)
async def test_limits_are_settings(name, query):
    strict = make_schema(OperationLimits.model_validate({name: 2}))
    (error,) = (await strict.execute(query)).errors or ()
    assert (error.extensions or {})["limit"] == 2
    assert f"LEXIGRAPH_{name.upper()}" in error.message


@pytest.mark.parametrize("query", ["{", "{" * 1_000, "{ nonsense }"])
async def test_streaming_transports_get_what_is_refused_as_a_result(schema, query):
    results = [each async for each in await schema.stream(query, operation_name=None)]
    assert [len(each.errors or ()) for each in results] == [1]
