"""The contract as a text."""

from pathlib import Path
from typing import Any

from graphql import GraphQLNamedType

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
