"""What an operation may ask at most, and that finding it out costs little."""

import time
from typing import Any

import pytest
from graphql import get_introspection_query, parse

from schema.limits import MAX_DEPTH, MAX_FIELDS, MAX_NESTING, MAX_TOKENS, check_size, check_text


def codes(result: Any) -> list[str]:
    return [error.extensions["code"] for error in result.errors]


@pytest.mark.parametrize("depth", [MAX_DEPTH // 3 + 1, 60])
async def test_fields_that_lie_too_deep_are_refused(execute, depth):
    query = '{ words(library: "ring") ' + "{ nodes { library { words(first: 1) " * depth
    query += "{ totalCount }" + " } } }" * depth + " }"
    result = await execute(query)
    assert codes(result) == ["LIMIT_EXCEEDED"]


async def test_depth_hidden_in_a_chain_of_fragments_is_found_at_once(execute):
    links = "".join(
        f" fragment F{link} on Word {{ library {{ words {{ nodes {{"
        f" ...F{link + 1} ...F{link + 1} }} }} }} }}"
        for link in range(20)
    )
    query = '{ words(library: "ring") { nodes { ...F0 } } }' + links
    result = await execute(query + " fragment F20 on Word { id }")
    assert codes(result) == ["LIMIT_EXCEEDED"]


async def test_a_document_of_too_many_words_is_refused(execute):
    result = await execute("{" + " libraries { totalCount }" * (MAX_TOKENS // 4 + 1) + "}")
    assert "tokens" in result.errors[0].message


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
    assert codes(await execute(query)) == ["LIMIT_EXCEEDED"]


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
    assert codes(await execute(query)) == ["LIMIT_EXCEEDED"]


@pytest.mark.parametrize(
    "text", ['"""', '"', '\\"""', '"""\\"""', '"\n', '"\\', "#", "9.", "{}", "a"]
)
def test_looking_at_a_text_takes_linear_time(text):
    started = time.process_time()
    check_text(text * (1_000_000 // len(text)))
    assert time.process_time() - started < 2


async def test_many_fields_are_refused(execute):
    query = "{" + " __typename" * (MAX_FIELDS + 1) + "}"
    assert codes(await execute(query)) == ["LIMIT_EXCEEDED"]


async def test_fields_that_fragments_multiply_are_counted_without_writing_them_out(execute):
    aliases = "abcdefgh"
    links = "".join(
        f" fragment F{link} on Word {{"
        + "".join(f" {name}: library {{ ...L{link} }}" for name in aliases)
        + f" }} fragment L{link} on Library {{ words {{ nodes {{ ...F{link + 1} }} }} }}"
        for link in range(6)
    )
    query = '{ words(library: "ring") { nodes { ...F0 } } }' + links + " fragment F6 on Word { id }"
    started = time.process_time()
    assert codes(await execute(query)) == ["LIMIT_EXCEEDED"]
    assert time.process_time() - started < 1


async def test_a_long_chain_of_fragments_is_refused(execute):
    links = "".join(f" fragment F{link} on Query {{ ...F{link + 1} }}" for link in range(500))
    query = "{ ...F0 }" + links + " fragment F500 on Query { libraries { totalCount } }"
    assert codes(await execute(query)) == ["LIMIT_EXCEEDED"]


async def test_fragments_that_spread_each_other_are_refused(execute):
    query = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"
    assert "itself" in (await execute(query)).errors[0].message


async def test_the_limits_leave_room_for_introspection(ask):
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True)
    assert check_size(parse(query)) == []
    assert "__schema" in await ask(query)
