"""The contract as a text, and what an operation may ask at most."""

from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLNamedType

from schema.limits import MAX_DEPTH, MAX_TOKENS
from schema.schema import sdl

COMMITTED = Path(__file__).parents[2] / "schema" / "schema.graphql"


def described(name: str, thing: Any) -> list[str]:
    """Names of what has no description, in and below a type, field or argument."""
    missing = [] if thing.description else [name]
    for attribute in ("fields", "args", "values"):
        for part, below in (getattr(thing, attribute, None) or {}).items():
            missing += described(f"{name}.{part}", below)
    return missing


def test_the_committed_text_is_the_schema():
    assert COMMITTED.read_text(encoding="utf-8") == sdl(), "run `lexigraph schema` to renew it"


def test_everything_is_described(schema):
    types: list[GraphQLNamedType] = [
        each for name, each in schema._schema.type_map.items() if not name.startswith("__")
    ]
    assert [name for each in types for name in described(each.name, each)] == []


@pytest.mark.parametrize("depth", [MAX_DEPTH // 3 + 1, 60])
async def test_fields_that_lie_too_deep_are_refused(execute, depth):
    query = '{ words(library: "ring") ' + "{ nodes { library { words(first: 1) " * depth
    query += "{ totalCount }" + " } } }" * depth + " }"
    result = await execute(query)
    assert [error.extensions for error in result.errors] == [{"code": "LIMIT_EXCEEDED"}]


async def test_depth_hidden_in_a_chain_of_fragments_is_found_at_once(execute):
    links = "".join(
        f" fragment F{link} on Word {{ library {{ words {{ nodes {{"
        f" ...F{link + 1} ...F{link + 1} }} }} }} }}"
        for link in range(20)
    )
    query = '{ words(library: "ring") { nodes { ...F0 } } }' + links
    result = await execute(query + " fragment F20 on Word { id }")
    assert [error.extensions for error in result.errors] == [{"code": "LIMIT_EXCEEDED"}]


async def test_a_document_of_too_many_words_is_refused(execute):
    result = await execute("{" + " libraries { totalCount }" * (MAX_TOKENS // 4 + 1) + "}")
    assert "tokens" in result.errors[0].message
